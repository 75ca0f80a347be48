using System.Buffers.Binary;

namespace LightMq.Fuzz.Mutation;

/// <summary>Changes of one packet that know where its lengths, ids, flags and versions stand.</summary>
internal static class PacketDamage
{
    /// <summary>Gives the packet with one change.</summary>
    public static byte[] Change(Random random, byte[] packet)
    {
        if (packet.Length < 2) return ByteDamage.Change(random, packet);
        switch (random.Next(8))
        {
            case 0: return RemainingLength(random, packet);
            case 1: return LengthOfText(random, packet);
            case 2: return PacketId(random, packet);
            case 3: return Header(random, packet);
            case 4 when packet[0] >> 4 == 1: return Connect(random, packet);
            case 5: return PropertyDamage.Change(random, packet);
            // A body that is damaged but has its length reaches further than one that ends early.
            case 6:
                return PacketBytes.Build(
                    packet[0], ByteDamage.Change(random, packet[PacketBytes.BodyAt(packet)..]));
            default: return ByteDamage.Change(random, packet);
        }
    }

    /// <summary>Another length than the packet has, in another form than it should have.</summary>
    private static byte[] RemainingLength(Random random, byte[] packet)
    {
        var body = packet[PacketBytes.BodyAt(packet)..];
        byte[] length = random.Next(7) switch
        {
            0 => PacketBytes.Variable(Math.Max(0, body.Length + random.Next(-3, 4))),
            1 => PacketBytes.Variable(random.Next(body.Length + 1)),
            2 => PacketBytes.Variable(body.Length + random.Next(1, 1_000)),
            3 => [.. OverLong(body.Length, random.Next(1, 4))],
            4 => [0xFF, 0xFF, 0xFF, 0x7F],
            5 => [0xFF, 0xFF, 0xFF, 0xFF, (byte)random.Next(256)],
            _ => PacketBytes.Variable(131_072 + random.Next(-4, 5)),
        };
        return [packet[0], .. length, .. body];
    }

    /// <summary>A variable byte integer with needless bytes of nothing.</summary>
    internal static byte[] OverLong(int value, int needless)
    {
        var bytes = PacketBytes.Variable(value).ToList();
        for (; needless > 0 && bytes.Count < 4; needless--)
        {
            bytes[^1] |= 0x80;
            bytes.Add(0);
        }
        return [.. bytes];
    }

    /// <summary>Two bytes that look like the length of a text, made longer or shorter.</summary>
    private static byte[] LengthOfText(Random random, byte[] packet)
    {
        var body = PacketBytes.BodyAt(packet);
        var places = new List<int>();
        for (var at = body; at + 2 <= packet.Length; at++)
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(at));
            if (length <= packet.Length - at - 2 && packet[at] == 0) places.Add(at);
        }
        if (places.Count == 0) return ByteDamage.Change(random, packet);
        var place = places[random.Next(places.Count)];
        var was = BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(place));
        var value = random.Next(5) switch
        {
            0 => 0,
            1 => ushort.MaxValue,
            2 => packet.Length - place - 2,
            3 => packet.Length - place - 1,
            _ => was + random.Next(-3, 4),
        };
        return ByteDamage.Over(packet, place, [(byte)(value >> 8), (byte)value]);
    }

    /// <summary>0, 65535 or another one, where the packet's id stands.</summary>
    private static byte[] PacketId(Random random, byte[] packet)
    {
        var at = PacketBytes.BodyAt(packet);
        // Of PUBLISH it stands behind the topic.
        if (packet[0] >> 4 == 3 && at + 2 <= packet.Length)
            at += 2 + BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(at));
        if (at + 2 > packet.Length) return ByteDamage.Change(random, packet);
        byte[] id = random.Next(5) switch
        {
            0 => [0, 0],
            1 => [0xFF, 0xFF],
            2 => [(byte)random.Next(256), (byte)random.Next(256)],
            _ => [0, (byte)random.Next(1, 4)],
        };
        return ByteDamage.Over(packet, at, id);
    }

    private static byte[] Header(Random random, byte[] packet) => ByteDamage.Over(packet, 0,
        [(byte)(random.Next(2) == 0 ? random.Next(256) : packet[0] & 0xF0 | random.Next(16))]);

    /// <summary>Another name or level of the protocol, other flags, another keep-alive.</summary>
    private static byte[] Connect(Random random, byte[] packet)
    {
        var body = packet[PacketBytes.BodyAt(packet)..];
        var name = body.Length > 4 ? 2 + BinaryPrimitives.ReadUInt16BigEndian(body) : body.Length;
        if (name + 4 > body.Length) return ByteDamage.Change(random, packet);
        byte[] levels = [0, 2, 3, 4, 5, 6, 0x83, 0x84, 0x85, 0xFF];
        switch (random.Next(4))
        {
            case 0: body[name] = levels[random.Next(levels.Length)]; break;
            case 1: body[name + 1] ^= (byte)(1 << random.Next(8)); break;
            case 2: body[name + 1] = (byte)random.Next(256); break;
            default:
                byte[] other = body[2..name].AsSpan().SequenceEqual("MQTT"u8)
                    ? [0, 6, .. "MQIsdp"u8, 3] : [0, 4, .. "MQTT"u8, (byte)random.Next(3, 6)];
                body = [.. other, .. body[(name + 1)..]];
                break;
        }
        return PacketBytes.Build(packet[0], body);
    }
}
