using LightMq.Bench.Reporting;
using LightMq.Bench.Servers;

namespace LightMq.Bench.Cases;

/// <summary>A broker, and the wire by which it is loaded.</summary>
internal sealed record Side(string Label, Server Server, Wire Wire = Wire.Tcp);

/// <summary>The same load on two sides in turn; CPU per message and its ratio.</summary>
internal static class SideBySide
{
    private const string Cpu = "server_cpu_us_per_msg";
    private static readonly string[] Columns =
        ["CPU µs/msg", "msg/s", "latency p50 µs", "p99 µs", "cores busy", "memory MB"];

    /// <summary>Measures.</summary>
    /// <param name="run">What the case works with.</param>
    /// <param name="about">Name, title, date and notes of the result, and what its sides are.</param>
    /// <param name="arguments">Of the load generator.</param>
    /// <param name="one">Whose figure is divided.</param>
    /// <param name="other">By whose figure.</param>
    /// <param name="ratioMax">The gate; null: none.</param>
    public static CaseResult Measure(
        BenchRun run, Heading about, string arguments, Side one, Side other, double? ratioMax)
    {
        List<IReadOnlyDictionary<string, double>> ones = [], others = [];
        for (var turn = 0; turn < run.Turns; turn++)
        {
            ones.Add(run.Load.Run(one.Server, $"{arguments} {run.Length}", one.Wire));
            others.Add(run.Load.Run(other.Server, $"{arguments} {run.Length}", other.Wire));
        }
        var ratio = BenchRun.Ratio(ones.Select(t => t[Cpu]), others.Select(t => t[Cpu]));
        Gate[] gates = ratioMax is { } max
            ? [new($"CPU per message, {about.Title}{about.Against}", ratio, max, false, "×")] : [];
        return new CaseResult(about.Name, about.Title, about.Date,
            [
                $"`lightmq-load {arguments}`, {run.Turns} turns each.",
                .. about.Notes,
                $"Ratio of CPU per message: **{BenchRun.Short(ratio)} ×**.",
            ],
            [about.Sides, .. Columns], [Row(one.Label, ones), Row(other.Label, others)], gates);
    }

    private static string[] Row(string label, List<IReadOnlyDictionary<string, double>> turns) =>
    [
        label,
        BenchRun.Short(Of(turns, Cpu)),
        BenchRun.Short(Of(turns, "msg_per_s")),
        BenchRun.Short(Of(turns, "p50_us")),
        BenchRun.Short(Of(turns, "p99_us")),
        BenchRun.Short(Of(turns, "server_cpu_cores")),
        BenchRun.Short(Of(turns, "rss_kb") / 1024),
    ];

    private static double Of(List<IReadOnlyDictionary<string, double>> turns, string key) =>
        BenchRun.Median(turns.Select(t => t[key]));
}

/// <summary>What stands above a result.</summary>
/// <param name="Name">By which the case is asked for.</param>
/// <param name="Title">Headline.</param>
/// <param name="Date">Of the measurement.</param>
/// <param name="Sides">What the sides are: the first column's head.</param>
internal sealed record Heading(string Name, string Title, string Date, string Sides)
{
    /// <summary>More about the load.</summary>
    public string[] Notes { get; init; } = [];

    /// <summary>With whom a gate compares, where that is not the peer.</summary>
    public string Against { get; init; } = "";
}
