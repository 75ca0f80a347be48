using System.Text;

namespace LightMq.Broker.Messages;

/// <summary>
/// A client id as a source of messages. Outlives its connections and clean sessions, because numbers of
/// bridge streams must never start again within an epoch (LMQ-CORE-4).
/// </summary>
internal sealed class Publisher(byte[] clientId)
{
    private long[] _streamNumbers = [];

    public byte[] ClientId { get; } = clientId;

    /// <summary>The broker gave out its client id, which never comes again.</summary>
    public bool IsAssigned { get; set; }

    /// <summary>Held messages, oldest first; committing one commits every older one.</summary>
    public Message? OldestHeld { get; set; }
    public Message? NewestHeld { get; set; }

    /// <summary>
    /// Whether a number was given out, so that this must be remembered while the epoch lasts.
    /// </summary>
    public bool IsNumbered => _streamNumbers.Length > 0;

    public string Text => Encoding.UTF8.GetString(ClientId);

    /// <summary>
    /// The next number of this client's stream to bridge <paramref name="bridge"/>: 1, 2, 3 …
    /// </summary>
    public long NextNumber(int bridge)
    {
        if (bridge >= _streamNumbers.Length) Array.Resize(ref _streamNumbers, bridge + 1);
        return ++_streamNumbers[bridge];
    }
}

/// <summary>What travels with a message about its sender (LMQ-CORE-4).</summary>
/// <param name="Channel">Number of the connection within the epoch; with the epoch it makes the channel
/// id.</param>
/// <param name="UnixMilliseconds">Receipt.</param>
/// <param name="ClockTrusted">Whether that time can be relied on.</param>
/// <param name="CleanSession">The sender's session kind.</param>
/// <param name="FromBridge">It came down from the central and must not go up again.</param>
internal readonly record struct Origin(
    long Channel, long UnixMilliseconds, bool ClockTrusted, bool CleanSession, bool FromBridge);
