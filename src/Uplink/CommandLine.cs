using System.CommandLine;
using System.Globalization;
using LightMq.Service;
using LightMq.Service.Configuration;

namespace LightMq.Uplink;

/// <summary>
/// The command line: options become configuration keys, so that they are checked in one place.
/// </summary>
internal static class CommandLine
{
    /// <summary>Does what the command line says.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="serve">Runs the uplink: gets file and keys, and gives the exit status.</param>
    /// <param name="refused">Shows or changes refused messages: gets file, keys, what to do and the numbers.
    /// </param>
    /// <returns>The exit status.</returns>
    /// <exception cref="StartFailure">It cannot be understood.</exception>
    public static int Invoke(string[] arguments, Func<string?, IReadOnlyDictionary<string, string?>,
        int> serve,
        Func<string?, IReadOnlyDictionary<string, string?>, RefusedAction, long[]?, int> refused)
    {
        var config = new Option<string?>("--config")
        {
            Description = "configuration file (default: uplink.json here)", HelpName = "FILE",
            Recursive = true,
        };
        var set = new Option<string[]>("--set")
        {
            Description = "any key", HelpName = "Section:Key=value", Recursive = true,
        };
        var root = new RootCommand("Carries messages between the broker of this board and the central.")
        {
            config, set,
        };
        root.SetAction(parsed => serve(parsed.GetValue(config), Keys(parsed.GetValue(set) ?? [])));
        var all = new Command("refused", "messages that the central will never take");
        (string, RefusedAction, string)[] verbs =
        [
            ("list", RefusedAction.List, "show them"),
            ("replay", RefusedAction.Replay, "let the running uplink send them up again"),
            ("drop", RefusedAction.Drop, "throw them away"),
        ];
        foreach (var (name, action, about) in verbs)
        {
            var numbers = new Argument<string[]>("NUMBER")
            {
                Description = "their numbers, or all",
                Arity = action == RefusedAction.List ? ArgumentArity.Zero : ArgumentArity.OneOrMore,
            };
            var verb = new Command(name, about);
            if (action != RefusedAction.List) verb.Arguments.Add(numbers);
            verb.SetAction(parsed => refused(parsed.GetValue(config), Keys(parsed.GetValue(set) ?? []),
                action,
                action == RefusedAction.List ? null : Numbers(parsed.GetValue(numbers)!)));
            all.Subcommands.Add(verb);
        }
        root.Subcommands.Add(all);
        var command = root.Parse(arguments);
        if (command.Errors.Count == 0)
            return command.Invoke(new() { EnableDefaultExceptionHandler = false });
        throw new StartFailure(
            ExitCode.Usage, command.Errors[0].Message + " (--help lists all options)");
    }

    private static long[]? Numbers(string[] texts)
    {
        if (texts is ["all"]) return null;
        return [.. texts.Select(static text =>
            long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
                : throw new StartFailure(ExitCode.Usage, $"'{text}' is no number of a refused message"))];
    }

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
