using LightMq.Bench.Probes;
using LightMq.Bench.Reporting;
using LightMq.Bench.Servers;

namespace LightMq.Bench.Cases;

/// <summary>What one pull of 30 messages takes while a long backlog stands (LMQ-OFF-2).</summary>
internal sealed class Pulls : IBenchCase
{
    private const int Count = 30;
    // Not more than five a second are served (LMQ-OFF-3).
    private const int EveryMilliseconds = 210;

    public string Name => "pull";
    public string Title => "pull of 30 messages from a backlog";

    public CaseResult Measure(BenchRun run, string date)
    {
        var queued = run.Size(100_000, 2_000);
        var rows = new List<string[]>();
        var gates = new List<Gate>();
        foreach (var memory in new[] { 64 << 20, 1 << 20 })
        {
            var folder = run.Brokers.Fresh("pull");
            using (var server = run.Brokers.OursWithLmq(folder, memory, out var port))
            {
                using (var client = new PullClient(port)) client.Subscribe("load/#");
                run.Load.Run(server, $"-m pub -q 1 -p 100 -w 20 -b 256 -n {queued / 100}");
            }
            // Started anew, so that all of it lies on the disk only.
            using (var server = run.Brokers.OursWithLmq(folder, memory, out var port))
            using (var client = new PullClient(port))
                foreach (var order in new[] { "ASC", "DESC" })
                {
                    var times = Times(client, order, run.Size(200, 5));
                    var p99 = times[times.Length * 99 / 100];
                    rows.Add([$"{order}, {memory >> 20} MiB of memory",
                        BenchRun.Short(times[times.Length / 2]), BenchRun.Short(p99),
                        BenchRun.Short(times[^1])]);
                    gates.Add(new Gate($"pull {order}, {memory >> 20} MiB, p99", p99, 20, false, "ms"));
                }
        }
        var echo = EchoProbe.Run(run.Size(20_000, 500));
        return new CaseResult(Name, Title, date,
            [
                $"{queued:N0} messages of 256 B wait for one persistent client; the broker was started anew,",
                $"so they lie on the disk. {run.Size(200, 5)} pulls each way, from the request to the last",
                $"of its {Count} messages. All are acknowledged; the next follows",
                $"{EveryMilliseconds} ms later.",
                $"Loopback echo in the same run: p50 {BenchRun.Short(echo.P50Microseconds)} µs,",
                $"p99 {BenchRun.Short(echo.P99Microseconds)} µs.",
            ],
            ["order, Limits:MemoryBytesMax", "p50 ms", "p99 ms", "slowest ms"], rows, gates);
    }

    private static double[] Times(PullClient client, string order, int pulls)
    {
        var times = new double[pulls];
        for (var i = 0; i < pulls; i++)
        {
            times[i] = client.PullMilliseconds(order, Count);
            Thread.Sleep(EveryMilliseconds);
        }
        Array.Sort(times);
        return times;
    }
}
