using System.Text;

namespace LightMq.Cli.Sheet;

/// <summary>One line of a text.</summary>
/// <param name="Text">Without its end.</param>
/// <param name="End">What ends it; empty for the last one.</param>
internal readonly record struct SheetLine(string Text, string End);

/// <summary>
/// The text of a file that a person wrote with whatever editor was at hand: UTF-8 with or without a mark,
/// UTF-16, or the code page of an old Windows; any line ends.
/// </summary>
/// <param name="Lines">Its lines.</param>
/// <param name="HasMark">Whether it must begin with a mark to be read as UTF-8 again.</param>
internal sealed record SheetText(IReadOnlyList<SheetLine> Lines, bool HasMark)
{
    /// <summary>A longer file is none of ours.</summary>
    public const int BytesMax = 256 * 1024;

    // What code page 1252 has at 0x80 to 0x9F.
    private const string Windows1252 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>Reads a file's bytes; <paramref name="complaint"/> says why it is no plain text.</summary>
    public static SheetText? Read(ReadOnlySpan<byte> bytes, out string? complaint)
    {
        complaint = Refuse(bytes);
        if (complaint is not null) return null;
        var text = Decode(bytes, out var hasMark);
        return new SheetText(Cut(text), hasMark);
    }

    /// <summary>The bytes of the text: UTF-8.</summary>
    public byte[] ToBytes()
    {
        var text = new StringBuilder(HasMark ? "\uFEFF" : "");
        foreach (var line in Lines) text.Append(line.Text).Append(line.End);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static string? Refuse(ReadOnlySpan<byte> bytes)
    {
        const string Save = ": save it as plain text (in Notepad: Save as, Text documents)";
        if (bytes.Length > BytesMax) return $"is longer than {BytesMax / 1024} KiB; it is no settings file";
        if (bytes.StartsWith("{\\rtf"u8)) return "is in rich text format (RTF)" + Save;
        if (bytes.StartsWith("PK\u0003\u0004"u8) || bytes.StartsWith((ReadOnlySpan<byte>)[0xD0, 0xCF, 0x11]))
            return "is a document of a word processor" + Save;
        return null;
    }

    private static string Decode(ReadOnlySpan<byte> bytes, out bool hasMark)
    {
        hasMark = true;
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) bytes = bytes[3..];
        else if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE])) return Encoding.Unicode.GetString(bytes[2..]);
        else if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
            return Encoding.BigEndianUnicode.GetString(bytes[2..]);
        else if (IsWide(bytes, 1)) return Encoding.Unicode.GetString(bytes);
        else if (IsWide(bytes, 0)) return Encoding.BigEndianUnicode.GetString(bytes);
        else hasMark = false;
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            hasMark = true;
            return string.Create(bytes.Length, bytes.ToArray(), static (text, from) =>
            {
                for (var i = 0; i < from.Length; i++)
                    text[i] = from[i] is >= 0x80 and <= 0x9F ? Windows1252[from[i] - 0x80] : (char)from[i];
            });
        }
    }

    // UTF-16 without a mark: of what is mostly Latin, every second byte is zero.
    private static bool IsWide(ReadOnlySpan<byte> bytes, int zeroAt)
    {
        if (bytes.Length < 4 || bytes.Length % 2 != 0) return false;
        var zeros = 0;
        for (var i = zeroAt; i < bytes.Length; i += 2) zeros += bytes[i] == 0 ? 1 : 0;
        return zeros > bytes.Length / 4;
    }

    private static List<SheetLine> Cut(string text)
    {
        var lines = new List<SheetLine>();
        var from = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var length = text[i] switch
            {
                '\r' when i + 1 < text.Length && text[i + 1] == '\n' => 2,
                '\r' or '\n' or '\u0085' or '\u2028' or '\u2029' => 1,
                _ => 0,
            };
            if (length == 0) continue;
            lines.Add(new SheetLine(text[from..i], text[i..(i + length)]));
            i += length - 1;
            from = i + 1;
        }
        if (from < text.Length) lines.Add(new SheetLine(text[from..], ""));
        return lines;
    }
}
