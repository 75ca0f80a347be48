using System.CommandLine;
using LightMq.Service;
using LightMq.Service.Configuration;

namespace LightMq.DeviceAgent;

/// <summary>
/// The command line: options become configuration keys, so that they are checked in one place.
/// </summary>
internal static class CommandLine
{
    /// <summary>Does what the command line says.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="serve">Runs the agent: gets file and keys, and gives the exit status.</param>
    /// <returns>The exit status.</returns>
    /// <exception cref="StartFailure">It cannot be understood.</exception>
    public static int Invoke(
        string[] arguments, Func<string?, IReadOnlyDictionary<string, string?>, int> serve)
    {
        var config = new Option<string?>("--config")
        {
            Description = "configuration file (default: agent.json here)", HelpName = "FILE",
        };
        var set = new Option<string[]>("--set") { Description = "any key", HelpName = "Section:Key=value" };
        (Option<string?> Option, string Key)[] shortcuts =
        [
            (Shortcut("--broker", "HOST:PORT", "Broker:Address, default 127.0.0.1:1883"), "Broker:Address"),
            (Shortcut("--interval-seconds", "N", "Board:IntervalSeconds, default 60"),
                "Board:IntervalSeconds"),
            (Shortcut("--client-id", "ID", "ClientId, default board-<host name>"), "ClientId"),
            (Shortcut("--topic", "TOPIC", "Board:Topic, default board/<client id>/telemetry"), "Board:Topic"),
            (Shortcut("--user", "NAME", "Broker:User, with the login password"), "Broker:User"),
            (Shortcut("--password-file", "FILE", "Broker:SecretFile"), "Broker:SecretFile"),
        ];
        var root = new RootCommand("Publishes this board's sensors and figures, and carries out commands.")
        {
            config, set,
        };
        foreach (var (option, _) in shortcuts) root.Options.Add(option);
        root.SetAction(parsed =>
        {
            var keys = Keys(parsed.GetValue(set) ?? []);
            foreach (var (option, key) in shortcuts)
                if (parsed.GetValue(option) is { } value) keys[key] = value;
            if (keys.ContainsKey("Broker:User")) keys.TryAdd("Broker:Login", "password");
            return serve(parsed.GetValue(config), keys);
        });
        var command = root.Parse(arguments);
        if (command.Errors.Count == 0)
            return command.Invoke(new() { EnableDefaultExceptionHandler = false });
        throw new StartFailure(
            ExitCode.Usage, command.Errors[0].Message + " (--help lists all options)");
    }

    private static Option<string?> Shortcut(string name, string value, string about) =>
        new(name) { Description = about, HelpName = value };

    private static Dictionary<string, string?> Keys(string[] set)
    {
        var keys = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var assignment in set)
        {
            var at = assignment.IndexOf('=');
            if (at <= 0)
                throw new ConfigurationError("--set", "takes Section:Key=value; here the = is missing");
            keys[assignment[..at]] = assignment[(at + 1)..];
        }
        return keys;
    }
}
