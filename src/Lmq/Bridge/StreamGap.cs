using System.Globalization;
using System.Text.Unicode;

namespace LightMq.Lmq;

/// <summary>
/// A gap declaration <c>lmq-gap</c> (LMQ-CORE-4), <c>from-to:reason</c>: the stream numbers from … to, both
/// included, will never come.
/// </summary>
/// <param name="from">First number, at least 1.</param>
/// <param name="to">Last number, at least <paramref name="from"/>.</param>
/// <param name="reason">Why, as a word of small letters and dashes.</param>
public readonly ref struct StreamGap(long from, long to, ReadOnlySpan<byte> reason)
{
    /// <summary>Longest reason in bytes.</summary>
    public const int ReasonBytesMax = 32;

    /// <summary>Room that the longest text needs.</summary>
    public const int BytesMax = 19 + 1 + 19 + 1 + ReasonBytesMax;

    /// <summary>First number.</summary>
    public long From { get; } = from;

    /// <summary>Last number.</summary>
    public long To { get; } = to;

    /// <summary>Why.</summary>
    public ReadOnlySpan<byte> Reason { get; } = reason;

    /// <summary>Dropped by a policy of the queue.</summary>
    public static ReadOnlySpan<byte> Policy => "policy"u8;

    /// <summary>Shed, because the disk or memory was full.</summary>
    public static ReadOnlySpan<byte> Shed => "shed"u8;

    /// <summary>Refused by the central for good.</summary>
    public static ReadOnlySpan<byte> Refused => "refused"u8;

    /// <summary>Writes it.</summary>
    /// <param name="text">Has room for <see cref="BytesMax"/>.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="ArgumentException">The numbers or the reason are none.</exception>
    public int Write(Span<byte> text)
    {
        if (!IsRight(From, To, Reason)) throw new ArgumentException("not a gap");
        if (!Utf8.TryWrite(text, CultureInfo.InvariantCulture, $"{From}-{To}:", out var bytes)
            || !Reason.TryCopyTo(text[bytes..]))
            throw new ArgumentException("no room for the gap", nameof(text));
        return bytes + Reason.Length;
    }

    /// <summary>Reads it; false for anything that <see cref="Write"/> would not write.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out StreamGap gap)
    {
        gap = default;
        var dash = text.IndexOf((byte)'-');
        var colon = text.IndexOf((byte)':');
        if (dash < 0 || colon < dash) return false;
        if (!PlainNumber.TryParse(text[..dash], out var from)) return false;
        if (!PlainNumber.TryParse(text[(dash + 1)..colon], out var to)) return false;
        if (!IsRight(from, to, text[(colon + 1)..])) return false;
        gap = new StreamGap(from, to, text[(colon + 1)..]);
        return true;
    }

    private static bool IsRight(long from, long to, ReadOnlySpan<byte> reason)
    {
        if (from < 1 || to < from || reason.Length is 0 or > ReasonBytesMax) return false;
        foreach (var one in reason)
            if (one is not (>= (byte)'a' and <= (byte)'z' or (byte)'-')) return false;
        return true;
    }
}
