using System.Globalization;
using System.Text;

namespace LightMq.Tests;

/// <summary>
/// Bytes as a person writes them: <c>0c</c> a byte, <c>00*300</c> a byte many times, <c>"a"</c> a string behind
/// its length of two bytes, <c>'a'</c> its bytes alone, <c>[ … ]</c> the inside behind its remaining length.
/// </summary>
public static class PacketText
{
    public static byte[] Bytes(string text)
    {
        var at = 0;
        var bytes = Sequence(text, ref at);
        if (at != text.Length) throw new FormatException($"']' without '[' in: {text}");
        return bytes;
    }

    public static string Hex(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        foreach (var one in bytes[..Math.Min(bytes.Length, 512)]) text.Append(one.ToString("x2")).Append(' ');
        if (bytes.Length > 512) text.Append($"… {bytes.Length} bytes");
        return text.ToString().TrimEnd();
    }

    private static byte[] Sequence(string text, ref int at)
    {
        var bytes = new List<byte>();
        while (at < text.Length && text[at] != ']')
        {
            if (text[at] == ' ') at++;
            else if (text[at] is '"' or '\'') Quoted(text, ref at, bytes);
            else if (text[at] == '[') Bracketed(text, ref at, bytes);
            else HexByte(text, ref at, bytes);
        }
        return [.. bytes];
    }

    private static void Quoted(string text, ref int at, List<byte> bytes)
    {
        var end = text.IndexOf(text[at], at + 1);
        if (end < 0) throw new FormatException($"open quote in: {text}");
        var inside = Encoding.UTF8.GetBytes(text[(at + 1)..end]);
        if (text[at] == '"') bytes.AddRange([(byte)(inside.Length >> 8), (byte)inside.Length]);
        bytes.AddRange(inside);
        at = end + 1;
    }

    private static void Bracketed(string text, ref int at, List<byte> bytes)
    {
        at++;
        var inside = Sequence(text, ref at);
        if (at == text.Length) throw new FormatException($"open '[' in: {text}");
        at++;
        var length = inside.Length;
        for (; length >= 0x80; length >>= 7) bytes.Add((byte)(length | 0x80));
        bytes.Add((byte)length);
        bytes.AddRange(inside);
    }

    private static void HexByte(string text, ref int at, List<byte> bytes)
    {
        if (at + 2 > text.Length || !byte.TryParse(text.AsSpan(at, 2), NumberStyles.AllowHexSpecifier,
            CultureInfo.InvariantCulture, out var value)) throw new FormatException($"no byte at {at} in: {text}");
        at += 2;
        var count = 1;
        if (at < text.Length && text[at] == '*')
        {
            var start = ++at;
            while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
            count = int.Parse(text.AsSpan(start, at - start), CultureInfo.InvariantCulture);
        }
        if (at < text.Length && text[at] is not (' ' or ']'))
            throw new FormatException($"no space after a byte at {at} in: {text}");
        bytes.AddRange(Enumerable.Repeat(value, count));
    }
}
