using LightMq.Lmq;

namespace LightMq.Simulator.Oracle;

/// <summary>
/// Streams to the central (LMQ-CORE-4, LMQ-ORD-1), as the bridge is told of them: per bridge, client and
/// epoch the numbers 1, 2, 3 … appear in order and without holes, a number always names the same message, and
/// epochs follow one another. Numbers of ordered sending rise per client and parent topic (LMQ-ORD-2), and a
/// channel is one client's.
/// </summary>
public sealed class BridgeStreams(Judge judge) : IChecker
{
    private readonly Dictionary<(string Bridge, string Client), EpochText> _epochs = [];
    private readonly Dictionary<(string Bridge, string Client, EpochText), List<Place>> _streams = [];
    private readonly Dictionary<(string Bridge, string Client, string Parent), long> _orders = [];
    private readonly Dictionary<string, string> _channels = [];
    private readonly HashSet<(string Bridge, int, int)> _numbered = [];

    private readonly record struct Place(int Publisher, int Sequence, long Order);

    /// <summary>Messages numbered so far.</summary>
    public int Count { get; private set; }

    /// <summary>Of these, with a number of ordered sending.</summary>
    public int OrderedCount { get; private set; }

    /// <summary>A message of any QoS has reached a bridge.</summary>
    /// <param name="bridge">Its client id.</param>
    /// <param name="stamp">What it was told.</param>
    /// <param name="topic">Topic of the message.</param>
    /// <param name="qos">Its QoS.</param>
    /// <param name="sender">Who published it; null: that cannot be seen.</param>
    /// <param name="publisher">The same by index; -1: that cannot be seen.</param>
    /// <param name="sequence">Which of the publisher's it is.</param>
    public void Came(string bridge, BridgeStamp stamp, string topic, int qos, string? sender, int publisher,
        int sequence)
    {
        var what = $"{publisher}/{sequence} as {stamp.Client} {stamp.Epoch.Boot} number {stamp.Number}";
        Demand(sender is null || stamp.Client == sender, $"{what}: its sender is {sender}");
        Demand(stamp.Key == stamp.Client, $"{what}: its key is {stamp.Key}");
        if (stamp.Channel is { } channel)
        {
            _channels.TryAdd(channel, stamp.Client);
            Demand(_channels[channel] == stamp.Client, $"{what}: channel of {_channels[channel]}");
        }
        if (qos == 0) Demand(stamp.Number == 0, $"{what}: with QoS 0");
        else Numbered(bridge, stamp, topic, new Place(publisher, sequence, stamp.Order), what);
    }

    private void Numbered(string bridge, BridgeStamp stamp, string topic, in Place place, string what)
    {
        Demand(stamp.Number >= 1, $"{what}: without a number");
        var key = (bridge, stamp.Client, stamp.Epoch);
        if (!_streams.TryGetValue(key, out var stream)) _streams[key] = stream = [];
        if (stamp.Number <= stream.Count)
        {
            var before = stream[(int)stamp.Number - 1];
            Demand(before == place, $"{what}, order {place.Order}: that number was {before}");
            return;
        }
        Demand(stamp.Number == stream.Count + 1, $"{what}: expected {stream.Count + 1}");
        if (_epochs.TryGetValue((bridge, stamp.Client), out var latest))
            Demand(stamp.Epoch.Boot >= latest.Boot, $"{what}: epoch {latest.Boot} had begun");
        _epochs[(bridge, stamp.Client)] = stamp.Epoch;
        // Accepted once, numbered once; a message that its publisher sent again may have been accepted twice.
        var isOnce = judge.Find(place.Publisher, place.Sequence) is { Sends: 1 };
        Demand(_numbered.Add((bridge, place.Publisher, place.Sequence)) || !isOnce,
            $"{what}: it had a number before");
        if (stamp.Order > 0) Ordered(bridge, stamp, topic, what);
        stream.Add(place);
        Count++;
    }

    private void Ordered(string bridge, BridgeStamp stamp, string topic, string what)
    {
        var key = (bridge, stamp.Client, topic.Split('/')[0]);
        Demand(stamp.Order > _orders.GetValueOrDefault(key),
            $"{what}: order {stamp.Order} after {_orders.GetValueOrDefault(key)}");
        _orders[key] = stamp.Order;
        OrderedCount++;
    }

    private static void Demand(bool holds, string what)
    {
        if (!holds) throw new Violation(nameof(BridgeStreams), what);
    }
}
