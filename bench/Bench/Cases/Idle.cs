using LightMq.Bench.Reporting;
using LightMq.Bench.Servers;

namespace LightMq.Bench.Cases;

/// <summary>Memory of a broker that does nothing, and of one that holds idle connections.</summary>
internal sealed class Idle : IBenchCase
{
    public string Name => "idle";
    public string Title => "idle memory and idle connections";

    public CaseResult Measure(BenchRun run, string date)
    {
        var connections = run.Size(5_000, 200);
        var rows = new List<string[]>();
        double idle = 0, each = 0;
        Func<Server>[] starts = [() => run.Brokers.Ours(run.Brokers.Fresh("idle")), run.Brokers.Peer];
        foreach (var start in starts)
        {
            using var server = start();
            var before = server.ResidentBytes;
            var figures = run.Load.Run(server, $"-m connect -c {connections} -C 50 --hold {run.Size(3, 1)}");
            if (server.Name == Brokers.OursName) (idle, each) = (before / 1e6, figures["rss_per_conn_bytes"]);
            rows.Add([server.Name, BenchRun.Short(before / 1e6),
                BenchRun.Short(figures["rss_per_conn_bytes"]),
                BenchRun.Short(figures["hold_server_cpu_s"] / figures["hold_s"] * 100)]);
        }
        return new CaseResult(Name, Title, date,
            [
                "Resident memory right after the start (ours with its store),",
                $"then with {connections} connections that do nothing.",
            ],
            ["broker", "idle MB", "bytes per idle connection", "CPU % while held"],
            rows,
            [new Gate("idle memory", idle, 20, false, "MB"),
                new Gate("memory per idle connection", each, 3_072, false, "bytes")]);
    }
}
