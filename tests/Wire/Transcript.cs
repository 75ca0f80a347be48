using System.Globalization;

namespace LightMq.Tests;

/// <summary>What a line of a transcript does.</summary>
internal enum StepKind
{
    Connect,
    Send,
    Expect,
    ExpectAnyOrder,
    ConnAck,
    Refused,
    Disconnect,
    Silent,
    Closed,
    Cut,
    Advance,
    Restart,
}

/// <summary>One line of a transcript.</summary>
/// <param name="Line">Its number, from 1.</param>
/// <param name="Kind">What it does.</param>
/// <param name="Peer">Who does it, or to whom.</param>
/// <param name="Text">Bytes, as <see cref="PacketText"/>.</param>
/// <param name="Milliseconds">Time that passes.</param>
internal sealed record Step(
    int Line, StepKind Kind, string Peer = "", string Text = "", int Milliseconds = 0);

/// <summary>A golden conversation with a broker; README.md has the notation.</summary>
internal sealed class Transcript
{
    private Transcript(string name, string[] lines)
    {
        Name = name;
        for (var at = 0; at < lines.Length; at++)
        {
            var line = lines[at].Trim();
            if (at == 0) Story = line.TrimStart('#', ' ');
            if (line.Length == 0 || line[0] == '#') continue;
            if (line[0] == '!') ReadDirective(line, at + 1);
            else Steps.Add(ReadStep(line, at + 1));
        }
    }

    public string Name { get; }

    /// <summary>Its first line: what happens.</summary>
    public string Story { get; } = "";

    public List<Step> Steps { get; } = [];

    /// <summary>Clauses that it proves.</summary>
    public List<string> Clauses { get; } = [];

    /// <summary>Broker options that it needs other than their defaults.</summary>
    public List<(string Name, int Value)> Settings { get; } = [];

    /// <summary>Why mosquitto may answer otherwise; null where the standard leaves no choice.</summary>
    public string? NoOracle { get; private set; }

    public bool IsLmq { get; private set; }

    /// <summary>Whether clients without password may upload tokens.</summary>
    public bool HasTokens { get; private set; }

    public bool HasUsers { get; private set; }

    /// <summary>Whether a bridge session exists, and topics of every type (LMQ-CORE-4, LMQ-ORD-2).</summary>
    public bool HasBridge { get; private set; }

    /// <summary>Whether it needs what only the bare core has: a clock to set, a process to restart.</summary>
    public bool IsCoreOnly =>
        HasBridge || Steps.Any(step => step.Kind is StepKind.Advance or StepKind.Restart);

    public bool IsForOracle =>
        NoOracle is null && !IsCoreOnly && !IsLmq && !HasUsers && Settings.Count == 0;

    public static Transcript Load(string path) =>
        new(Path.GetFileNameWithoutExtension(path), File.ReadAllLines(path));

    public static Transcript Parse(string name, string text) => new(name, text.Split('\n'));

    private void ReadDirective(string line, int number)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        switch (words[0])
        {
            case "!": Clauses.AddRange(words[1..]); break;
            case "!lmq" when words.Length == 1: IsLmq = true; break;
            case "!tokens" when words.Length == 1: IsLmq = HasTokens = true; break;
            case "!bridge" when words.Length == 1: HasBridge = true; break;
            case "!users" when words.Length == 1: HasUsers = true; break;
            case "!no-oracle" when words.Length > 3: NoOracle = string.Join(' ', words[1..]); break;
            case "!set" when words.Length == 2 && words[1].Split('=') is [var name, var value]:
                Settings.Add((name, int.Parse(value, CultureInfo.InvariantCulture)));
                break;
            default: throw Bad(line, number);
        }
    }

    private Step ReadStep(string line, int number)
    {
        var words = line.Split(' ', 2);
        var rest = words.Length == 2 ? words[1].Trim() : "";
        if (words[0].EndsWith('>')) return new(number, StepKind.Send, words[0][..^1], rest);
        if (words[0].EndsWith("<~", StringComparison.Ordinal))
            return new(number, StepKind.ExpectAnyOrder, words[0][..^2], rest);
        if (words[0].EndsWith('<')) return new(number, StepKind.Expect, words[0][..^1], rest);
        return (words[0], rest) switch
        {
            ("connect", var peer) when peer.Length > 0 => new(number, StepKind.Connect, peer),
            ("advance", var time) => new(number, StepKind.Advance, Milliseconds: ReadMilliseconds(time)),
            ("restart", "") => new(number, StepKind.Restart),
            (var peer, "silent") => new(number, StepKind.Silent, peer),
            (var peer, "closed") => new(number, StepKind.Closed, peer),
            (var peer, "cut") => new(number, StepKind.Cut, peer),
            (var peer, var said) when said.StartsWith("connack ", StringComparison.Ordinal) =>
                new(number, StepKind.ConnAck, peer, said[8..]),
            (var peer, var said) when said.StartsWith("refused ", StringComparison.Ordinal) =>
                new(number, StepKind.Refused, peer, said[8..]),
            (var peer, var said) when said.StartsWith("disconnect ", StringComparison.Ordinal) =>
                new(number, StepKind.Disconnect, peer, said[11..]),
            _ => throw Bad(line, number),
        };
    }

    // "90s" or "1500ms".
    private static int ReadMilliseconds(string text)
    {
        var isMilliseconds = text.EndsWith("ms", StringComparison.Ordinal);
        var value = int.Parse(text[..^(isMilliseconds ? 2 : 1)], CultureInfo.InvariantCulture);
        return isMilliseconds ? value : value * 1000;
    }

    private FormatException Bad(string line, int number) => new($"{Name}:{number}: not understood: {line}");
}
