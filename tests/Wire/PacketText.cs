using System.Globalization;
using System.Text;

namespace LightMq.Tests;

/// <summary>
/// Bytes as a person writes them: <c>0c</c> a byte, <c>00*300</c> a byte many times, <c>"a"</c> a string with
/// its length of two bytes before it, <c>'a'</c> its bytes alone, <c>[ … ]</c> a packet's rest with its
/// remaining length before it, <c>{ … }</c> properties with theirs, <c>$id</c> two bytes that a transcript
/// names.
/// </summary>
public sealed class PacketText
{
    private readonly string _text;
    private int _at;

    private PacketText(string text)
    {
        _text = text;
        Parts = Sequence();
        if (_at != text.Length) throw new FormatException($"'{text[_at]}' never opened in: {text}");
    }

    /// <summary>A byte each; -1 - 2 n and -2 - 2 n are the two bytes of <c>Names[n]</c>.</summary>
    public IReadOnlyList<int> Parts { get; }

    /// <summary>Names met, in order.</summary>
    public List<string> Names { get; } = [];

    public static PacketText Parse(string text) => new(text);

    /// <summary>The bytes of a text without names.</summary>
    public static byte[] Bytes(string text) => [.. Parse(text).Parts.Select(part => checked((byte)part))];

    public static string Hex(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        foreach (var one in bytes[..Math.Min(bytes.Length, 512)]) text.Append(one.ToString("x2")).Append(' ');
        if (bytes.Length > 512) text.Append($"… {bytes.Length} bytes");
        return text.ToString().TrimEnd();
    }

    private List<int> Sequence()
    {
        var parts = new List<int>();
        while (_at < _text.Length && _text[_at] is not (']' or '}'))
        {
            if (_text[_at] == ' ') _at++;
            else if (_text[_at] is '"' or '\'') Quoted(parts);
            else if (_text[_at] == '[') Measured(parts, ']');
            else if (_text[_at] == '{') Measured(parts, '}');
            else if (_text[_at] == '$') Named(parts);
            else HexByte(parts);
        }
        return parts;
    }

    private void Quoted(List<int> parts)
    {
        var end = _text.IndexOf(_text[_at], _at + 1);
        if (end < 0) throw new FormatException($"open quote in: {_text}");
        var inside = Encoding.UTF8.GetBytes(_text[(_at + 1)..end]);
        if (_text[_at] == '"') parts.AddRange([inside.Length >> 8, inside.Length & 0xFF]);
        parts.AddRange(inside.Select(one => (int)one));
        _at = end + 1;
    }

    private void Measured(List<int> parts, char close)
    {
        _at++;
        var inside = Sequence();
        if (_at == _text.Length || _text[_at] != close)
            throw new FormatException($"no '{close}' in: {_text}");
        _at++;
        var length = inside.Count;
        for (; length >= 0x80; length >>= 7) parts.Add(length & 0x7F | 0x80);
        parts.Add(length);
        parts.AddRange(inside);
    }

    private void Named(List<int> parts)
    {
        var start = ++_at;
        while (_at < _text.Length && char.IsAsciiLetterOrDigit(_text[_at])) _at++;
        if (_at == start) throw new FormatException($"'$' without a name in: {_text}");
        parts.AddRange([-1 - 2 * Names.Count, -2 - 2 * Names.Count]);
        Names.Add(_text[start.._at]);
    }

    private void HexByte(List<int> parts)
    {
        var digits = _text.AsSpan(_at, Math.Min(2, _text.Length - _at));
        if (digits.Length < 2 || !byte.TryParse(
            digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            throw new FormatException($"no byte at {_at} in: {_text}");
        _at += 2;
        var count = 1;
        if (_at < _text.Length && _text[_at] == '*')
        {
            var start = ++_at;
            while (_at < _text.Length && char.IsAsciiDigit(_text[_at])) _at++;
            count = int.Parse(_text.AsSpan(start, _at - start), CultureInfo.InvariantCulture);
        }
        if (_at < _text.Length && _text[_at] is not (' ' or ']' or '}'))
            throw new FormatException($"no space after a byte at {_at} in: {_text}");
        parts.AddRange(Enumerable.Repeat((int)value, count));
    }
}
