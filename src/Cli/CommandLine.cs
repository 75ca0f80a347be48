using System.CommandLine;
using LightMq.Cli.Board;
using LightMq.Cli.Health;
using LightMq.Cli.Provision;
using LightMq.Cli.Status;
using LightMq.Cli.Update;
using LightMq.Service;

namespace LightMq.Cli;

/// <summary>The command line.</summary>
internal static class CommandLine
{
    private static readonly Option<string> Root = new("--root")
    {
        Description = "root of the box", HelpName = "DIR", Recursive = true,
        DefaultValueFactory = static _ => "/",
    };

    private static readonly Option<string?> Boot = new("--boot")
    {
        Description = "the partition that a laptop can read (default: /boot/firmware)", HelpName = "DIR",
        Recursive = true,
    };

    /// <summary>Does what it says.</summary>
    /// <returns>The exit status.</returns>
    /// <exception cref="StartFailure">It cannot be understood, or nothing can be done.</exception>
    public static int Invoke(string[] arguments, TimeProvider time)
    {
        var root = new RootCommand("What is done to a LightMq box: see docs/PROVISIONING.md.")
        {
            Root, Boot,
        };
        Command[] commands = [Provision(time), Health(time), Status(time), Update(time), Reset()];
        foreach (var command in commands) root.Subcommands.Add(command);
        var parsed = root.Parse(arguments);
        if (parsed.Errors.Count == 0) return parsed.Invoke(new() { EnableDefaultExceptionHandler = false });
        throw new StartFailure(ExitCode.Usage, parsed.Errors[0].Message + " (--help lists all commands)");
    }

    private static Command Provision(TimeProvider time)
    {
        var command = new Command("provision", "take lightmq.txt over");
        command.SetAction(parsed => new ProvisionCommand(PathsOf(parsed), time, Console.Out).Run());
        return command;
    }

    private static Command Health(TimeProvider time)
    {
        var wait = new Option<int>("--wait")
        {
            Description = "give it so long to become healthy", HelpName = "SECONDS",
        };
        var mark = new Option<bool>("--mark")
        {
            Description = "tell the boot loader, go back from a new system that fails, and write the "
                + "card's page",
        };
        var command = new Command("health", "look whether the box does what it is for") { wait, mark };
        command.SetAction(parsed =>
        {
            var (paths, marks) = (PathsOf(parsed), parsed.GetValue(mark));
            var status = new HealthCommand(paths, DiskOf(paths), time, Console.Out)
                .Run(TimeSpan.FromSeconds(Math.Max(0, parsed.GetValue(wait))), marks);
            if (marks)
                new StatusCommand(paths, time, Console.Out).WriteCard(
                    DiskOf(paths), new CardMount(paths.Boot));
            return status;
        });
        return command;
    }

    private static Command Status(TimeProvider time)
    {
        var json = new Option<bool>("--json") { Description = "as JSON" };
        var command = new Command("status", "show what there is to know of the box") { json };
        command.SetAction(parsed =>
            new StatusCommand(PathsOf(parsed), time, Console.Out).Run(parsed.GetValue(json)));
        return command;
    }

    private static Command Reset()
    {
        var yes = new Option<bool>("--yes") { Description = "do not ask" };
        var request = new Option<string?>("--request")
        {
            Description = "the agent's request, which serves once", HelpName = "FILE",
        };
        var command = new Command("factory-reset", "make the box as it was flashed") { yes, request };
        command.SetAction(parsed =>
        {
            var paths = PathsOf(parsed);
            return new ResetCommand(paths, DiskOf(paths), Console.Out).Run(
                parsed.GetValue(yes), Console.In, parsed.GetValue(request));
        });
        return command;
    }

    private static Command Update(TimeProvider time)
    {
        var bundle = new Argument<string?>("BUNDLE")
        {
            Description = "file of the update", Arity = ArgumentArity.ZeroOrOne,
        };
        var request = new Option<string?>("--request")
        {
            Description = "the agent's request, which serves once", HelpName = "FILE",
        };
        var now = new Option<bool>("--now")
        {
            Description = "start anew at once, whatever the update "
            + "window is"
        };
        var force = new Option<bool>("--force") { Description = "also an older version, or the same" };
        var install = new Command("install", "install an update and start anew")
        {
            bundle, request, now, force,
        };
        install.SetAction(parsed => (parsed.GetValue(request), parsed.GetValue(bundle)) switch
        {
            ({ } file, null) => UpdateOf(parsed, time).Install(file),
            (null, { } file) => UpdateOf(parsed, time)
                .Install(file, parsed.GetValue(now), parsed.GetValue(force)),
            _ => throw new StartFailure(ExitCode.Usage, "install takes either BUNDLE or --request FILE"),
        });
        var device = new Argument<string>("DEVICE") { Description = "partition of a USB stick" };
        var usb = new Command("usb", "install the newest update of a USB stick") { device };
        usb.SetAction(parsed => UpdateOf(parsed, time).Usb(parsed.GetValue(device)!));
        var status = new Command("status", "show how the last update went");
        status.SetAction(parsed => UpdateOf(parsed, time).Status());
        return new Command("update", "change the system of the box") { install, usb, status };
    }

    private static UpdateCommand UpdateOf(ParseResult parsed, TimeProvider time)
    {
        var paths = PathsOf(parsed);
        return new UpdateCommand(paths, DiskOf(paths), time, Console.Out);
    }

    private static BoxDisk DiskOf(BoxPaths paths) =>
        new(BoxDisk.GroupOf(paths.At("/etc/group"), "lightmq"));

    private static BoxPaths PathsOf(ParseResult parsed)
    {
        var root = Path.GetFullPath(parsed.GetValue(Root)!);
        return new BoxPaths(root, parsed.GetValue(Boot) ?? Path.Combine(root, "boot/firmware"));
    }
}
