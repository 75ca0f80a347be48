using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace LightMq.Mqtt;

// What servers of 5.0 send.
public static partial class PacketWriter
{
    /// <summary>Largest size of what <see cref="Ack5"/> writes.</summary>
    public const int Ack5SizeMax = 5;

    /// <summary>
    /// Largest size of what <see cref="Disconnect5(Span{byte}, ReasonCode)"/> writes, and of what is around
    /// the words of one that has some.
    /// </summary>
    public const int Disconnect5SizeMax = 16;

    /// <summary>Bytes of a CONNACK of 5.0.</summary>
    public static int ConnAck5Size(in ConnAckFields fields)
    {
        var remaining = ConnAck5Remaining(fields.PropertyBytes);
        return 1 + VariableInteger.Size(remaining) + remaining;
    }

    /// <summary>CONNACK of 5.0; a refusal never says session present (MQTT-3.2.2-4).</summary>
    public static int ConnAck5(Span<byte> to, bool sessionPresent, in ConnAckFields fields)
    {
        var properties = fields.PropertyBytes;
        var at = Start(to, (byte)PacketType.ConnAck << 4, ConnAck5Remaining(properties));
        to[at++] = sessionPresent && fields.Reason == ReasonCode.Success ? (byte)1 : (byte)0;
        to[at++] = (byte)fields.Reason;
        at += VariableInteger.Write(to[at..], properties);
        if (fields.SessionExpirySeconds is { } expiry)
            at += PropertyWriter.Four(to[at..], PropertyId.SessionExpiry, expiry);
        if (fields.SendsReceiveMaximum)
            at += PropertyWriter.Two(to[at..], PropertyId.ReceiveMaximum, fields.ReceiveMaximum);
        if (fields.MaximumPacketSize != 0)
            at += PropertyWriter.Four(to[at..], PropertyId.MaximumPacketSize, fields.MaximumPacketSize);
        if (fields.TopicAliasMaximum != 0)
            at += PropertyWriter.Two(to[at..], PropertyId.TopicAliasMaximum, fields.TopicAliasMaximum);
        if (fields.ServerKeepAliveSeconds is { } seconds)
            at += PropertyWriter.Two(to[at..], PropertyId.ServerKeepAlive, checked((ushort)seconds));
        if (!fields.AssignedClientId.IsEmpty)
            at += PropertyWriter.Bytes(to[at..], PropertyId.AssignedClientId, fields.AssignedClientId);
        if (!fields.ReasonString.IsEmpty)
            at += PropertyWriter.Bytes(to[at..], PropertyId.ReasonString, fields.ReasonString);
        fields.UserProperties.CopyTo(to[at..]);
        return at + fields.UserProperties.Length;
    }

    /// <summary>PUBACK, PUBREC, PUBREL or PUBCOMP of 5.0; success is left unsaid.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Ack5(Span<byte> to, PacketType type, ushort id, ReasonCode reason)
    {
        if (reason == ReasonCode.Success) return Ack(to, type, id);
        to[4] = (byte)reason;
        Ack(to, type, id);
        to[1] = 3;
        return Ack5SizeMax;
    }

    /// <summary>Bytes of a SUBACK of 5.0.</summary>
    public static int SubAck5Size(int codes) => 4 + VariableInteger.Size(3 + codes) + codes;

    /// <summary>SUBACK of 5.0 with a reason for each filter.</summary>
    public static int SubAck5(Span<byte> to, ushort id, ReadOnlySpan<byte> codes) =>
        Codes5(to, PacketType.SubAck, id, codes);

    /// <summary>Bytes of an UNSUBACK of 5.0.</summary>
    public static int UnsubAck5Size(int codes) => SubAck5Size(codes);

    /// <summary>UNSUBACK of 5.0 with a reason for each filter.</summary>
    public static int UnsubAck5(Span<byte> to, ushort id, ReadOnlySpan<byte> codes) =>
        Codes5(to, PacketType.UnsubAck, id, codes);

    /// <summary>DISCONNECT of 5.0 with a reason in words, for people (MQTT5-3.14.2-3).</summary>
    /// <param name="to">Has room for <see cref="Disconnect5SizeMax"/> and the words.</param>
    /// <param name="reason">The code.</param>
    /// <param name="words">UTF-8, at most 65,535 bytes; empty: none.</param>
    public static int Disconnect5(Span<byte> to, ReasonCode reason, ReadOnlySpan<byte> words)
    {
        if (words.IsEmpty) return Disconnect5(to, reason);
        var properties = 3 + words.Length;
        var remaining = 1 + VariableInteger.Size(properties) + properties;
        var at = Start(to, (byte)PacketType.Disconnect << 4, remaining);
        to[at++] = (byte)reason;
        at += VariableInteger.Write(to[at..], properties);
        return at + PropertyWriter.Bytes(to[at..], PropertyId.ReasonString, words);
    }

    /// <summary>DISCONNECT of 5.0; success is left unsaid.</summary>
    public static int Disconnect5(Span<byte> to, ReasonCode reason)
    {
        if (reason == ReasonCode.Success) return Disconnect(to);
        var at = Start(to, (byte)PacketType.Disconnect << 4, 1);
        to[at++] = (byte)reason;
        return at;
    }

    /// <summary>Bytes of a PUBLISH of 5.0, fixed header included.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than the standard can carry.</exception>
    public static int Publish5Size(int topicBytes, int propertyBytes, int payloadBytes, int qos)
    {
        var remaining = Publish5Remaining(topicBytes, propertyBytes, payloadBytes, qos);
        return 1 + VariableInteger.Size(remaining) + remaining;
    }

    /// <summary>PUBLISH of 5.0; <paramref name="id"/> is left out with QoS 0 (MQTT-2.3.1-5).</summary>
    /// <param name="to">Where to.</param>
    /// <param name="topic">Topic; empty if an alias stands for it.</param>
    /// <param name="payload">Payload.</param>
    /// <param name="qos">QoS.</param>
    /// <param name="dup">Whether it may have been sent before.</param>
    /// <param name="retain">Retain flag.</param>
    /// <param name="id">Packet id.</param>
    /// <param name="properties">All properties, ready, without their length.</param>
    public static int Publish5(Span<byte> to, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, int qos,
        bool dup, bool retain, ushort id, ReadOnlySpan<byte> properties)
    {
        var header = 0x30 | qos << 1 | (dup ? 8 : 0) | (retain ? 1 : 0);
        var at = Start(to, header, Publish5Remaining(topic.Length, properties.Length, payload.Length, qos));
        at += Bytes(to[at..], topic);
        if (qos != 0)
        {
            BinaryPrimitives.WriteUInt16BigEndian(to[at..], id);
            at += 2;
        }
        at += VariableInteger.Write(to[at..], properties.Length);
        properties.CopyTo(to[at..]);
        at += properties.Length;
        payload.CopyTo(to[at..]);
        return at + payload.Length;
    }

    private static int Codes5(Span<byte> to, PacketType type, ushort id, ReadOnlySpan<byte> codes)
    {
        var at = Start(to, (int)type << 4, 3 + codes.Length);
        BinaryPrimitives.WriteUInt16BigEndian(to[at..], id);
        to[at + 2] = 0;
        codes.CopyTo(to[(at + 3)..]);
        return at + 3 + codes.Length;
    }

    private static int ConnAck5Remaining(int properties) =>
        2 + VariableInteger.Size(properties) + properties;

    private static int Publish5Remaining(int topicBytes, int propertyBytes, int payloadBytes, int qos)
    {
        if ((uint)propertyBytes > VariableInteger.Max) ThrowTooLong();
        var remaining = (long)PublishRemaining(topicBytes, payloadBytes, qos) + propertyBytes
            + VariableInteger.Size(propertyBytes);
        if (remaining > RemainingLengthMax) ThrowTooLong();
        return (int)remaining;
    }
}
