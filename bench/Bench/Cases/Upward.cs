using System.Diagnostics;
using LightMq.Bench.Chain;
using LightMq.Bench.Probes;
using LightMq.Bench.Reporting;
using LightMq.Process.Chain;

namespace LightMq.Bench.Cases;

/// <summary>Edge broker, uplink and central together: how fast, how soon, at what cost.</summary>
internal sealed class Upward : IBenchCase
{
    private const int Bytes = 256, PerSecond = 1_000;
    private static readonly TimeSpan OneWay = TimeSpan.FromMilliseconds(50);

    public string Name => "uplink";
    public string Title => "edge broker → uplink → central";

    public CaseResult Measure(BenchRun run, string date)
    {
        var disk = run.Disk();
        var echo = EchoProbe.Run(run.Size(20_000, 500));
        var drain = Drain(run);
        var (p50, p99) = EndToEnd(run);
        var (loaded, idle, messages) = Written(run);
        var memory = IdleMemory();
        return new CaseResult(Name, Title, date,
            [
                "Real processes; QoS 1, 256 B, stock sensors on the edge, login by signature, plain TCP.",
                "The round trip of 100 ms is a proxy's on loopback, which delays each segment by 50 ms.",
                "End to end is from the sensor's write to the answer of the stream API that holds the",
                "message, so it contains the core's write and sync and one HTTP answer.",
                "Bytes written are what the edge broker gave to write calls in 20 s, beside as long idle.",
                $"In the same run: {BenchRun.Short(disk.PerSecond)} raw fdatasync/s of 16 KiB",
                $"(p99 {BenchRun.Short(disk.P99Milliseconds)} ms), loopback echo p50",
                $"{BenchRun.Short(echo.P50Microseconds)} µs, p99 {BenchRun.Short(echo.P99Microseconds)} µs.",
            ],
            ["what", "measured", "unit"],
            [
                [$"drain of {run.Size(100_000, 2_000)} queued messages at 100 ms",
                    BenchRun.Short(drain.PerSecond), "msg/s"],
                ["… CPU of the uplink", BenchRun.Short(drain.UplinkMicroseconds), "µs/msg"],
                ["… CPU of the central", BenchRun.Short(drain.CentralMicroseconds), "µs/msg"],
                ["… CPU of the edge broker", BenchRun.Short(drain.EdgeMicroseconds), "µs/msg"],
                ["end to end at 1,000 msg/s, p50", BenchRun.Short(p50), "ms"],
                ["end to end at 1,000 msg/s, p99", BenchRun.Short(p99), "ms"],
                [$"written at the edge at 100 ms, {messages} messages", BenchRun.Short(loaded), "B"],
                ["… idle for as long", BenchRun.Short(idle), "B"],
                ["uplink idle, resident", BenchRun.Short(memory), "MB"],
            ],
            [
                new Gate("drain at 100 ms round trip", drain.PerSecond, 5_000, true, "msg/s"),
                new Gate("end to end p50", p50, 5, false, "ms"),
                new Gate("end to end p99", p99, 25, false, "ms"),
                new Gate("written at the edge per message beyond idle",
                    Math.Max(0, loaded - idle) / messages, 1, false, "B"),
                new Gate("uplink idle memory", memory, 30, false, "MB"),
            ]);
    }

    private sealed record Drained(
        double PerSecond, double UplinkMicroseconds, double CentralMicroseconds, double EdgeMicroseconds);

    private static Drained Drain(BenchRun run)
    {
        using var site = new ChainSite();
        site.Link.Delay = OneWay;
        var trail = new Trail();
        const int Senders = 10;
        var each = run.Size(10_000, 200);
        Sensors.Publish(site.Edge.Port, trail, Senders, each, Bytes, window: 500);
        var (edge, central) = (site.Edge.Process.CpuTime, site.Central.Process.CpuTime);
        site.Uplink.Start();
        Await(() => site.Reader.Count("plant") > 0);
        var clock = Stopwatch.StartNew();
        Await(() => site.Reader.Count("plant") >= Senders * each);
        var seconds = clock.Elapsed.TotalSeconds;
        foreach (var message in site.Reader.Read("plant", CancellationToken.None).Result)
            trail.Arrive(message.Payload);
        Demand(trail);
        var scale = 1e6 / (Senders * each);
        return new Drained(Senders * each / seconds, site.Uplink.Process.CpuTime.TotalSeconds * scale,
            (site.Central.Process.CpuTime - central).TotalSeconds * scale,
            (site.Edge.Process.CpuTime - edge).TotalSeconds * scale);
    }

    private static (double P50, double P99) EndToEnd(BenchRun run)
    {
        using var site = new ChainSite();
        site.Uplink.Start();
        var trail = new Trail();
        Sensors.Publish(site.Edge.Port, new Trail(), 1, 200, Bytes, window: 1);
        _ = site.Reader.Read("plant", CancellationToken.None).Result;
        using var over = new CancellationTokenSource();
        var readers = Enumerable.Range(0, CentralSite.Partitions).Select(partition => Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
                foreach (var message in await site.Reader.Await("plant", partition, over.Token))
                    trail.Arrive(message.Payload);
        })).ToArray();
        var each = run.Size(1_000, 50);
        Sensors.Publish(site.Edge.Port, trail, 10, each, Bytes, window: 20, perSecond: PerSecond);
        Await(() => trail.Arrived >= 10 * each);
        over.Cancel();
        Demand(trail);
        return (trail.Milliseconds(50), trail.Milliseconds(99));
    }

    private static (double Loaded, double Idle, int Messages) Written(BenchRun run)
    {
        using var site = new ChainSite();
        site.Link.Delay = OneWay;
        site.Uplink.Start();
        var seconds = run.Size(20, 2);
        Sensors.Publish(site.Edge.Port, new Trail(), 10, run.Size(300, 30), Bytes, 100, PerSecond);
        var before = site.Edge.Process.BytesWritten;
        var clock = Stopwatch.StartNew();
        Sensors.Publish(site.Edge.Port, new Trail(), 10, 100 * seconds, Bytes, window: 100, PerSecond);
        var took = clock.Elapsed;
        var loaded = site.Edge.Process.BytesWritten - before;
        Thread.Sleep(2_000);
        before = site.Edge.Process.BytesWritten;
        Thread.Sleep(took);
        return (loaded, site.Edge.Process.BytesWritten - before, 1_000 * seconds);
    }

    private static double IdleMemory()
    {
        using var site = new ChainSite();
        site.Uplink.Start();
        Sensors.Publish(site.Edge.Port, new Trail(), 1, 10, Bytes, window: 1);
        Await(() => site.Reader.Count("plant") >= 10);
        Thread.Sleep(5_000);
        return site.Uplink.Process.ResidentKilobytes / 1_024.0;
    }

    private static void Demand(Trail trail)
    {
        if (trail.Lost + trail.Repeated + trail.Reordered > 0)
            throw new BenchFailed($"the chain lost {trail.Lost}, repeated {trail.Repeated}, reordered "
                + $"{trail.Reordered} of {trail.Acknowledged}");
    }

    private static void Await(Func<bool> isSo)
    {
        var clock = Stopwatch.StartNew();
        while (!isSo())
        {
            if (clock.Elapsed.TotalSeconds > 120) throw new BenchFailed("nothing came up within two minutes");
            Thread.Sleep(10);
        }
    }
}
