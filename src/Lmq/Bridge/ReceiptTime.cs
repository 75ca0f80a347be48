using System.Globalization;
using System.Text.Unicode;

namespace LightMq.Lmq;

/// <summary>
/// When a message was received, <c>lmq-time</c> (LMQ-CORE-4): ms since 1970, with <c>?</c> behind it while the
/// clock is not trusted.
/// </summary>
/// <param name="Milliseconds">The time, not negative.</param>
/// <param name="IsTrusted">Whether the clock was.</param>
public readonly record struct ReceiptTime(long Milliseconds, bool IsTrusted)
{
    /// <summary>Room that the longest text needs.</summary>
    public const int BytesMax = 20;

    /// <summary>Writes it.</summary>
    /// <param name="text">Has room for <see cref="BytesMax"/>.</param>
    /// <returns>Bytes written.</returns>
    public int Write(Span<byte> text)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(Milliseconds);
        return Utf8.TryWrite(text, CultureInfo.InvariantCulture,
            $"{Milliseconds}{(IsTrusted ? "" : "?")}", out var bytes)
            ? bytes
            : throw new ArgumentException("no room for the time", nameof(text));
    }

    /// <summary>Reads it; false for anything that <see cref="Write"/> would not write.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out ReceiptTime time)
    {
        var isTrusted = text is not [.., (byte)'?'];
        var isRead = PlainNumber.TryParse(isTrusted ? text : text[..^1], out var milliseconds);
        time = new ReceiptTime(milliseconds, isTrusted);
        return isRead;
    }
}
