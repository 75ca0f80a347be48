using System.Text;

namespace LightMq.Cli.Sheet;

/// <summary>What is wrong with a sheet, in words for the person who wrote it.</summary>
/// <param name="Line">Its line, from 1; 0: the whole file.</param>
/// <param name="Text">What is wrong, and what to write instead. Never shows a secret.</param>
internal sealed record Mistake(int Line, string Text);

/// <summary>A key with its value.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">Its value; of a certificate the text in PEM, with its lines.</param>
/// <param name="Line">The line where it stands, from 1.</param>
/// <param name="LastLine">The last line that belongs to it.</param>
/// <param name="Owner">What it belongs to; null: to the whole box.</param>
internal sealed record SheetEntry(SheetKey Key, string Value, int Line, int LastLine, SheetEntry? Owner)
{
    /// <summary>Lines that say the same once more.</summary>
    public IReadOnlyList<int> Repeats { get; init; } = [];

    /// <summary>Does not show a secret.</summary>
    public override string ToString() => Key.IsSecret ? $"{Key.Name} (hidden)" : $"{Key.Name} = {Value}";
}

/// <summary>What a <c>lightmq.txt</c> says, before anybody has asked whether it makes sense.</summary>
/// <param name="Entries">In their order; what belongs to something stands behind it.</param>
internal sealed record SettingsSheet(IReadOnlyList<SheetEntry> Entries)
{
    /// <summary>A box that nobody has said anything of.</summary>
    public static SettingsSheet Empty { get; } = new([]);

    /// <summary>The entry of a key that stands once; null: it does not.</summary>
    public SheetEntry? Find(string key, SheetEntry? owner = null) =>
        Entries.FirstOrDefault(entry => entry.Key.Name == key && entry.Owner == owner);

    /// <summary>All entries of a key.</summary>
    public IEnumerable<SheetEntry> All(string key, SheetEntry? owner = null) =>
        Entries.Where(entry => entry.Key.Name == key && entry.Owner == owner);

    /// <summary>With another value for one entry, and what belongs to it still belonging to it.</summary>
    public SettingsSheet Replace(SheetEntry old, string value)
    {
        var now = old with { Value = value };
        return new SettingsSheet([.. Entries.Select(entry =>
            entry == old ? now : entry.Owner == old ? entry with { Owner = now } : entry)]);
    }

    /// <summary>With one entry more, at the end or behind what it belongs to.</summary>
    public SettingsSheet Add(SheetEntry entry)
    {
        List<SheetEntry> entries = [.. Entries];
        var at = entry.Owner is null ? -1 : entries.IndexOf(entry.Owner);
        entries.Insert(at < 0 ? entries.Count : at + 1, entry);
        return new SettingsSheet(entries);
    }

    /// <summary>The sheet as a text that <see cref="SheetReader"/> reads again as the same sheet.</summary>
    public string ToText()
    {
        var text = new StringBuilder("# What this box took over last. Made by the box: changes here do "
            + "nothing.\n");
        foreach (var entry in InOrder())
        {
            text.Append(entry.Key.Name).Append(" = ");
            if (entry.Value.Contains('\n')) text.Append('\n').Append(entry.Value.Trim()).Append('\n');
            else text.Append('"').Append(entry.Value).Append("\"\n");
        }
        return text.ToString();
    }

    // Always the same for the same settings, wherever a secret was filled in.
    private IEnumerable<SheetEntry> InOrder()
    {
        List<SheetEntry> entries = [.. Entries];
        return entries.OrderBy(static entry => SheetKeys.PlaceOf((entry.Owner ?? entry).Key))
            .ThenBy(entry => entry.Owner is null ? Place(entry) : entries.IndexOf(entry.Owner))
            .ThenBy(static entry => SheetKeys.PlaceOf(entry.Key));

        // Of what stands once the place says nothing.
        int Place(SheetEntry entry) => entry.Key.IsList ? entries.IndexOf(entry) : 0;
    }
}
