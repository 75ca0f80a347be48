using LightMq.Bench.Reporting;

namespace LightMq.Bench.Cases;

/// <summary>
/// What holding a PUBACK for a subscriber that keeps up spares the flash, and costs a sensor.
/// </summary>
internal sealed class Hold : IBenchCase
{
    private static readonly string[] Bridge =
        ["--set", "Bridges:0:ClientId=uplink", "--set", "Bridges:0:Filters:0=load/#"];

    public string Name => "hold";
    public string Title => "default hold with a bridge session that keeps up";

    public CaseResult Measure(BenchRun run, string date)
    {
        var rows = new List<string[]>
        {
            Row(run, "default hold", "10 publishers, window 20", "-p 10 -w 20 -k 20", []),
            Row(run, "default hold", "one sensor, window 1", "-p 1 -w 1 -k 1", []),
            Row(run, "default hold", "one sensor, window 1; bridge answers after 100 ms", Late("0.1"), []),
            Row(run, "default hold", "one sensor, window 1; bridge answers after 1 s", Late("1"), []),
            Row(run, "ackHold 0", "10 publishers, window 20", "-p 10 -w 20 -k 20",
                ["--set", Durable.HoldOff]),
            Row(run, "ackHold 0", "one sensor, window 1", "-p 1 -w 1 -k 1", ["--set", Durable.HoldOff]),
        };
        return new CaseResult(Name, Title, date,
            [
                "The subscriber is the configured bridge session, connected, and acknowledges at once.",
                "A message that it acknowledges before its group leaves is safe without the disk.",
            ],
            ["setting", "load", "msg/s", "PUBACK p50 µs", "p99 µs", "bytes written/msg", "device bytes/msg"],
                rows, []);
    }

    private static string Late(string seconds) => $"-p 1 -w 1 -k 50 --ack-delay {seconds}";

    private static string[] Row(BenchRun run, string setting, string name, string load, string[] more)
    {
        using var server = run.Brokers.Ours(run.Brokers.Fresh("hold"), [.. Bridge, .. more]);
        var figures = Durable.Written(
            run, server, $"-m fanin -q 1 {load} --persistent --subscriber-id uplink -f load/# {run.Length}");
        return [setting, name, BenchRun.Short(figures["msg_per_s"]), BenchRun.Short(figures["ack_p50_us"]),
            BenchRun.Short(figures["ack_p99_us"]), BenchRun.Short(figures["written_per_msg"]),
            BenchRun.Short(figures["device_per_msg"])];
    }
}
