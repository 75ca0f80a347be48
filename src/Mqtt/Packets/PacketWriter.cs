using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace LightMq.Mqtt;

/// <summary>
/// Writes packets to the front of a span that must be large enough, and returns the bytes written. Arguments
/// are the caller's to keep valid: topics and filters are not checked again.
/// </summary>
public static partial class PacketWriter
{
    /// <summary>Largest remaining length (MQTT 3.1.1, section 2.2.3).</summary>
    public const int RemainingLengthMax = VariableInteger.Max;

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
        return 1 + VariableInteger.Size(remaining) + remaining;
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

    // Writes a length of two bytes and the bytes.
    internal static int Bytes(Span<byte> to, ReadOnlySpan<byte> value)
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

    private static int StartLong(Span<byte> to, int remaining) =>
        1 + VariableInteger.Write(to[1..], remaining);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int PublishRemaining(int topicBytes, int payloadBytes, int qos)
    {
        var remaining = 2L + topicBytes + payloadBytes + (qos == 0 ? 0 : 2);
        if ((uint)topicBytes > ushort.MaxValue || payloadBytes < 0 || remaining > RemainingLengthMax)
            ThrowTooLong();
        return (int)remaining;
    }

    private static void ThrowTooLong() =>
        throw new ArgumentOutOfRangeException(null, "topic or payload longer than a PUBLISH can carry");
}
