using System.CommandLine;
using LightMq.Host.Passwords;
using LightMq.Service;
using LightMq.Service.Configuration;

namespace LightMq.Host;

/// <summary>
/// The command line: options become configuration keys, so that they are checked in one place.
/// </summary>
public static class CommandLine
{
    /// <summary>Where --listen puts its addresses, apart from <c>Listeners</c>, which they replace.</summary>
    internal const string ListenKey = "--listen";

    /// <summary>Does what the command line says.</summary>
    /// <param name="about">What the program is.</param>
    /// <param name="arguments">The command line.</param>
    /// <param name="serve">Gets file and keys, and gives the exit status.</param>
    /// <returns>The exit status.</returns>
    /// <exception cref="StartFailure">It cannot be understood.</exception>
    public static int Invoke(
        string about, string[] arguments, Func<string?, IReadOnlyDictionary<string, string?>, int> serve)
    {
        var command = Make(about, serve, HashCommand.Run).Parse(arguments);
        if (command.Errors.Count == 0)
            return command.Invoke(new() { EnableDefaultExceptionHandler = false });
        throw new StartFailure(
            ExitCode.Usage, command.Errors[0].Message + " (--help lists all options)");
    }

    /// <summary>
    /// The whole command; <paramref name="serve"/> gets file and keys, and gives the exit status.
    /// </summary>
    public static RootCommand Make(string about,
        Func<string?, IReadOnlyDictionary<string, string?>, int> serve, Func<int> hashPassword)
    {
        var config =
            new Option<string?>("--config") { Description = "configuration file", HelpName = "FILE" };
        var data = new Option<string?>("--data") { Description = "directory of the store", HelpName = "DIR" };
        var listen = new Option<string[]>("--listen")
        {
            Description = "address to listen on, instead of those configured, with tcp:// (default), tls://, "
                + "ws://, wss:// or flash-policy:// before it; may be repeated",
            HelpName = "[ws://]ADDR:PORT",
        };
        var dialect = new Option<string?>("--dialect")
        {
            Description = "rules of the --listen addresses: lmq (default) or plain; "
                + "plain without configured users is anonymous",
            HelpName = "plain|lmq",
        };
        var open = new Option<bool>("--allow-anonymous-from-network")
        {
            Description = "let anybody on the network in, where --listen names no loopback address",
        };
        var store = new Option<string?>("--store")
        {
            Description = "what keeps messages; memory forgets all at a stop",
            HelpName = "litedb|memory",
        };
        var set = new Option<string[]>("--set")
        {
            Description = "any other key", HelpName = "Section:Key=value",
        };
        var root = new RootCommand(about)
        {
            config, data, listen, dialect, open, store, set,
        };
        root.SetAction(parsed => serve(parsed.GetValue(config), Keys(
            parsed.GetValue(data), parsed.GetValue(store), parsed.GetValue(listen) ?? [],
            parsed.GetValue(dialect), parsed.GetValue(open), parsed.GetValue(set) ?? [])));
        var hash = new Command("hash-password",
            "read a password from standard input, print its hash for Users");
        hash.SetAction(_ => hashPassword());
        root.Subcommands.Add(hash);
        return root;
    }

    private static Dictionary<string, string?> Keys(
        string? data, string? store, string[] listen, string? dialect, bool isOpen, string[] set)
    {
        var keys = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var assignment in set)
        {
            var at = assignment.IndexOf('=');
            if (at <= 0)
                throw new ConfigurationError("--set", "takes Section:Key=value; here the = is missing");
            keys[assignment[..at]] = assignment[(at + 1)..];
        }
        if (data is not null) keys["Store:Directory"] = data;
        if (store is not null) keys["Store:Kind"] = store;
        if (dialect is not null && listen.Length == 0)
            throw new ConfigurationError("--dialect",
                $"'{dialect}' belongs to --listen ADDR:PORT, which is missing");
        if (isOpen && listen.Length == 0)
            throw new ConfigurationError("--allow-anonymous-from-network", "belongs to --listen ADDR:PORT");
        for (var i = 0; i < listen.Length; i++)
        {
            keys[$"{ListenKey}:{i}:Address"] = listen[i];
            if (dialect is not null) keys[$"{ListenKey}:{i}:Dialect"] = dialect;
            if (isOpen) keys[$"{ListenKey}:{i}:AllowAnonymousFromNetwork"] = "true";
        }
        return keys;
    }
}
