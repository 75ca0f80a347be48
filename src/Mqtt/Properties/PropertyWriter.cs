using System.Buffers.Binary;

namespace LightMq.Mqtt;

/// <summary>
/// Writes single properties, identifier and value, to the front of a span that must be large enough, and
/// returns the bytes written.
/// </summary>
public static class PropertyWriter
{
    /// <summary>Bytes of a message expiry.</summary>
    public const int MessageExpirySize = 5;

    /// <summary>Bytes of a topic alias.</summary>
    public const int TopicAliasSize = 3;

    /// <summary>Largest subscription identifier (MQTT 5.0, section 3.8.2.1.2).</summary>
    public const uint SubscriptionIdentifierMax = VariableInteger.Max;

    /// <summary>Message expiry in seconds.</summary>
    public static int MessageExpiry(Span<byte> to, uint seconds) =>
        Four(to, PropertyId.MessageExpiry, seconds);

    /// <summary>Topic alias, not 0.</summary>
    public static int TopicAlias(Span<byte> to, ushort alias) => Two(to, PropertyId.TopicAlias, alias);

    /// <summary>Bytes of a subscription identifier.</summary>
    public static int SubscriptionIdentifierSize(uint id) => 1 + VariableInteger.Size((int)id);

    /// <summary>Subscription identifier, 1 to <see cref="SubscriptionIdentifierMax"/>.</summary>
    public static int SubscriptionIdentifier(Span<byte> to, uint id)
    {
        to[0] = (byte)PropertyId.SubscriptionIdentifier;
        return 1 + VariableInteger.Write(to[1..], (int)id);
    }

    /// <summary>Whether the payload is UTF-8.</summary>
    public static int PayloadFormat(Span<byte> to, bool isText)
    {
        to[0] = (byte)PropertyId.PayloadFormatIndicator;
        to[1] = isText ? (byte)1 : (byte)0;
        return 2;
    }

    /// <summary>Content type, UTF-8.</summary>
    public static int ContentType(Span<byte> to, ReadOnlySpan<byte> value) =>
        Bytes(to, PropertyId.ContentType, value);

    /// <summary>Response topic, a topic name.</summary>
    public static int ResponseTopic(Span<byte> to, ReadOnlySpan<byte> topic) =>
        Bytes(to, PropertyId.ResponseTopic, topic);

    /// <summary>Correlation data, any bytes.</summary>
    public static int CorrelationData(Span<byte> to, ReadOnlySpan<byte> value) =>
        Bytes(to, PropertyId.CorrelationData, value);

    /// <summary>User property, both UTF-8.</summary>
    public static int UserProperty(Span<byte> to, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        var at = Bytes(to, PropertyId.UserProperty, name);
        return at + PacketWriter.Bytes(to[at..], value);
    }

    internal static int Two(Span<byte> to, PropertyId id, ushort value)
    {
        to[0] = (byte)id;
        BinaryPrimitives.WriteUInt16BigEndian(to[1..], value);
        return 3;
    }

    internal static int Four(Span<byte> to, PropertyId id, uint value)
    {
        to[0] = (byte)id;
        BinaryPrimitives.WriteUInt32BigEndian(to[1..], value);
        return 5;
    }

    internal static int Bytes(Span<byte> to, PropertyId id, ReadOnlySpan<byte> value)
    {
        to[0] = (byte)id;
        return 1 + PacketWriter.Bytes(to[1..], value);
    }
}
