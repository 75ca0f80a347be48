using LightMq.Broker.Bridges;

namespace LightMq.Simulator.Oracle;

/// <summary>
/// Streams to the central (LMQ-CORE-4, LMQ-ORD-1): per bridge, client and epoch the numbers 1, 2, 3 … appear
/// in order and without holes, a number always names the same message, and epochs follow one another.
/// </summary>
public sealed class BridgeStreams(Judge judge) : IChecker
{
    private readonly Dictionary<(string Bridge, string Client), Epoch> _epochs = [];
    private readonly Dictionary<(string Bridge, string Client, Epoch Epoch), List<(int, int)>> _streams = [];

    private readonly HashSet<(string Bridge, int, int)> _numbered = [];

    /// <summary>Messages numbered so far.</summary>
    public int Count { get; private set; }

    /// <summary>A message with its number goes out on a bridge's connection.</summary>
    public void Sent(string bridge, in BridgeStamp stamp, string sender, int publisher, int sequence)
    {
        var what = $"{publisher}/{sequence} as {stamp.Client} {stamp.Epoch.Boot} number {stamp.Number}";
        Demand(stamp.Client == sender, $"{what}: its sender is {sender}");
        Demand(stamp.Number >= 1, what);
        var key = (bridge, stamp.Client, stamp.Epoch);
        if (!_streams.TryGetValue(key, out var stream)) _streams[key] = stream = [];
        if (stamp.Number <= stream.Count)
        {
            var before = stream[(int)stamp.Number - 1];
            Demand(before == (publisher, sequence), $"{what}: that number was {before.Item1}/{before.Item2}");
            return;
        }
        Demand(stamp.Number == stream.Count + 1, $"{what}: expected {stream.Count + 1}");
        if (_epochs.TryGetValue((bridge, stamp.Client), out var latest))
            Demand(stamp.Epoch.Boot >= latest.Boot, $"{what}: epoch {latest.Boot} had begun");
        _epochs[(bridge, stamp.Client)] = stamp.Epoch;
        // Accepted once, numbered once; a message that its publisher sent again may have been accepted twice.
        var isOnce = judge.Find(publisher, sequence) is { Sends: 1 };
        Demand(_numbered.Add((bridge, publisher, sequence)) || !isOnce, $"{what}: it had a number before");
        stream.Add((publisher, sequence));
        Count++;
    }

    private static void Demand(bool holds, string what)
    {
        if (!holds) throw new Violation(nameof(BridgeStreams), what);
    }
}
