using LightMq.Cli.Board;

namespace LightMq.Cli.Health;

/// <summary>The command <c>lightmq health</c>, and the gate that a new system must pass.</summary>
/// <param name="paths">Where things are.</param>
/// <param name="disk">File systems.</param>
/// <param name="time">The clock.</param>
/// <param name="output">Where lines go.</param>
internal sealed class HealthCommand(BoxPaths paths, IBoxDisk disk, TimeProvider time, TextWriter output)
{
    private const int Bad = 1;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>Looks until all is good or the time is over.</summary>
    /// <param name="wait">How long it may take.</param>
    /// <param name="marks">Whether the boot loader is told, and a system that fails goes back.</param>
    /// <returns>0: all is good; 1: it is not.</returns>
    public int Run(TimeSpan wait, bool marks)
    {
        var slots = Slots.Ask();
        var check = new HealthCheck(paths);
        var from = time.GetTimestamp();
        var findings = check.Look(slots);
        while (findings.Any(static finding => !finding.IsGood) && time.GetElapsedTime(from) < wait)
        {
            using var pause = new ManualResetEventSlim();
            using var timer = time.CreateTimer(_ => pause.Set(), null, Pause, Timeout.InfiniteTimeSpan);
            pause.Wait();
            if (!slots.AreThere) slots = Slots.Ask();
            findings = check.Look(slots);
        }
        foreach (var finding in findings) output.WriteLine(finding);
        var isGood = findings.All(static finding => finding.IsGood);
        if (!marks || new BoxFacts(paths).Version.Length == 0) return isGood ? 0 : Bad;
        var gate = new HealthGate(paths, disk, slots, output);
        var status = isGood ? gate.Pass() : gate.Fail(string.Join("; ",
            findings.Where(static finding => !finding.IsGood)
                .Select(static finding => $"{finding.Name}: {finding.Text}")));
        if (!File.Exists(paths.LookedAt)) File.WriteAllText(paths.LookedAt, "");
        return status;
    }
}
