namespace LightMq.Uplink.Bridging;

/// <summary>Bounds and names of a bridge.</summary>
public sealed record BridgeOptions
{
    /// <summary>
    /// Messages of QoS 1 under way to the central at most, if it allows as many; 1 to 60,000.
    /// </summary>
    public int WindowMax { get; init; } = 2_048;

    /// <summary>Bytes under way to the central at most; one message always may be.</summary>
    public int WindowBytesMax { get; init; } = 16 * 1024 * 1024;

    /// <summary>Bytes of QoS 0 that may wait; more are shed.</summary>
    public int Qos0BytesMax { get; init; } = 1024 * 1024;

    /// <summary>Messages under way to the local broker at most, if it allows as many; 1 to 60,000.</summary>
    public int DownWindowMax { get; init; } = 256;

    /// <summary>
    /// A link whose oldest message has waited so long for its acknowledgement is given up and made anew.
    /// </summary>
    public int StallMilliseconds { get; init; } = 30_000;

    /// <summary>Longest topic that goes up, in characters (LMQ-ID-3).</summary>
    public int TopicCharactersMax { get; init; } = 64;

    /// <summary>Streams whose end is remembered.</summary>
    public int StreamsMax { get; init; } = 100_000;

    /// <summary>New names for what goes up.</summary>
    public TopicMap Up { get; init; } = TopicMap.Same;

    /// <summary>New names for what comes down.</summary>
    public TopicMap Down { get; init; } = TopicMap.Same;
}

/// <summary>What was agreed on as a connection was made.</summary>
public sealed record LinkTerms
{
    /// <summary>Whether MQTT 5.0 is spoken, else 3.1.1.</summary>
    public bool IsFive { get; init; } = true;

    /// <summary>Messages of QoS ≥ 1 that the peer takes before it has acknowledged them.</summary>
    public int ReceiveMax { get; init; } = 65_535;

    /// <summary>
    /// Those of them that are the bridge's: what the host publishes itself, such as a token, counts as well.
    /// </summary>
    public int ReceiveMaxUp => Math.Max(1, ReceiveMax - 1);

    /// <summary>Longest packet that the peer takes.</summary>
    public long PacketBytesMax { get; init; } = long.MaxValue;

    /// <summary>Whether the peer knows the session of the former connection.</summary>
    public bool HasSession { get; init; }

    /// <summary>Id of a LightMq cluster; null: the peer is of another make.</summary>
    public string? ClusterId { get; init; }
}
