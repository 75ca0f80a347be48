using System.Buffers.Binary;

namespace LightMq.Mqtt;

// What clients send.
public static partial class PacketWriter
{
    /// <summary>CONNECT of any version (a client's).</summary>
    public static int Connect(Span<byte> to, in ConnectFields fields)
    {
        var name = fields.Version == ProtocolVersion.V310 ? "MQIsdp"u8 : "MQTT"u8;
        var is5 = fields.Version == ProtocolVersion.V500;
        var properties = is5 ? ConnectPropertyBytes(fields) : 0;
        var willProperties = is5 && fields.HasWill ? WillPropertyBytes(fields) : 0;
        var remaining = 6 + name.Length + 2 + fields.ClientId.Length
            + (is5 ? VariableInteger.Size(properties) + properties : 0)
            + (is5 && fields.HasWill ? VariableInteger.Size(willProperties) + willProperties : 0)
            + (fields.HasWill ? 4 + fields.WillTopic.Length + fields.WillPayload.Length : 0)
            + (fields.HasUserName ? 2 + fields.UserName.Length : 0)
            + (fields.HasPassword ? 2 + fields.Password.Length : 0);
        var at = Start(to, (byte)PacketType.Connect << 4, remaining);
        at += Bytes(to[at..], name);
        to[at++] = (byte)fields.Version;
        to[at++] = ConnectFlags(fields);
        BinaryPrimitives.WriteUInt16BigEndian(to[at..], fields.KeepAliveSeconds);
        at += 2;
        if (is5) at += ConnectProperties(to[at..], fields, properties);
        at += Bytes(to[at..], fields.ClientId);
        if (fields.HasWill)
        {
            if (is5) at += WillProperties(to[at..], fields, willProperties);
            at += Bytes(to[at..], fields.WillTopic);
            at += Bytes(to[at..], fields.WillPayload);
        }
        if (fields.HasUserName) at += Bytes(to[at..], fields.UserName);
        if (fields.HasPassword) at += Bytes(to[at..], fields.Password);
        return at;
    }

    /// <summary>SUBSCRIBE with one filter (a client's).</summary>
    public static int Subscribe(Span<byte> to, ushort id, ReadOnlySpan<byte> filter, int qos)
    {
        var at = Start(to, (byte)PacketType.Subscribe << 4 | 2, 5 + filter.Length);
        BinaryPrimitives.WriteUInt16BigEndian(to[at..], id);
        at += 2;
        at += Bytes(to[at..], filter);
        to[at++] = (byte)qos;
        return at;
    }

    /// <summary>UNSUBSCRIBE with one filter (a client's).</summary>
    public static int Unsubscribe(Span<byte> to, ushort id, ReadOnlySpan<byte> filter)
    {
        var at = Start(to, (byte)PacketType.Unsubscribe << 4 | 2, 4 + filter.Length);
        BinaryPrimitives.WriteUInt16BigEndian(to[at..], id);
        return at + 2 + Bytes(to[(at + 2)..], filter);
    }

    /// <summary>SUBSCRIBE with one filter (a client's).</summary>
    /// <param name="to">Where to.</param>
    /// <param name="id">Packet id.</param>
    /// <param name="filter">Filter.</param>
    /// <param name="options">What is asked for; before 5.0 only its QoS.</param>
    /// <param name="subscriptionIdentifier">0: none; left out before 5.0.</param>
    /// <param name="version">Version to write.</param>
    public static int Subscribe(Span<byte> to, ushort id, ReadOnlySpan<byte> filter,
        SubscriptionOptions options, uint subscriptionIdentifier, ProtocolVersion version)
    {
        if (version != ProtocolVersion.V500) return Subscribe(to, id, filter, options.Qos);
        var properties = subscriptionIdentifier == 0
            ? 0 : PropertyWriter.SubscriptionIdentifierSize(subscriptionIdentifier);
        var at = Start(to, (byte)PacketType.Subscribe << 4 | 2, 6 + properties + filter.Length);
        BinaryPrimitives.WriteUInt16BigEndian(to[at..], id);
        at += 2;
        to[at++] = (byte)properties;
        if (properties != 0) at += PropertyWriter.SubscriptionIdentifier(to[at..], subscriptionIdentifier);
        at += Bytes(to[at..], filter);
        to[at++] = options.Value;
        return at;
    }

    /// <summary>UNSUBSCRIBE with one filter (a client's).</summary>
    public static int Unsubscribe(
        Span<byte> to, ushort id, ReadOnlySpan<byte> filter, ProtocolVersion version)
    {
        if (version != ProtocolVersion.V500) return Unsubscribe(to, id, filter);
        var at = Start(to, (byte)PacketType.Unsubscribe << 4 | 2, 5 + filter.Length);
        BinaryPrimitives.WriteUInt16BigEndian(to[at..], id);
        at += 2;
        to[at++] = 0;
        return at + Bytes(to[at..], filter);
    }

    /// <summary>PINGREQ (a client's).</summary>
    public static int PingReq(Span<byte> to) => Start(to, (byte)PacketType.PingReq << 4, 0);

    /// <summary>DISCONNECT (a client's).</summary>
    public static int Disconnect(Span<byte> to) => Start(to, (byte)PacketType.Disconnect << 4, 0);

    /// <summary>DISCONNECT of 5.0 with another session expiry (a client's).</summary>
    public static int Disconnect5(Span<byte> to, ReasonCode reason, uint sessionExpirySeconds)
    {
        var at = Start(to, (byte)PacketType.Disconnect << 4, 7);
        to[at++] = (byte)reason;
        to[at++] = 5;
        return at + PropertyWriter.Four(to[at..], PropertyId.SessionExpiry, sessionExpirySeconds);
    }

    private static int ConnectPropertyBytes(in ConnectFields fields) =>
        (fields.SessionExpirySeconds != 0 ? 5 : 0) + (fields.ReceiveMaximum != 0 ? 3 : 0)
        + (fields.MaximumPacketSize != 0 ? 5 : 0) + (fields.TopicAliasMaximum != 0 ? 3 : 0)
        + fields.Properties.Length;

    private static int ConnectProperties(Span<byte> to, in ConnectFields fields, int length)
    {
        var at = VariableInteger.Write(to, length);
        if (fields.SessionExpirySeconds != 0)
            at += PropertyWriter.Four(to[at..], PropertyId.SessionExpiry, fields.SessionExpirySeconds);
        if (fields.ReceiveMaximum != 0)
            at += PropertyWriter.Two(to[at..], PropertyId.ReceiveMaximum, fields.ReceiveMaximum);
        if (fields.MaximumPacketSize != 0)
            at += PropertyWriter.Four(to[at..], PropertyId.MaximumPacketSize, fields.MaximumPacketSize);
        if (fields.TopicAliasMaximum != 0)
            at += PropertyWriter.Two(to[at..], PropertyId.TopicAliasMaximum, fields.TopicAliasMaximum);
        fields.Properties.CopyTo(to[at..]);
        return at + fields.Properties.Length;
    }

    private static int WillPropertyBytes(in ConnectFields fields) =>
        (fields.WillDelaySeconds != 0 ? 5 : 0) + (fields.WillExpirySeconds is null ? 0 : 5)
        + fields.WillProperties.Length;

    private static int WillProperties(Span<byte> to, in ConnectFields fields, int length)
    {
        var at = VariableInteger.Write(to, length);
        if (fields.WillDelaySeconds != 0)
            at += PropertyWriter.Four(to[at..], PropertyId.WillDelay, fields.WillDelaySeconds);
        if (fields.WillExpirySeconds is { } expiry) at += PropertyWriter.MessageExpiry(to[at..], expiry);
        fields.WillProperties.CopyTo(to[at..]);
        return at + fields.WillProperties.Length;
    }

    private static byte ConnectFlags(in ConnectFields fields)
    {
        var flags = fields.CleanSession ? 0x02 : 0;
        if (fields.HasWill) flags |= 0x04 | fields.WillQos << 3 | (fields.WillRetain ? 0x20 : 0);
        if (fields.HasPassword) flags |= 0x40;
        if (fields.HasUserName) flags |= 0x80;
        return (byte)flags;
    }
}
