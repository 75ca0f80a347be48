namespace LightMq.Bench.Cases;

/// <summary>Every case, in the order of the report.</summary>
internal static class AllCases
{
    private const string FanIn = "-m fanin -p 10 -w 20 -k 20 -b 64";
    private const string FanOut = "-m fanout -p 1 -s 50 -w 20 -k 20 -b 64";
    private const string Pairs = "-m pairs -p 100 -r 2000 -b 64";

    public static IReadOnlyList<IBenchCase> List { get; } =
    [
        new Comparison("fan-in-1", "fan-in, QoS 1", $"{FanIn} -q 1", 0.10),
        new Comparison("fan-in-0", "fan-in, QoS 0", $"{FanIn} -q 0", null),
        new Comparison(
            "fan-in-1-single", "fan-in, QoS 1, one message per write", $"{FanIn} -q 1 --batch 1", 0.3),
        new Comparison(
            "fan-in-0-single", "fan-in, QoS 0, one message per write", $"{FanIn} -q 0 --batch 1", null),
        new Comparison("fan-out-1", "fan-out 1 → 50, QoS 1", $"{FanOut} -q 1", 0.10),
        new Comparison("fan-out-0", "fan-out 1 → 50, QoS 0", $"{FanOut} -q 0", 0.10),
        new Comparison("pairs", "100 pairs at 2,000 msg/s, QoS 1", $"{Pairs} -q 1", 0.9),
        new Comparison("pairs-0", "100 pairs at 2,000 msg/s, QoS 0", $"{Pairs} -q 0", null),
        new Comparison("fan-in-4k", "fan-in, QoS 1, 4 KiB", "-m fanin -p 10 -w 20 -k 20 -b 4096 -q 1", 0.2),
        new Comparison("fan-out-4k", "fan-out 1 → 50, QoS 1, 4 KiB",
            "-m fanout -p 1 -s 50 -w 20 -k 20 -b 4096 -q 1", 0.2),
        new Connects(),
        new TlsHandshakes(),
        new TlsComparison("tls-fan-in-1", "TLS, fan-in, QoS 1", $"{FanIn} -q 1"),
        new TlsComparison("tls-fan-in-1-single", "TLS, fan-in, QoS 1, one message per write",
            $"{FanIn} -q 1 --batch 1"),
        new TlsComparison("tls-fan-out-1", "TLS, fan-out 1 → 50, QoS 1", $"{FanOut} -q 1"),
        new TlsComparison("tls-pairs", "TLS, 100 pairs at 2,000 msg/s, QoS 1", $"{Pairs} -q 1"),
        new WebSocketCost("ws-fan-in-1", "WebSocket, fan-in, QoS 1", $"{FanIn} -q 1"),
        new WebSocketCost("ws-fan-in-0", "WebSocket, fan-in, QoS 0", $"{FanIn} -q 0"),
        new WebSocketCost("ws-fan-out-0", "WebSocket, fan-out 1 → 50, QoS 0", $"{FanOut} -q 0"),
        new WebSocketCost("ws-fan-in-1-single", "WebSocket, fan-in, QoS 1, one message per write",
            $"{FanIn} -q 1 --batch 1"),
        new Idle(),
        new Durable(),
        new Hold(),
        new Upward(),
        new BridgeCuts(),
        new Starts(),
        new Pulls(),
        new EnginePath(),
        new DialectCost(),
    ];
}
