using LightMq.Cli.Sheet;

namespace LightMq.Cli.Settings;

/// <summary>A value and the line where it stands.</summary>
internal readonly record struct SheetItem(string Text, int Line);

/// <summary>Asks a sheet for values of a kind; what is wrong is gathered, and reading goes on.</summary>
/// <param name="sheet">The sheet.</param>
/// <param name="mistakes">Where mistakes go.</param>
internal sealed class SheetFacts(SettingsSheet sheet, List<Mistake> mistakes)
{
    /// <summary>The sheet itself.</summary>
    public SettingsSheet Sheet => sheet;

    /// <summary>Whether a key has a value.</summary>
    public bool Has(string key) => sheet.Find(key) is not null;

    /// <summary>The value; empty: it is not there.</summary>
    public string Text(string key) => sheet.Find(key)?.Value ?? "";

    /// <summary>The value, if it is what it may be; else a mistake, and empty.</summary>
    public string Text(string key, string allowed, Func<string, bool> isAllowed)
    {
        if (sheet.Find(key) is not { } entry) return "";
        if (isAllowed(entry.Value)) return entry.Value;
        Wrong(entry, allowed);
        return "";
    }

    /// <summary>yes or no, also in some other words.</summary>
    public bool Switch(string key)
    {
        if (sheet.Find(key) is not { } entry) return false;
        switch (entry.Value.ToLowerInvariant())
        {
            case "yes" or "on" or "true" or "1" or "y": return true;
            case "no" or "off" or "false" or "0" or "n": return false;
            default:
                Wrong(entry, "yes or no");
                return false;
        }
    }

    /// <summary>One of some words; the first is the default.</summary>
    public string Choice(string key, params ReadOnlySpan<string> words)
    {
        if (sheet.Find(key) is not { } entry) return words[0];
        foreach (var word in words)
            if (word.Equals(entry.Value, StringComparison.OrdinalIgnoreCase)) return word;
        Wrong(entry, "one of " + string.Join(", ", words.ToArray()));
        return words[0];
    }

    /// <summary>What stands between commas in all lines of a key.</summary>
    public List<SheetItem> Items(string key, SheetEntry? owner = null) =>
    [
        .. from entry in sheet.All(key, owner)
        from part in entry.Value.Split((char[])[',', ';', '，'])
        let text = SheetValue.Trim(part)
        where text.Length > 0
        select new SheetItem(text, entry.Line),
    ];

    /// <summary>The same, each item checked; those that are wrong are left out.</summary>
    public List<SheetItem> Items(string key, string allowed, Func<string, bool> isAllowed)
    {
        var items = Items(key);
        foreach (var item in items.Where(item => !isAllowed(item.Text)))
            Wrong(item.Line, $"{key}: '{item.Text}' is not {allowed}");
        items.RemoveAll(item => !isAllowed(item.Text));
        return items;
    }

    /// <summary>A value is not what it may be.</summary>
    public void Wrong(SheetEntry entry, string allowed) => Wrong(entry.Line, entry.Key.IsSecret
        ? $"{entry.Key.Name} (not shown here) is not {allowed}"
        : $"{entry.Key.Name}: '{entry.Value}' is not {allowed}");

    /// <summary>Something is wrong, in words of its own.</summary>
    public void Wrong(int line, string text) => mistakes.Add(new Mistake(line, text));

    /// <summary>A key is missing that another one needs.</summary>
    public void Missing(string key, string because, string example)
    {
        if (!Has(key)) Wrong(0, $"{key} is missing: {because}. Add a line such as: {key} = {example}");
    }

    /// <summary>The line of a key; 0: it is not there.</summary>
    public int LineOf(string key) => sheet.Find(key)?.Line ?? 0;
}
