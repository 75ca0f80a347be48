using LightMq.Bench.Probes;
using LightMq.Bench.Reporting;
using LightMq.Bench.Servers;

namespace LightMq.Bench.Cases;

/// <summary>
/// QoS 1 where every message is on the disk, synced, before its PUBACK: one subscriber is offline.
/// </summary>
internal sealed class Durable : IBenchCase
{
    public const string HoldOff = "Store:AckHoldMilliseconds=0";

    public string Name => "durable";
    public string Title => "durable QoS 1, ackHold 0, one offline subscriber";

    public CaseResult Measure(BenchRun run, string date)
    {
        var rows = new List<string[]>();
        var rates = new List<double>();
        for (var turn = 0; turn < (run.Quick ? 1 : 3); turn++)
        {
            var disk = run.Disk();
            var (many, manyBytes) = Publish(run, "-p 100 -w 20");
            var (one, oneBytes) = Publish(run, "-p 1 -w 1");
            rates.Add(many["msg_per_s"]);
            rows.Add(Row($"turn {turn + 1}: 100 publishers × window 20", many, manyBytes, disk));
            rows.Add(Row($"turn {turn + 1}: 1 publisher × window 1", one, oneBytes, disk));
        }
        var echo = EchoProbe.Run(run.Size(20_000, 500));
        return new CaseResult(Name, Title, date,
            [
                "mosquitto has no sync per message (it saves its queues every half hour, or at exit),",
                "so there is nothing to compare with. The raw disk beside it: groups of 16 KiB written one",
                "after the other into a preallocated file, one fdatasync each, same folder, same minute.",
                $"Loopback echo in the same run: p50 {BenchRun.Short(echo.P50Microseconds)} µs,",
                $"p99 {BenchRun.Short(echo.P99Microseconds)} µs.",
            ],
            ["load", "msg/s", "PUBACK p50 ms", "p99 ms", "CPU µs/msg", "bytes written/msg", "raw fdatasync/s",
                "raw p99 ms"],
            rows,
            [new Gate("durable QoS 1, 100 × 20", BenchRun.Median(rates), 20_000, true, "msg/s")]);
    }

    /// <summary>Leaves a persistent session with one filter behind, offline.</summary>
    public static void LeaveOfflineSubscriber(BenchRun run, Server server) =>
        run.Load.Run(server, "-m connect -c 1 -C 1 -q 1 --subscribe --persistent -i offline -f load/#");

    private static (IReadOnlyDictionary<string, double> Figures, double BytesEach) Publish(
        BenchRun run, string load)
    {
        using var server = run.Brokers.Ours(run.Brokers.Fresh("durable"), "--set", HoldOff);
        LeaveOfflineSubscriber(run, server);
        var before = server.BytesWritten;
        var figures = run.Load.Run(server, $"-m pub -q 1 {load} {run.Length}");
        return (figures, (server.BytesWritten - before) / Math.Max(1, figures["acked"]));
    }

    private static string[] Row(
        string load, IReadOnlyDictionary<string, double> run, double bytes, DiskProbe disk) =>
    [
        load,
        BenchRun.Short(run["msg_per_s"]),
        BenchRun.Short(run["ack_p50_us"] / 1000),
        BenchRun.Short(run["ack_p99_us"] / 1000),
        BenchRun.Short(run["server_cpu_us_per_msg"]),
        BenchRun.Short(bytes),
        BenchRun.Short(disk.PerSecond),
        BenchRun.Short(disk.P99Milliseconds),
    ];
}
