using LightMq.Cli.Board;
using LightMq.Cli.Files;

namespace LightMq.Cli.Health;

/// <summary>One thing that was looked at.</summary>
/// <param name="Name">What.</param>
/// <param name="IsGood">Whether it is as it must be.</param>
/// <param name="Text">In plain words.</param>
internal sealed record Finding(string Name, bool IsGood, string Text)
{
    /// <inheritdoc/>
    public override string ToString() => $"{(IsGood ? "good" : "BAD ")} {Name}: {Text}";
}

/// <summary>Looks at everything that a system must have to be called good.</summary>
/// <param name="paths">Where things are.</param>
internal sealed class HealthCheck(BoxPaths paths)
{
    private const string Label = "lightmq-data";

    private readonly BoxFacts _facts = new(paths);

    /// <summary>Looks once.</summary>
    /// <param name="slots">What RAUC said.</param>
    public IReadOnlyList<Finding> Look(Slots slots) =>
    [
        Data(), Services(), Broker(), Uplink(), Slot(slots),
    ];

    /// <summary>A temporary file system in its place looks healthy and forgets everything.</summary>
    private Finding Data()
    {
        const string Name = "data partition";
        if (BoxFacts.Line(paths.NoData) is { } why) return new Finding(Name, false, $"nothing is kept: "
            + $"{why}");
        // Fields of /proc/self/mountinfo: the 5th is where, behind the dash stand type and source.
        var mount = Lines(paths.At("/proc/self/mountinfo")).Select(static line => line.Split(' '))
            .LastOrDefault(static parts => parts.Length > 9 && parts[4] == "/data");
        var dash = mount is null ? -1 : Array.IndexOf(mount, "-");
        if (mount is null || dash < 0 || dash + 2 >= mount.Length)
            return new Finding(Name, false, "nothing is mounted at /data");
        var (type, source) = (mount[dash + 1], mount[dash + 2]);
        if (type != "ext4" || !source.StartsWith("/dev/", StringComparison.Ordinal))
            return new Finding(Name, false, $"it is {type} on {source}, not ext4 on a disk");
        var label = LabelOf(source);
        if (label != Label) return new Finding(Name, false, $"{source} has the label '{label}', not {Label}");
        var probe = paths.At("/data/lightmq/health-probe");
        try
        {
            var disk = new BoxDisk(null);
            disk.Write(probe, "probe"u8, Readers.Root);
            disk.Delete(probe);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            return new Finding(Name, false, $"it cannot be written: {wrong.Message}");
        }
        return new Finding(Name, true, $"ext4 on {source}, label {label}, written and synced");
    }

    private string? LabelOf(string source)
    {
        var labels = paths.At("/dev/disk/by-label");
        if (!Directory.Exists(labels)) return null;
        foreach (var link in Directory.EnumerateFileSystemEntries(labels))
            if (new FileInfo(link).LinkTarget is { } target
                && (Path.GetFileName(target) == Path.GetFileName(source) || source.EndsWith(
                    "/by-label/" + Path.GetFileName(link), StringComparison.Ordinal)))
                return Path.GetFileName(link);
        return null;
    }

    private Finding Services()
    {
        string[] units = ["lightmq-edgebroker.service", "lightmq-deviceagent.service",
            .. _facts.HasCentral ? (string[])["lightmq-uplink.service"] : []];
        var result = Programs.Run("systemctl", ["is-active", .. units]);
        var states = result.Output.Split(
            '\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (states.Length != units.Length) return new Finding("services", false, result.Reason);
        var down = units.Zip(states).Where(static pair => pair.Second != "active")
            .Select(static pair => $"{pair.First} is {pair.Second}").ToArray();
        return new Finding("services", down.Length == 0,
            down.Length == 0 ? string.Join(", ", units) + " run" : string.Join(", ", down));
    }

    private Finding Broker() => BrokerPing.Try(paths) is { } problem
        ? new Finding("broker", false, problem)
        : new Finding("broker", true, "lets us in, keeps a session on its disk, and answers a ping");

    /// <summary>A central that is away is no fault of the system; an uplink that says nothing is.</summary>
    private Finding Uplink()
    {
        const string Name = "uplink";
        if (!_facts.HasCentral) return new Finding(Name, true, "there is no central in lightmq.txt");
        if (_facts.Uplink is not { } status) return new Finding(Name, false, "it has not said how the "
            + "link stands");
        var state = BoxFacts.Text(status, "state");
        if (status["localConnected"]?.GetValueKind() != System.Text.Json.JsonValueKind.True)
            return new Finding(Name, false, "it has not reached the broker of this box");
        return state.Length == 0 ? new Finding(Name, false, "its state is not understood")
            : new Finding(Name, true, state == "healthy" ? "the central acknowledges"
                : $"known not to be through: {state} ({BoxFacts.Text(status, "reason")})");
    }

    private Finding Slot(Slots slots)
    {
        if (_facts.Version.Length == 0) return new Finding("slot", true, "none: this is no image of LightMq");
        return slots.AreThere
            ? new Finding("slot", true, $"{slots.Booted} runs version {_facts.Version}"
                + (slots.IsProven(paths, _facts.Version) ? "" : ", which has not proved itself yet"))
            : new Finding("slot", false, slots.Problem);
    }

    private static IEnumerable<string> Lines(string path) => File.Exists(path) ? File.ReadLines(path) : [];
}
