namespace LightMq.Fuzz.Mutation;

/// <summary>Changes of bytes that know nothing of what the bytes mean.</summary>
internal static class ByteDamage
{
    private const int SliceMax = 16;

    private static readonly byte[] Interesting =
    [
        0x00, 0x01, 0x02, 0x03, 0x0B, 0x10, 0x1F, 0x20, 0x23, 0x26, 0x2B, 0x2F, 0x7F, 0x80, 0x81, 0xFE, 0xFF,
    ];

    // Text that is none (MQTT-1.5.3-1, -2), and text that a name must not have.
    private static readonly byte[][] Text =
    [
        [0xC0, 0x80], [0xC0], [0xE0, 0x80, 0xAF], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xEF, 0xBF, 0xBF],
        [0xEF, 0xBB, 0xBF], [0xF4, 0x90, 0x80, 0x80], [0xF0, 0x9F, 0x98, 0x80],
        [0xF8, 0x88, 0x80, 0x80, 0x80], [0x80], [0x00], [0x1F], [0x7F], [0xC2, 0x85],
        "#"u8.ToArray(), "+"u8.ToArray(), "/"u8.ToArray(),
        "$"u8.ToArray(), "$share/"u8.ToArray(), "/#/"u8.ToArray(),
    ];

    /// <summary>Gives the bytes with one change; perhaps none are left.</summary>
    public static byte[] Change(Random random, byte[] bytes)
    {
        if (bytes.Length == 0) return [(byte)random.Next(256)];
        var at = random.Next(bytes.Length);
        var count = Math.Min(random.Next(1, SliceMax), bytes.Length - at);
        switch (random.Next(10))
        {
            case 0: return Set(bytes, at, (byte)(bytes[at] ^ 1 << random.Next(8)));
            case 1: return Set(bytes, at, Interesting[random.Next(Interesting.Length)]);
            case 2: return Set(bytes, at, (byte)random.Next(256));
            case 3: return Set(bytes, at, (byte)(bytes[at] + random.Next(-2, 3)));
            case 4: return bytes[..at];
            case 5: return [.. bytes[..at], .. bytes[(at + count)..]];
            case 6: return [.. bytes[..(at + count)], .. bytes[at..]];
            case 7: return [.. bytes[..at], .. Random(random, count), .. bytes[at..]];
            case 8: return Over(bytes, at, Text[random.Next(Text.Length)]);
            default: return [.. bytes[..at], .. Text[random.Next(Text.Length)], .. bytes[at..]];
        }
    }

    /// <summary>The front of one and the back of another.</summary>
    public static byte[] Splice(Random random, byte[] front, byte[] back) =>
        [.. front[..random.Next(front.Length + 1)], .. back[random.Next(back.Length + 1)..]];

    /// <summary>Bytes laid over others; those that reach beyond the end are left out.</summary>
    public static byte[] Over(byte[] bytes, int at, ReadOnlySpan<byte> laid)
    {
        var changed = bytes.ToArray();
        laid[..Math.Min(laid.Length, changed.Length - at)].CopyTo(changed.AsSpan(at));
        return changed;
    }

    private static byte[] Set(byte[] bytes, int at, byte value) => Over(bytes, at, [value]);

    private static byte[] Random(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
