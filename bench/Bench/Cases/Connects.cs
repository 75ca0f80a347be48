using LightMq.Bench.Reporting;
using LightMq.Bench.Servers;

namespace LightMq.Bench.Cases;

/// <summary>What a connect costs: CONNECT, CONNACK, DISCONNECT, close, 50 at a time.</summary>
internal sealed class Connects : IBenchCase
{
    public string Name => "connect";
    public string Title => "connect rate";

    public CaseResult Measure(BenchRun run, string date)
    {
        var cpu = new Dictionary<string, List<double>> { [Brokers.OursName] = [], [Brokers.PeerName] = [] };
        var rate = new Dictionary<string, List<double>> { [Brokers.OursName] = [], [Brokers.PeerName] = [] };
        using var ours = run.Brokers.OursInMemory();
        using var peer = run.Brokers.Peer();
        for (var turn = 0; turn < run.Turns; turn++)
            foreach (var server in new[] { ours, peer })
            {
                var figures = run.Load.Run(server, $"-m churn -c {run.Size(10_000, 300)} -C 50");
                cpu[server.Name].Add(figures["server_cpu_us_per_conn"]);
                rate[server.Name].Add(figures["conn_per_s"]);
            }
        var ratio = BenchRun.Ratio(cpu[Brokers.OursName], cpu[Brokers.PeerName]);
        return new CaseResult(Name, Title, date,
            [
                $"10,000 connects, 50 at a time, {run.Turns} turns each.",
                $"Ratio of CPU per connect: **{BenchRun.Short(ratio)} ×**.",
            ],
            ["broker", "CPU µs/connect", "connects/s"],
            [.. cpu.Keys.Select(name => (string[])
                [name, BenchRun.Short(BenchRun.Median(cpu[name])),
                    BenchRun.Short(BenchRun.Median(rate[name]))])],
            [new Gate("CPU per connect", ratio, 1, false, "×")]);
    }
}
