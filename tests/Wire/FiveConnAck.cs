using System.Buffers.Binary;

namespace LightMq.Tests;

/// <summary>What the CONNACK of MQTT 5.0 tells (MQTT5-3.2.2).</summary>
internal static class FiveConnAck
{
    public static ReadOnlySpan<byte> FlagsAndCode(ReadOnlySpan<byte> packet) =>
        packet.Slice(packet[1] < 0x80 ? 2 : 3, 2);

    /// <summary>Its properties, identifier and value together; null if they cannot be read.</summary>
    public static List<byte[]>? Properties(ReadOnlySpan<byte> packet)
    {
        var at = packet[1] < 0x80 ? 4 : 5;
        if (at >= packet.Length) return null;
        var rest = packet[(at + (packet[at] < 0x80 ? 1 : 2))..];
        var properties = new List<byte[]>();
        while (rest.Length > 0)
        {
            var length = Length(rest);
            if (length > rest.Length) return null;
            properties.Add(rest[..length].ToArray());
            rest = rest[length..];
        }
        return properties;
    }

    /// <summary>Whether it is the one that is written; <c>12 …</c> is an identifier with any value.</summary>
    public static bool IsAs(ReadOnlySpan<byte> property, string text) => text.EndsWith('…')
        ? property[0] == PacketText.Bytes(text[..^1].Trim()).Single()
        : property.SequenceEqual(PacketText.Bytes(text));

    // Session expiry and packet size take four bytes, receive maximum, aliases and keep-alive two,
    // quality, retained, wildcards, identifiers and shares one; the others are text.
    private static int Length(ReadOnlySpan<byte> property) => property[0] switch
    {
        0x11 or 0x27 => 5,
        0x21 or 0x22 or 0x13 => 3,
        0x24 or 0x25 or 0x28 or 0x29 or 0x2A => 2,
        0x26 => 1 + Text(property[1..]) + Text(property[(1 + Text(property[1..]))..]),
        _ => 1 + Text(property[1..]),
    };

    private static int Text(ReadOnlySpan<byte> text) =>
        text.Length < 2 ? int.MaxValue / 4 : 2 + BinaryPrimitives.ReadUInt16BigEndian(text);
}
