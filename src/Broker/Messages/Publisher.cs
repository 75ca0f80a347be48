using System.Text;
using LightMq.Lmq;

namespace LightMq.Broker.Messages;

/// <summary>
/// A client id as a source of messages. Outlives its connections and clean sessions, because numbers of
/// bridge streams must never start again within an epoch (LMQ-CORE-4).
/// </summary>
internal sealed class Publisher(byte[] clientId)
{
    private readonly List<OrderedParent> _ordered = [];
    private long[] _streamNumbers = [];
    private bool? _isLmq;

    public byte[] ClientId { get; } = clientId;

    /// <summary>Its id is one of the LMQ contract; else it may be a stock sensor (LMQ-AUTH-5).</summary>
    public bool IsLmq => _isLmq ??= ClientIdName.TryParse(ClientId, out _);

    /// <summary>Until when it is known that it has no name for a bridge; then it is told again.</summary>
    public long FaultToldUntil { get; set; }

    /// <summary>The broker gave out its client id, which never comes again.</summary>
    public bool IsAssigned { get; set; }

    /// <summary>Held messages, oldest first; committing one commits every older one.</summary>
    public Message? OldestHeld { get; set; }
    public Message? NewestHeld { get; set; }

    /// <summary>
    /// Whether a number was given out, so that this must be remembered while the epoch lasts.
    /// </summary>
    public bool IsNumbered => _streamNumbers.Length > 0 || _ordered.Count > 0;

    public string Text => Encoding.UTF8.GetString(ClientId);

    /// <summary>
    /// The next number of this client's stream to bridge <paramref name="bridge"/>: 1, 2, 3 …
    /// </summary>
    public long NextNumber(int bridge)
    {
        if (bridge >= _streamNumbers.Length) Array.Resize(ref _streamNumbers, bridge + 1);
        return ++_streamNumbers[bridge];
    }

    /// <summary>
    /// The next number of this client's messages under a parent topic: 1, 2, 3 … since the start (LMQ-ORD-2).
    /// </summary>
    public long NextOrderNumber(ReadOnlySpan<byte> parent)
    {
        foreach (var ordered in _ordered)
            if (parent.SequenceEqual(ordered.Parent)) return ++ordered.Last;
        _ordered.Add(new OrderedParent(parent.ToArray()) { Last = 1 });
        return 1;
    }

    private sealed class OrderedParent(byte[] parent)
    {
        public byte[] Parent { get; } = parent;
        public long Last { get; set; }
    }
}

/// <summary>What travels with a message about its sender (LMQ-CORE-4).</summary>
/// <param name="Channel">Number of the connection within the epoch; with the epoch it makes the channel
/// id; 0: not known.</param>
/// <param name="UnixMilliseconds">Receipt.</param>
/// <param name="ClockTrusted">Whether that time can be relied on.</param>
/// <param name="CleanSession">The sender's session kind.</param>
/// <param name="FromBridge">It came down from the central and must not go up again.</param>
internal readonly record struct Origin(
    long Channel, long UnixMilliseconds, bool ClockTrusted, bool CleanSession, bool FromBridge);
