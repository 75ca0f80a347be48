using LightMq.Bench.Reporting;
using LightMq.Bench.Servers;

namespace LightMq.Bench.Cases;

/// <summary>The same load on both brokers in turn; CPU per message and its ratio.</summary>
/// <param name="Name">By which it is asked for.</param>
/// <param name="Title">Headline.</param>
/// <param name="Arguments">Of the load generator.</param>
/// <param name="RatioMax">The gate; null: none.</param>
internal sealed record Comparison(string Name, string Title, string Arguments, double? RatioMax) : IBenchCase
{
    private const string Cpu = "server_cpu_us_per_msg";
    private static readonly string[] Columns =
        ["broker", "CPU µs/msg", "msg/s", "latency p50 µs", "p99 µs", "cores busy", "memory MB"];

    public CaseResult Measure(BenchRun run, string date)
    {
        var turns = new Dictionary<string, List<IReadOnlyDictionary<string, double>>>
        {
            [Brokers.OursName] = [],
            [Brokers.PeerName] = [],
        };
        using var ours = run.Brokers.OursInMemory();
        using var peer = run.Brokers.Peer();
        for (var turn = 0; turn < run.Turns; turn++)
            foreach (var server in new[] { ours, peer })
                turns[server.Name].Add(run.Load.Run(server, $"{Arguments} {run.Length}"));
        var (our, their) = (turns[Brokers.OursName], turns[Brokers.PeerName]);
        var ratio = Of(our, Cpu) / Of(their, Cpu);
        Gate[] gates = RatioMax is { } max ? [new($"CPU per message, {Title}", ratio, max, false, "×")] : [];
        return new CaseResult(Name, Title, date,
            [
                $"`lightmq-load {Arguments}`, {run.Turns} turns each.",
                $"Ratio of CPU per message: **{BenchRun.Short(ratio)} ×**.",
            ],
            Columns, [Row(Brokers.OursName, our), Row(Brokers.PeerName, their)], gates);
    }

    private static string[] Row(string name, List<IReadOnlyDictionary<string, double>> turns) =>
    [
        name,
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
