using System.Buffers.Binary;

namespace LightMq.Fuzz.Mutation;

/// <summary>Changes of the properties of a packet of 5.0; those of an older one are taken for such.</summary>
internal static class PropertyDamage
{
    // One of every kind that the standard knows, and some that it does not.
    private static readonly byte[][] Known =
    [
        [0x01, 1], [0x01, 2], [0x02, 0, 0, 0, 1], [0x03, 0, 1, (byte)'c'], [0x08, 0, 1, (byte)'r'],
        [0x08, 0, 1, (byte)'#'], [0x09, 0, 2, 1, 2], [0x0B, 1], [0x0B, 0], [0x0B, 0xFF, 0xFF, 0xFF, 0x7F],
        [0x0B, 0xFF, 0xFF, 0xFF, 0xFF, 1], [0x11, 0, 0, 0, 0], [0x11, 0xFF, 0xFF, 0xFF, 0xFF], [0x12, 0, 0],
        [0x13, 0, 1], [0x15, 0, 1, (byte)'m'], [0x16, 0, 1, 9], [0x17, 0], [0x17, 2], [0x18, 0, 0, 0, 1],
        [0x19, 1], [0x1A, 0, 0], [0x1C, 0, 0], [0x1F, 0, 1, (byte)'w'], [0x21, 0, 0], [0x21, 0, 1],
        [0x22, 0, 5], [0x23, 0, 0], [0x23, 0, 1], [0x23, 0, 16], [0x23, 0, 17], [0x23, 0xFF, 0xFF],
        [0x24, 1], [0x25, 0], [0x26, 0, 1, (byte)'k', 0, 1, (byte)'v'], [0x26, 0, 0, 0, 0],
        [0x27, 0, 0, 0, 0], [0x27, 0, 0, 0, 9], [0x28, 1], [0x29, 1], [0x2A, 1],
        [0x00], [0x04, 0], [0x2B, 0], [0x7F], [0x80, 1], [0xFF],
    ];

    /// <summary>Gives the packet with one change of its properties.</summary>
    public static byte[] Change(Random random, byte[] packet)
    {
        var body = packet[PacketBytes.BodyAt(packet)..];
        var at = BlockAt(packet[0], body);
        if (at < 0 || at >= body.Length || body[at] >= 0x80 || at + 1 + body[at] > body.Length)
            return ByteDamage.Change(random, packet);
        var behind = body[(at + 1 + body[at])..];
        var properties = Cut(body.AsSpan(at + 1, body[at]));
        byte[] length = [];
        switch (random.Next(8))
        {
            case 0: properties.Insert(random.Next(properties.Count + 1), Any(random)); break;
            case 1 when properties.Count > 0:
                properties.Add([.. properties[random.Next(properties.Count)]]);
                break;
            case 2 when properties.Count > 0: properties.RemoveAt(random.Next(properties.Count)); break;
            case 3 when properties.Count > 1:
                var (one, two) = (random.Next(properties.Count), random.Next(properties.Count));
                (properties[one][0], properties[two][0]) = (properties[two][0], properties[one][0]);
                break;
            case 4 when properties.Count > 0:
                properties[random.Next(properties.Count)][0] = (byte)random.Next(0x2C);
                break;
            case 5:
                var sum = properties.Sum(one => one.Length);
                length = random.Next(3) switch
                {
                    0 => PacketDamage.OverLong(sum, random.Next(1, 4)),
                    1 => PacketBytes.Variable(Math.Max(0, sum + random.Next(-3, 4))),
                    _ => [0xFF, 0xFF, 0xFF, (byte)random.Next(0x70, 0x90)],
                };
                break;
            // The block ends within a property.
            case 6 when properties.Count > 0:
                properties[^1] = properties[^1][..random.Next(properties[^1].Length)];
                break;
            default: properties.AddRange([Any(random), Any(random)]); break;
        }
        if (length.Length == 0) length = PacketBytes.Variable(properties.Sum(one => one.Length));
        return PacketBytes.Build(
            packet[0], [.. body[..at], .. length, .. properties.SelectMany(one => one), .. behind]);
    }

    private static byte[] Any(Random random) => [.. Known[random.Next(Known.Length)]];

    /// <summary>Where the properties' length stands; -1: the packet has none.</summary>
    private static int BlockAt(byte header, byte[] body)
    {
        switch (header >> 4)
        {
            case 1: return body.Length > 2 ? 2 + body[1] + 4 : -1;
            case 3:
                if (body.Length < 2) return -1;
                return 2 + BinaryPrimitives.ReadUInt16BigEndian(body) + ((header & 0x06) != 0 ? 2 : 0);
            case 4 or 5 or 6 or 7: return 3;
            case 8 or 10 or 2 or 9 or 11: return 2;
            case 14 or 15: return 1;
            default: return -1;
        }
    }

    /// <summary>The properties, as far as they can be told apart; what follows is one more.</summary>
    private static List<byte[]> Cut(ReadOnlySpan<byte> block)
    {
        var properties = new List<byte[]>();
        while (!block.IsEmpty)
        {
            var length = Math.Min(LengthOf(block), block.Length);
            properties.Add(block[..length].ToArray());
            block = block[length..];
        }
        return properties;
    }

    private static int LengthOf(ReadOnlySpan<byte> block) => block[0] switch
    {
        0x01 or 0x17 or 0x19 or 0x24 or 0x25 or 0x28 or 0x29 or 0x2A => 2,
        0x13 or 0x21 or 0x22 or 0x23 => 3,
        0x02 or 0x11 or 0x18 or 0x27 => 5,
        0x03 or 0x08 or 0x09 or 0x12 or 0x15 or 0x16 or 0x1A or 0x1C or 0x1F => 1 + Counted(block[1..]),
        0x26 when 1 + Counted(block[1..]) is var name && name < block.Length => name + Counted(block[name..]),
        0x0B => PacketBytes.BodyAt(block),
        _ => block.Length,
    };

    private static int Counted(ReadOnlySpan<byte> text) =>
        text.Length < 2 ? 2 : 2 + BinaryPrimitives.ReadUInt16BigEndian(text);
}
