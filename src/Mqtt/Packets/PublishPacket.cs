using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text.Unicode;

namespace LightMq.Mqtt;

/// <summary>PUBLISH (MQTT 3.1.1 and 5.0, section 3.3). Its spans are views into the frame.</summary>
public readonly ref struct PublishPacket
{
    private readonly byte _header;
    private readonly int _propertyBytes;
    // Properties and payload in one span: two would make each packet of 3.1.1 larger.
    private readonly ReadOnlySpan<byte> _content;

    private PublishPacket(
        byte header, ushort id, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> content, int propertyBytes)
    {
        _header = header;
        _propertyBytes = propertyBytes;
        _content = content;
        PacketId = id;
        Topic = topic;
    }

    /// <summary>Whether it may have been sent before.</summary>
    public bool Dup => (_header & 0x08) != 0;

    /// <summary>QoS, 0 to 2.</summary>
    public int Qos => _header >> 1 & 3;

    /// <summary>Whether it is to be retained, or was.</summary>
    public bool Retain => (_header & 0x01) != 0;

    /// <summary>A valid topic name; in 5.0 empty where a topic alias stands for it.</summary>
    public ReadOnlySpan<byte> Topic { get; }

    /// <summary>Packet id; 0 with QoS 0, never 0 otherwise.</summary>
    public ushort PacketId { get; }

    /// <summary>Payload, possibly empty.</summary>
    public ReadOnlySpan<byte> Payload => _content[_propertyBytes..];

    /// <summary>Properties; none before 5.0. Taken apart at each call: keep what it gives.</summary>
    public PublishProperties Properties => new(RawProperties);

    /// <summary>The subscriptions a server's PUBLISH names.</summary>
    public SubscriptionIdentifiers SubscriptionIdentifiers => new(RawProperties);

    /// <summary>Reads and checks a packet of 3.1 or 3.1.1.</summary>
    /// <exception cref="ProtocolError">Any breach.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PublishPacket Read(in Frame frame)
    {
        var header = frame.Header;
        var body = frame.Body;
        var qos = header >> 1 & 3;
        // QoS 3, and QoS 0 with DUP.
        if (qos == 3 || (header & 0x0E) == 0x08) ThrowFlags(qos);
        if (body.Length < 2) ThrowTruncated();
        var topicEnd = 2 + BinaryPrimitives.ReadUInt16BigEndian(body);
        var payloadStart = qos == 0 ? topicEnd : topicEnd + 2;
        if (payloadStart > body.Length) ThrowTruncated();
        var topic = body[2..topicEnd];
        if (!Topics.IsValidName(topic)) ThrowTopic(topic);
        ushort id = 0;
        if (qos != 0)
        {
            id = BinaryPrimitives.ReadUInt16BigEndian(body[topicEnd..]);
            if (id == 0) ThrowId();
        }
        return new PublishPacket(header, id, topic, body[payloadStart..], propertyBytes: 0);
    }

    /// <summary>Reads and checks a packet of 5.0 that a client sent.</summary>
    /// <exception cref="ProtocolError">Any breach.</exception>
    public static PublishPacket Read5(in Frame frame) => Read5(frame, isFromServer: false);

    /// <summary>Reads and checks a packet of 5.0 that a server sent.</summary>
    /// <exception cref="ProtocolError">Any breach.</exception>
    public static PublishPacket ReadFromServer5(in Frame frame) => Read5(frame, isFromServer: true);

    private ReadOnlySpan<byte> RawProperties => _content[.._propertyBytes];

    private static PublishPacket Read5(in Frame frame, bool isFromServer)
    {
        var header = frame.Header;
        var qos = header >> 1 & 3;
        if (qos == 3 || (header & 0x0E) == 0x08) ThrowFlags(qos);
        var body = new BodyReader(frame.Body);
        var topic = body.Bytes("MQTT-3.3.2-1");
        if (!topic.IsEmpty && !Topics.IsValidName(topic)) ThrowTopic(topic);
        var id = qos == 0 ? (ushort)0 : body.PacketId("MQTT-3.3.2-1");
        var properties = body.Properties("MQTT5-3.3.2.3.1");
        var content = frame.Body[^(properties.Length + body.Rest.Length)..];
        PublishProperties.Check(properties, isFromServer, out var hasAlias);
        if (topic.IsEmpty && !hasAlias) ThrowTopic(topic);
        return new PublishPacket(header, id, topic, content, properties.Length);
    }

    private static void ThrowFlags(int qos) => ProtocolError.Throw(
        qos == 3 ? "MQTT-3.3.1-4" : "MQTT-3.3.1-2", qos == 3 ? "PUBLISH with QoS 3" : "DUP with QoS 0");

    private static void ThrowTruncated() =>
        ProtocolError.Throw("MQTT-3.3.2-1", "PUBLISH ends within topic or packet id");

    private static void ThrowId() =>
        ProtocolError.Throw("MQTT-2.3.1-1", "packet id 0", ReasonCode.ProtocolError);

    private static void ThrowTopic(ReadOnlySpan<byte> topic)
    {
        if (topic.IsEmpty)
            ProtocolError.Throw("MQTT-4.7.3-1", "topic is empty", ReasonCode.ProtocolError);
        if (!Utf8.IsValid(topic)) ProtocolError.Throw("MQTT-1.5.3-1", "topic is not UTF-8");
        if (topic.Contains((byte)0)) ProtocolError.Throw("MQTT-1.5.3-2", "topic contains U+0000");
        ProtocolError.Throw("MQTT-3.3.2-2", "topic contains a wildcard", ReasonCode.TopicNameInvalid);
    }
}
