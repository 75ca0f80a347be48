using System.Text;

namespace LightMq.Cli.Sheet;

/// <summary>
/// Reads <c>key = value</c> lines. It takes what can mean one thing only, and has one line for each mistake.
/// </summary>
internal sealed class SheetReader
{
    private readonly List<SheetEntry> _entries = [];
    private readonly List<Mistake> _mistakes;

    private SheetReader(List<Mistake> mistakes) => _mistakes = mistakes;

    /// <summary>Reads lines; what is wrong is added to <paramref name="mistakes"/>.</summary>
    public static SettingsSheet Read(SheetText text, List<Mistake> mistakes)
    {
        var reader = new SheetReader(mistakes);
        for (var i = 0; i < text.Lines.Count;) i = reader.ReadLine(text.Lines, i);
        return new SettingsSheet(reader._entries);
    }

    /// <summary>Reads a text of our own.</summary>
    public static SettingsSheet Read(string text, List<Mistake> mistakes) =>
        Read(SheetText.Read(Encoding.UTF8.GetBytes(text), out _)!, mistakes);

    private int ReadLine(IReadOnlyList<SheetLine> lines, int at)
    {
        var line = SheetValue.Trim(lines[at].Text);
        if (line.Length == 0 || line[0] is '#' or ';' || line.StartsWith("//", StringComparison.Ordinal))
            return at + 1;
        if (line.StartsWith("-----BEGIN", StringComparison.Ordinal)) return ReadLoosePem(lines, at);
        if (line is ['[', .., ']'])
        {
            Wrong(at, "there are no sections here; leave this line out");
            return at + 1;
        }
        var (name, written) = Part(line);
        if (written is null)
        {
            // Not shown: it may be a secret.
            Wrong(at, "there is no = in this line; write: key = value, or # in front of it for a comment");
            return at + 1;
        }
        if (SheetKeys.Find(name) is { } key) return ReadEntry(lines, at, key, written);
        Wrong(at, SheetKeys.Nearest(name) is { } nearest
            ? $"there is no key '{Shown(name)}'; is '{nearest}' meant?"
            : $"there is no key '{Shown(name)}'; lightmq-sample.txt shows all keys");
        return SkipPem(lines, at, written);
    }

    // What looks like a key may stand before a colon; a value may hold either.
    private static (string Name, string? Written) Part(string line)
    {
        var at = line.IndexOfAny(['=', '＝']);
        if (at < 0)
        {
            at = line.IndexOfAny([':', '\t']);
            if (at < 0 || SheetKeys.Find(line[..at]) is null) return (line, null);
        }
        return (SheetValue.Trim(line[..at]), line[(at + 1)..]);
    }

    private int ReadEntry(IReadOnlyList<SheetLine> lines, int at, SheetKey key, string written)
    {
        var value = SheetValue.Read(written, key.IsSecret, out var complaint);
        if (complaint is not null) Wrong(at, $"{key.Name}: {complaint}");
        var (last, end) = (at, at + 1);
        if (PemAt(lines, at, value) is var from and >= 0)
        {
            var pem = from == at ? value + "\n" : "";
            for (last = from == at ? at + 1 : from; last < lines.Count; last++)
            {
                var text = SheetValue.Trim(lines[last].Text);
                if (text.Length > 0) pem += text + "\n";
                if (IsEnd(text) && !IsBegin(lines, last + 1)) break;
            }
            if (last == lines.Count)
                Wrong(at, $"{key.Name}: the certificate does not end; its last line is -----END "
                    + "CERTIFICATE-----");
            (value, end) = (pem.TrimEnd(), Math.Min(last + 1, lines.Count));
            last = end - 1;
        }
        Add(key, value, at, last);
        return end;
    }

    private void Add(SheetKey key, string value, int at, int last)
    {
        // The sample's lines with nothing behind the = are no mistake.
        if (value.Length == 0) return;
        SheetEntry? owner = null;
        if (key.Owner is not null)
        {
            owner = _entries.LastOrDefault(entry => entry.Key.Name == key.Owner);
            if (owner is null)
            {
                Wrong(at, $"{key.Name} belongs below a line '{key.Owner} = ...'");
                return;
            }
        }
        var other = key.IsList ? null
            : _entries.FirstOrDefault(entry => entry.Key == key && entry.Owner == owner);
        if (other is null) _entries.Add(new SheetEntry(key, value, at + 1, last + 1, owner));
        else if (other.Value != value)
            Wrong(at, $"{key.Name} stands in line {other.Line} already, with another value; leave one of "
                + "them out");
        else _entries[_entries.IndexOf(other)] = other with
        {
            Repeats = [.. other.Repeats, .. Enumerable.Range(at + 1, last - at + 1)],
        };
    }

    private int ReadLoosePem(IReadOnlyList<SheetLine> lines, int at)
    {
        Wrong(at, "a certificate stands here without its key; write a line 'central-ca =' above it");
        return SkipPem(lines, at, "-----BEGIN");
    }

    private static int SkipPem(IReadOnlyList<SheetLine> lines, int at, string written)
    {
        if (PemAt(lines, at, SheetValue.Trim(written)) < 0) return at + 1;
        while (at < lines.Count && !IsEnd(SheetValue.Trim(lines[at].Text))) at++;
        return at + 1;
    }

    // Where a certificate begins: behind the equals sign, or in the next line that is not empty.
    private static int PemAt(IReadOnlyList<SheetLine> lines, int at, string value)
    {
        if (value.StartsWith("-----BEGIN", StringComparison.Ordinal)) return at;
        return value.Length == 0 && IsBegin(lines, at + 1) ? at + 1 : -1;
    }

    private static bool IsBegin(IReadOnlyList<SheetLine> lines, int at)
    {
        while (at < lines.Count && SheetValue.Trim(lines[at].Text).Length == 0) at++;
        return at < lines.Count
            && SheetValue.Trim(lines[at].Text).StartsWith("-----BEGIN", StringComparison.Ordinal);
    }

    private static bool IsEnd(string line) => line.StartsWith("-----END", StringComparison.Ordinal);

    private void Wrong(int at, string text) => _mistakes.Add(new Mistake(at + 1, text));

    private static string Shown(string text) => text.Length <= 24 ? text : text[..24] + "...";
}
