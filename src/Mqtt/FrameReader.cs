using System.Runtime.CompilerServices;

namespace LightMq.Mqtt;

/// <summary>Cuts a stream of bytes into packets (MQTT 3.1.1, section 2.2; 5.0, section 2.1).</summary>
public static class FrameReader
{
    // Bit t is set where the flags of type t must be 0010, not 0000 (MQTT-2.2.2-2).
    private const int FlagsTwo =
        1 << (int)PacketType.PubRel | 1 << (int)PacketType.Subscribe | 1 << (int)PacketType.Unsubscribe;

    // Bit t is set where type t has neither variable header nor payload.
    private const int Empty =
        1 << (int)PacketType.PingReq | 1 << (int)PacketType.PingResp | 1 << (int)PacketType.Disconnect;

    /// <summary>Takes the first packet from the front of <paramref name="bytes"/>.</summary>
    /// <param name="bytes">What was received and not yet taken, from the start of a packet.</param>
    /// <param name="packetBytesMax">Bound on a whole packet, enforced as soon as its length is known.</param>
    /// <param name="version">What the connection speaks; before CONNECT is read, any.</param>
    /// <param name="frame">The packet, a view into <paramref name="bytes"/>.</param>
    /// <returns>False while more bytes are needed.</returns>
    /// <exception cref="ProtocolError">Reserved type, wrong flags, bad length, oversize.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryRead(
        ReadOnlySpan<byte> bytes, int packetBytesMax, ProtocolVersion version, out Frame frame)
    {
        // Most packets are a PUBLISH, or a PUBACK, whose remaining length takes one byte.
        if (bytes.Length < 2 || bytes[1] >= 0x80 || ((bytes[0] & 0xF0) != 0x30 && bytes[0] != 0x40))
            return TryReadAny(bytes, packetBytesMax, version, out frame);
        var length = 2 + bytes[1];
        if (length > packetBytesMax) ThrowOversize();
        if (length > bytes.Length)
        {
            frame = default;
            return false;
        }
        frame = new Frame(bytes[0], bytes[2..length], length);
        return true;
    }

    /// <summary>Takes the first packet of 3.1.1.</summary>
    /// <inheritdoc cref="TryRead(ReadOnlySpan{byte}, int, ProtocolVersion, out Frame)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryRead(ReadOnlySpan<byte> bytes, int packetBytesMax, out Frame frame) =>
        TryRead(bytes, packetBytesMax, ProtocolVersion.V311, out frame);

    private static bool TryReadAny(
        ReadOnlySpan<byte> bytes, int packetBytesMax, ProtocolVersion version, out Frame frame)
    {
        frame = default;
        if (bytes.IsEmpty) return false;
        CheckHeader(bytes[0], version);
        int remaining, lengthBytes;
        if (bytes.Length > 1 && bytes[1] < 0x80) (remaining, lengthBytes) = (bytes[1], 1);
        else if (!VariableInteger.TryRead(bytes[1..], version == ProtocolVersion.V500, "MQTT-2.2.3",
            out remaining, out lengthBytes)) return false;
        var length = 1 + lengthBytes + remaining;
        if (length > packetBytesMax) ThrowOversize();
        if (remaining != 0 && (Empty >> (bytes[0] >> 4) & 1) != 0
            && !(version == ProtocolVersion.V500 && bytes[0] >> 4 == (int)PacketType.Disconnect))
            ProtocolError.Throw("MQTT-3.12", "a packet without content has a remaining length other than 0");
        if (length > bytes.Length) return false;
        frame = new Frame(bytes[0], bytes[(1 + lengthBytes)..length], length);
        return true;
    }

    private static void CheckHeader(byte header, ProtocolVersion version)
    {
        var type = header >> 4;
        if (type == 0 || (type == (int)PacketType.Auth && version != ProtocolVersion.V500))
            ProtocolError.Throw("MQTT-2.2.1", "reserved packet type");
        if (type == (int)PacketType.Publish) return;
        var flags = (FlagsTwo >> type & 1) << 1;
        if ((header & 0x0F) == flags) return;
        // 3.1 marks what is sent again with DUP, leaves RETAIN unused, and where no QoS applies, all flags.
        var meaning = version != ProtocolVersion.V310 ? 0x0F : flags == 0 ? 0 : 0x06;
        if (((header ^ flags) & meaning) != 0)
            ProtocolError.Throw(FlagsClause((PacketType)type), "wrong flags");
    }

    private static string FlagsClause(PacketType type) => type switch
    {
        PacketType.PubRel => "MQTT-3.6.1-1",
        PacketType.Subscribe => "MQTT-3.8.1-1",
        PacketType.Unsubscribe => "MQTT-3.10.1-1",
        PacketType.Disconnect => "MQTT-3.14.1-1",
        PacketType.Auth => "MQTT5-3.15.1-1",
        _ => "MQTT-2.2.2-2",
    };

    private static void ThrowOversize() => ProtocolError.Throw(
        "LMQ-MSG-1", "packet larger than packetBytesMax", ReasonCode.PacketTooLarge);
}
