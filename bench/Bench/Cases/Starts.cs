using LightMq.Bench.Reporting;

namespace LightMq.Bench.Cases;

/// <summary>
/// From exec to the first CONNACK, with an empty store and with one full of waiting messages.
/// </summary>
internal sealed class Starts : IBenchCase
{
    public string Name => "start";
    public string Title => "start time";

    public CaseResult Measure(BenchRun run, string date)
    {
        var queued = run.Size(100_000, 2_000);
        var empty = Times(run, run.Brokers.Fresh("start-empty"));
        var folder = run.Brokers.Fresh("start-full");
        using (var server = run.Brokers.Ours(folder))
        {
            Durable.LeaveOfflineSubscriber(run, server);
            run.Load.Run(server, $"-m pub -q 1 -p 100 -w 20 -n {queued / 100}");
        }
        var full = Times(run, folder);
        return new CaseResult(Name, Title, date,
            [
                $"Exec to first CONNACK over loopback, {run.Turns} starts each; the second with",
                $"{queued:N0} messages of 64 B queued for one offline client.",
            ],
            ["store", "median ms", "slowest ms"],
            [
                ["empty", BenchRun.Short(BenchRun.Median(empty)), BenchRun.Short(empty.Max())],
                [$"{queued:N0} queued", BenchRun.Short(BenchRun.Median(full)), BenchRun.Short(full.Max())],
            ],
            [
                new Gate("start, empty store", BenchRun.Median(empty), 1_000, false, "ms"),
                new Gate("start, 100,000 queued", BenchRun.Median(full), 2_000, false, "ms"),
            ]);
    }

    private static List<double> Times(BenchRun run, string folder)
    {
        var times = new List<double>();
        for (var turn = 0; turn < run.Turns; turn++)
        {
            using var server = run.Brokers.Ours(folder);
            times.Add(server.StartTime.TotalMilliseconds);
        }
        return times;
    }
}
