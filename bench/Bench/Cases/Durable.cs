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
            var many = Publish(run, "-p 100 -w 20");
            var one = Publish(run, "-p 1 -w 1");
            rates.Add(many["msg_per_s"]);
            rows.Add(Row($"turn {turn + 1}: 100 publishers × window 20", many, disk));
            rows.Add(Row($"turn {turn + 1}: 1 publisher × window 1", one, disk));
        }
        var echo = EchoProbe.Run(run.Size(20_000, 500));
        return new CaseResult(Name, Title, date,
            [
                "mosquitto has no sync per message (it saves its queues every half hour, or at exit),",
                "so there is nothing to compare with. Bytes written are what the broker gave to write calls;",
                "device bytes are all that the block device was given meanwhile, by anybody.",
                "The raw disk beside it: groups of 16 KiB written one",
                "after the other into a preallocated file, one fdatasync each, same folder, same minute.",
                $"Loopback echo in the same run: p50 {BenchRun.Short(echo.P50Microseconds)} µs,",
                $"p99 {BenchRun.Short(echo.P99Microseconds)} µs.",
            ],
            ["load", "msg/s", "PUBACK p50 ms", "p99 ms", "CPU µs/msg", "bytes written/msg",
                "device bytes/msg",
                "raw fdatasync/s", "raw p99 ms"],
            rows,
            [new Gate("durable QoS 1, 100 × 20", BenchRun.Median(rates), 20_000, true, "msg/s")]);
    }

    /// <summary>Leaves a persistent session with one filter behind, offline.</summary>
    public static void LeaveOfflineSubscriber(BenchRun run, Server server) =>
        run.Load.Run(server, "-m connect -c 1 -C 1 -q 1 --subscribe --persistent -i offline -f load/#");

    private static Dictionary<string, double> Publish(BenchRun run, string load)
    {
        using var server = run.Brokers.Ours(run.Brokers.Fresh("durable"), "--set", HoldOff);
        LeaveOfflineSubscriber(run, server);
        return Written(run, server, $"-m pub -q 1 {load} {run.Length}");
    }

    /// <summary>One run, with what was written for each acknowledged message beside its figures.</summary>
    public static Dictionary<string, double> Written(BenchRun run, Server server, string arguments)
    {
        var (handed, device) = (server.BytesWritten, run.Device.BytesWritten);
        var figures = new Dictionary<string, double>(run.Load.Run(server, arguments));
        var messages = Math.Max(1, figures["acked"]);
        figures["written_per_msg"] = (server.BytesWritten - handed) / messages;
        figures["device_per_msg"] = (run.Device.BytesWritten - device) / messages;
        return figures;
    }

    private static string[] Row(string load, Dictionary<string, double> run, DiskProbe disk) =>
    [
        load,
        BenchRun.Short(run["msg_per_s"]),
        BenchRun.Short(run["ack_p50_us"] / 1000),
        BenchRun.Short(run["ack_p99_us"] / 1000),
        BenchRun.Short(run["server_cpu_us_per_msg"]),
        BenchRun.Short(run["written_per_msg"]),
        BenchRun.Short(run["device_per_msg"]),
        BenchRun.Short(disk.PerSecond),
        BenchRun.Short(disk.P99Milliseconds),
    ];
}
