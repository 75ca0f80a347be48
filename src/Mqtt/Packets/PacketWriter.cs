using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace LightMq.Mqtt;

/// <summary>
/// Writes packets to the front of a span that must be large enough, and returns the bytes written. Arguments
/// are the caller's to keep valid: topics and filters are not checked again.
/// </summary>
public static class PacketWriter
{
    /// <summary>Largest remaining length (MQTT 3.1.1, section 2.2.3).</summary>
    public const int RemainingLengthMax = 268_435_455;

    /// <summary>Bytes of CONNACK and of the packets that <see cref="Ack"/> writes.</summary>
    public const int AckSize = 4;

    /// <summary>CONNACK; a refusal never says session present (MQTT-3.2.2-4).</summary>
    public static int ConnAck(Span<byte> to, bool sessionPresent, ConnectCode code)
    {
        BinaryPrimitives.WriteUInt16BigEndian(to, 0x2002);
        to[2] = sessionPresent && code == ConnectCode.Accepted ? (byte)1 : (byte)0;
        to[3] = (byte)code;
        return AckSize;
    }

    /// <summary>PUBACK, PUBREC, PUBREL, PUBCOMP or UNSUBACK.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Ack(Span<byte> to, PacketType type, ushort id)
    {
        // PUBREL alone carries flags 0010 (MQTT-3.6.1-1).
        var header = (uint)type << 4 | (type == PacketType.PubRel ? 2u : 0u);
        BinaryPrimitives.WriteUInt32BigEndian(to, header << 24 | 2u << 16 | id);
        return AckSize;
    }

    /// <summary>SUBACK with a code for each filter.</summary>
    public static int SubAck(Span<byte> to, ushort id, ReadOnlySpan<byte> codes)
    {
        var at = Start(to, (byte)PacketType.SubAck << 4, 2 + codes.Length);
        BinaryPrimitives.WriteUInt16BigEndian(to[at..], id);
        codes.CopyTo(to[(at + 2)..]);
        return at + 2 + codes.Length;
    }

    /// <summary>PINGRESP.</summary>
    public static int PingResp(Span<byte> to) => Start(to, (byte)PacketType.PingResp << 4, 0);

    /// <summary>Bytes of a PUBLISH, fixed header included.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than the standard can carry.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int PublishSize(int topicBytes, int payloadBytes, int qos)
    {
        var remaining = PublishRemaining(topicBytes, payloadBytes, qos);
        return 1 + LengthBytes(remaining) + remaining;
    }

    /// <summary>PUBLISH; <paramref name="id"/> is left out with QoS 0 (MQTT-2.3.1-5).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Publish(Span<byte> to, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, int qos,
        bool dup, bool retain, ushort id)
    {
        var header = 0x30 | qos << 1 | (dup ? 8 : 0) | (retain ? 1 : 0);
        var at = Start(to, header, PublishRemaining(topic.Length, payload.Length, qos));
        BinaryPrimitives.WriteUInt16BigEndian(to[at..], (ushort)topic.Length);
        topic.CopyTo(to[(at + 2)..]);
        at += 2 + topic.Length;
        if (qos != 0)
        {
            BinaryPrimitives.WriteUInt16BigEndian(to[at..], id);
            at += 2;
        }
        payload.CopyTo(to[at..]);
        return at + payload.Length;
    }

    /// <summary>CONNECT of 3.1.1 (a client's).</summary>
    public static int Connect(Span<byte> to, in ConnectFields fields)
    {
        var remaining = 10 + 2 + fields.ClientId.Length
            + (fields.HasWill ? 4 + fields.WillTopic.Length + fields.WillPayload.Length : 0)
            + (fields.HasUserName ? 2 + fields.UserName.Length : 0)
            + (fields.HasPassword ? 2 + fields.Password.Length : 0);
        var at = Start(to, (byte)PacketType.Connect << 4, remaining);
        at += Bytes(to[at..], "MQTT"u8);
        to[at++] = 4;
        to[at++] = ConnectFlags(fields);
        BinaryPrimitives.WriteUInt16BigEndian(to[at..], fields.KeepAliveSeconds);
        at += 2;
        at += Bytes(to[at..], fields.ClientId);
        if (fields.HasWill)
        {
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

    /// <summary>PINGREQ (a client's).</summary>
    public static int PingReq(Span<byte> to) => Start(to, (byte)PacketType.PingReq << 4, 0);

    /// <summary>DISCONNECT (a client's).</summary>
    public static int Disconnect(Span<byte> to) => Start(to, (byte)PacketType.Disconnect << 4, 0);

    private static byte ConnectFlags(in ConnectFields fields)
    {
        var flags = fields.CleanSession ? 0x02 : 0;
        if (fields.HasWill) flags |= 0x04 | fields.WillQos << 3 | (fields.WillRetain ? 0x20 : 0);
        if (fields.HasPassword) flags |= 0x40;
        if (fields.HasUserName) flags |= 0x80;
        return (byte)flags;
    }

    // Writes a length of two bytes and the bytes.
    private static int Bytes(Span<byte> to, ReadOnlySpan<byte> value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value.Length, ushort.MaxValue);
        BinaryPrimitives.WriteUInt16BigEndian(to, (ushort)value.Length);
        value.CopyTo(to[2..]);
        return 2 + value.Length;
    }

    // Writes first byte and remaining length.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Start(Span<byte> to, int header, int remaining)
    {
        to[0] = (byte)header;
        if (remaining >= 0x80) return StartLong(to, remaining);
        to[1] = (byte)remaining;
        return 2;
    }

    private static int StartLong(Span<byte> to, int remaining)
    {
        var at = 1;
        for (; remaining >= 0x80; remaining >>= 7) to[at++] = (byte)(remaining | 0x80);
        to[at++] = (byte)remaining;
        return at;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int PublishRemaining(int topicBytes, int payloadBytes, int qos)
    {
        var remaining = 2L + topicBytes + payloadBytes + (qos == 0 ? 0 : 2);
        if ((uint)topicBytes > ushort.MaxValue || payloadBytes < 0 || remaining > RemainingLengthMax)
            ThrowTooLong();
        return (int)remaining;
    }

    private static int LengthBytes(int remaining) => remaining switch
    {
        < 1 << 7 => 1,
        < 1 << 14 => 2,
        < 1 << 21 => 3,
        _ => 4,
    };

    private static void ThrowTooLong() =>
        throw new ArgumentOutOfRangeException(null, "topic or payload longer than a PUBLISH can carry");
}
