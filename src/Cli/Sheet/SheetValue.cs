namespace LightMq.Cli.Sheet;

/// <summary>What a person means by what stands behind the equals sign.</summary>
internal static class SheetValue
{
    private static readonly (char Open, char Close)[] Quotes =
        [('"', '"'), ('\'', '\''), ('“', '”'), ('„', '“'), ('„', '”'), ('”', '”'), ('‘', '’'), ('«', '»')];

    /// <summary>Without the spaces around it, also those that nobody sees.</summary>
    public static string Trim(string text)
    {
        var (from, to) = (0, text.Length);
        while (from < to && IsBlank(text[from])) from++;
        while (to > from && IsBlank(text[to - 1])) to--;
        return text[from..to];
    }

    /// <summary>The value without quotation marks and without a comment behind it.</summary>
    /// <param name="written">What stands behind the equals sign.</param>
    /// <param name="isSecret">Whether a # may well belong to it.</param>
    /// <param name="complaint">Why it cannot be said what is meant; else null.</param>
    public static string Read(string written, bool isSecret, out string? complaint)
    {
        complaint = null;
        var text = Trim(written);
        if (text.Any(static letter => char.IsControl(letter) && letter != '\t'))
            complaint = "there is a character here that cannot be seen; write the line anew";
        if (text.Length == 0) return text;
        if (Quoted(text) is { } inside) return inside;
        if (Quotes.Any(pair => pair.Open == text[0]) && (text[0] != '\'' || !isSecret))
        {
            if (Behind(text) is { } cut) return cut;
            complaint = "it begins with a quotation mark, but does not end with one; if the mark belongs to "
                + "the value, put the whole value between \" and \"";
            return text;
        }
        var at = CommentAt(text);
        if (at < 0) return text;
        if (!isSecret) return Trim(text[..at]);
        complaint = "there is a # with spaces around it; if it belongs to the value, put the whole value "
            + "between \" and \"; if it begins a comment, put that on a line of its own";
        return text;
    }

    /// <summary>Whether nothing is seen of a letter.</summary>
    public static bool IsBlank(char letter) => char.IsWhiteSpace(letter)
        || letter is '\uFEFF' or '\u200B' or '\u200E' or '\u200F' or '\u2060' or '\u00AD';

    private static string? Quoted(string text)
    {
        if (text.Length < 2) return null;
        foreach (var (open, close) in Quotes)
            if (text[0] == open && text[^1] == close) return text[1..^1];
        return null;
    }

    // "value"   # comment
    private static string? Behind(string text)
    {
        var at = CommentAt(text);
        return at > 0 ? Quoted(Trim(text[..at])) : null;
    }

    // Filters end with #, so that only one between spaces begins a comment.
    private static int CommentAt(string text)
    {
        for (var i = 1; i + 1 < text.Length; i++)
            if (text[i] == '#' && IsBlank(text[i - 1]) && IsBlank(text[i + 1])) return i;
        return -1;
    }
}
