namespace LightMq.Broker.Messages;

/// <summary>A message on its way in, still in the receive buffer.</summary>
internal readonly ref struct Publication(
    Publisher publisher, Origin origin, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> properties,
    ReadOnlySpan<byte> payload, byte qos, bool retain, long expiresAt)
{
    public int Length => Topic.Length + Properties.Length + Payload.Length;
    public Publisher Publisher { get; } = publisher;
    public Origin Origin { get; } = origin;
    public ReadOnlySpan<byte> Topic { get; } = topic;
    /// <summary>Properties that are passed on.</summary>
    public ReadOnlySpan<byte> Properties { get; } = properties;
    public ReadOnlySpan<byte> Payload { get; } = payload;
    public byte Qos { get; } = qos;
    public bool Retain { get; } = retain;
    /// <summary>In <see cref="Turn.Age"/>; 0: never.</summary>
    public long ExpiresAt { get; } = expiresAt;
    /// <summary>See <see cref="Message.OrderNumber"/>.</summary>
    public long OrderNumber { get; init; }
}
