using LightMq.Lmq;

namespace LightMq.Broker.Streams;

/// <summary>
/// What the core is asked to keep: a message, of a gateway's client, a client of the central itself or a
/// business service, or a gap in a gateway's stream. Its bytes live as long as the call.
/// </summary>
public readonly ref struct CoreEntry
{
    /// <summary>It is a gap: <see cref="Sequence"/> to <see cref="LastSequence"/> will never come.</summary>
    public bool IsGap { get; init; }

    /// <summary>QoS as published.</summary>
    public byte Qos { get; init; }

    /// <summary>The first sender's cleanSession.</summary>
    public bool CleanSession { get; init; }

    /// <summary>Client id of the gateway, from its login; empty: it came straight here.</summary>
    public ReadOnlySpan<byte> Gateway { get; init; }

    /// <summary>Client id of the first sender; empty: a business service.</summary>
    public ReadOnlySpan<byte> Client { get; init; }

    /// <summary>Its stream.</summary>
    public EpochText Epoch { get; init; }

    /// <summary>Number in the stream; 0: none.</summary>
    public long Sequence { get; init; }

    /// <summary>Last number of a gap.</summary>
    public long LastSequence { get; init; }

    /// <summary>When it was taken here, ms since 1970.</summary>
    public long TakenAt { get; init; }

    /// <summary>Ordering key; empty: none.</summary>
    public ReadOnlySpan<byte> Key { get; init; }

    /// <summary>Tag: the kind of a presence event (LMQ-PRE-2), or a business service's own (LMQ-CORE-3).
    /// </summary>
    public ReadOnlySpan<byte> Tag { get; init; }

    /// <summary>Topic; of a gap the reason.</summary>
    public ReadOnlySpan<byte> Topic { get; init; }

    /// <summary>User properties and the others that go on, as MQTT 5.0 writes them.</summary>
    public ReadOnlySpan<byte> Properties { get; init; }

    /// <summary>Content.</summary>
    public ReadOnlySpan<byte> Payload { get; init; }

    /// <summary>Bytes of its contents together, without the gateway.</summary>
    public int Length =>
        Client.Length + Key.Length + Tag.Length + Topic.Length + Properties.Length + Payload.Length;
}
