using System.CommandLine;
using LightMq.Cli.Board;
using LightMq.Cli.Provision;
using LightMq.Service;

namespace LightMq.Cli;

/// <summary>The command line.</summary>
internal static class CommandLine
{
    private static readonly Option<string> Root = new("--root")
    {
        Description = "root of the box", HelpName = "DIR", Recursive = true, DefaultValueFactory = static _ => "/",
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
        root.Subcommands.Add(Provision(time));
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

    private static BoxPaths PathsOf(ParseResult parsed)
    {
        var root = Path.GetFullPath(parsed.GetValue(Root)!);
        return new BoxPaths(root, parsed.GetValue(Boot) ?? Path.Combine(root, "boot/firmware"));
    }
}
