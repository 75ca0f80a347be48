namespace LightMq.Fuzz.Mutation;

/// <summary>
/// Packets as bytes, cut and put together without the product's own readers: what these misread must not
/// mislead the mutations.
/// </summary>
internal static class PacketBytes
{
    private const int LengthBytesMax = 4;

    /// <summary>Where the body begins: behind the remaining length, or at the end.</summary>
    public static int BodyAt(ReadOnlySpan<byte> packet)
    {
        var at = 1;
        while (at < packet.Length && at <= LengthBytesMax && packet[at] >= 0x80) at++;
        return Math.Min(at + 1, packet.Length);
    }

    /// <summary>A packet of this header and body, with the length that it should have.</summary>
    public static byte[] Build(byte header, ReadOnlySpan<byte> body) =>
        [header, .. Variable(body.Length), .. body];

    /// <summary>The same packet with the length that it should have.</summary>
    public static byte[] Mend(byte[] packet) =>
        packet.Length < 2 ? packet : Build(packet[0], packet.AsSpan(BodyAt(packet)));

    /// <summary>A variable byte integer.</summary>
    public static byte[] Variable(int value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7) bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return [.. bytes];
    }

    /// <summary>Cuts a stream into packets, as far as it has any.</summary>
    public static List<byte[]> Cut(ReadOnlySpan<byte> stream)
    {
        var packets = new List<byte[]>();
        while (!stream.IsEmpty)
        {
            var length = LengthOf(stream);
            packets.Add(stream[..length].ToArray());
            stream = stream[length..];
        }
        return packets;
    }

    private static int LengthOf(ReadOnlySpan<byte> stream)
    {
        var body = BodyAt(stream);
        var remaining = 0;
        for (var at = 1; at < body; at++) remaining |= (stream[at] & 0x7F) << 7 * (at - 1);
        return body < 2 || remaining > stream.Length - body ? stream.Length : body + remaining;
    }
}
