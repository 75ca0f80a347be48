using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace LightMq.Lmq;

/// <summary>Stream id <c>lmq-epoch</c> (LMQ-CORE-4): boot counter, a dash, 32 hex digits drawn at that start.
/// </summary>
/// <param name="Boot">How often the broker has started on its store.</param>
/// <param name="Draw">128 random bits.</param>
public readonly record struct EpochText(uint Boot, UInt128 Draw)
{
    /// <summary>Room that the longest text needs.</summary>
    public const int BytesMax = 10 + 1 + HexNumber.Digits;

    /// <summary>Writes it.</summary>
    /// <param name="text">Has room for <see cref="BytesMax"/>.</param>
    /// <returns>Bytes written.</returns>
    public int Write(Span<byte> text) =>
        Utf8.TryWrite(text, CultureInfo.InvariantCulture, $"{Boot}-{Draw:x32}", out var bytes)
            ? bytes
            : throw new ArgumentException("no room for the epoch", nameof(text));

    /// <inheritdoc/>
    public override string ToString()
    {
        Span<byte> text = stackalloc byte[BytesMax];
        return Encoding.ASCII.GetString(text[..Write(text)]);
    }

    /// <summary>Reads it; false for what <see cref="Write"/> would not write, but for capitals.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out EpochText epoch)
    {
        epoch = default;
        var dash = text.IndexOf((byte)'-');
        if (dash < 1 || !PlainNumber.TryParse(text[..dash], out var boot)) return false;
        if (boot > uint.MaxValue || !HexNumber.TryParse(text[(dash + 1)..], out var draw)) return false;
        epoch = new EpochText((uint)boot, draw);
        return true;
    }
}

/// <summary>Decimal numbers as properties have them: digits only, no leading zeros.</summary>
public static class PlainNumber
{
    /// <summary>Reads one; false: it is none, or beyond 63 bits.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out long number)
    {
        number = 0;
        if (text.IsEmpty || text.ContainsAnyExceptInRange((byte)'0', (byte)'9')) return false;
        if (text.Length > 1 && text[0] == (byte)'0') return false;
        return Utf8Parser.TryParse(text, out number, out var read) && read == text.Length;
    }
}
