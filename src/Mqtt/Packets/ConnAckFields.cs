namespace LightMq.Mqtt;

/// <summary>A server's CONNACK of 5.0; written by <see cref="PacketWriter.ConnAck5"/>.</summary>
public readonly ref struct ConnAckFields
{
    /// <summary>Accepted, or why not.</summary>
    public ReasonCode Reason { get; init; }

    /// <summary>Unacknowledged QoS 1 and 2 messages taken; 0 or 65,535, the default: not sent.</summary>
    public ushort ReceiveMaximum { get; init; }

    /// <summary>Bytes of the largest packet taken; 0: not sent.</summary>
    public uint MaximumPacketSize { get; init; }

    /// <summary>Largest topic alias taken; 0, the default: not sent.</summary>
    public ushort TopicAliasMaximum { get; init; }

    /// <summary>Keep-alive that the client must use, 0 to 65,535; null: its own.</summary>
    public int? ServerKeepAliveSeconds { get; init; }

    /// <summary>Client id given to a client without one; empty: not sent.</summary>
    public ReadOnlySpan<byte> AssignedClientId { get; init; }

    /// <summary>Session expiry in seconds, if not as asked for; null: not sent.</summary>
    public uint? SessionExpirySeconds { get; init; }

    /// <summary>The reason in words, UTF-8; empty: not sent.</summary>
    public ReadOnlySpan<byte> ReasonString { get; init; }

    /// <summary>User properties as 5.0 writes them; empty: none.</summary>
    public ReadOnlySpan<byte> UserProperties { get; init; }

    internal bool SendsReceiveMaximum => ReceiveMaximum is not (0 or ushort.MaxValue);

    internal int PropertyBytes =>
        (SessionExpirySeconds is null ? 0 : 5) + (SendsReceiveMaximum ? 3 : 0)
        + (MaximumPacketSize != 0 ? 5 : 0) + (TopicAliasMaximum != 0 ? 3 : 0)
        + (ServerKeepAliveSeconds is null ? 0 : 3)
        + (AssignedClientId.IsEmpty ? 0 : 3 + AssignedClientId.Length)
        + (ReasonString.IsEmpty ? 0 : 3 + ReasonString.Length) + UserProperties.Length;
}
