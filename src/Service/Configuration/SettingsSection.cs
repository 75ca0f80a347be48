using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace LightMq.Service.Configuration;

/// <summary>
/// A part of the configuration, read key by key with type and range. It remembers which keys were asked for,
/// so that <see cref="RefuseOthers"/> finds misspelt ones. Why no binder: its messages name neither the
/// value's range nor, in lists, the key.
/// </summary>
public sealed class SettingsSection(IConfiguration configuration, string path)
{
    private readonly HashSet<string> _known = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether the key is set, to whatever value.</summary>
    public bool Has(string key)
    {
        _known.Add(key);
        return configuration.GetSection(key) is { } section
            && (section.Value is not null || HasChildren(section));
    }

    /// <summary>
    /// A text; <paramref name="allowed"/> describes what <paramref name="isAllowed"/> lets through.
    /// </summary>
    public string Text(string key, string otherwise, string allowed, Func<string, bool> isAllowed)
    {
        var written = Read(key);
        if (isAllowed(written ?? otherwise)) return written ?? otherwise;
        throw string.IsNullOrEmpty(written) ? Missing(key, allowed) : Wrong(key, written, allowed);
    }

    /// <summary>A text that is not shown in an error.</summary>
    public string Secret(string key, string allowed, Func<string, bool> isAllowed)
    {
        var text = Read(key) ?? "";
        if (isAllowed(text)) return text;
        throw text.Length == 0 ? Missing(key, allowed)
            : new ConfigurationError(PathOf(key), $"(hidden) is not {allowed}");
    }

    /// <summary>A whole number from <paramref name="min"/> to <paramref name="max"/>.</summary>
    public long Whole(string key, long otherwise, long min, long max)
    {
        if (Read(key) is not { } text) return otherwise;
        var isWhole =
            long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value);
        if (!isWhole || value < min || value > max)
            throw Wrong(key, text, $"a whole number from {min} to {max}");
        return value;
    }

    /// <summary>The same as 32 bits.</summary>
    public int Whole(string key, int otherwise, int min, int max) =>
        (int)Whole(key, (long)otherwise, min, max);

    /// <summary>true or false.</summary>
    public bool Switch(string key, bool otherwise)
    {
        if (Read(key) is not { } text) return otherwise;
        return bool.TryParse(text, out var value) ? value : throw Wrong(key, text, "true or false");
    }

    /// <summary>One of a set of words.</summary>
    public T Choice<T>(string key, T otherwise, params ReadOnlySpan<(string Word, T Value)> choices)
    {
        if (Read(key) is not { } text) return otherwise;
        var words = new List<string>();
        foreach (var (word, value) in choices)
        {
            if (word.Equals(text, StringComparison.OrdinalIgnoreCase)) return value;
            words.Add(word);
        }
        throw Wrong(key, text, $"one of {string.Join(", ", words)}");
    }

    /// <summary>A section below this one.</summary>
    public SettingsSection Section(string key)
    {
        _known.Add(key);
        var section = configuration.GetSection(key);
        if (!string.IsNullOrEmpty(section.Value)) throw MustBe(section, "a section in braces { }");
        return new SettingsSection(section, PathOf(key));
    }

    /// <summary>A list of sections.</summary>
    public List<T> List<T>(string key, Func<SettingsSection, T> read)
    {
        var items = new List<T>();
        foreach (var child in Children(key))
        {
            if (!string.IsNullOrEmpty(child.Value)) throw MustBe(child, "a section in braces { }");
            var item = new SettingsSection(child, child.Path);
            items.Add(read(item));
            item.RefuseOthers();
        }
        return items;
    }

    /// <summary>A list whose items are each a name or a section.</summary>
    public List<T> Mixed<T>(string key, string allowed, Func<string, bool> isAllowed, Func<string, T> named,
        Func<SettingsSection, T> read)
    {
        var items = new List<T>();
        foreach (var child in Children(key))
        {
            if (child.Value is { } name)
            {
                if (!isAllowed(name)) throw Wrong(child, allowed);
                items.Add(named(name));
                continue;
            }
            var item = new SettingsSection(child, child.Path);
            items.Add(read(item));
            item.RefuseOthers();
        }
        return items;
    }

    /// <summary>A list of texts.</summary>
    public List<string> Texts(string key, string allowed, Func<string, bool> isAllowed)
    {
        var items = new List<string>();
        foreach (var child in Children(key))
        {
            if (child.Value is null || !isAllowed(child.Value)) throw Wrong(child, allowed);
            items.Add(child.Value);
        }
        return items;
    }

    /// <summary>Any key that was not asked for is a mistake.</summary>
    public void RefuseOthers()
    {
        foreach (var child in configuration.GetChildren())
        {
            if (_known.Contains(child.Key)) continue;
            var known = string.Join(", ",
                _known.Where(static key => key[0] != '-').Order(StringComparer.Ordinal));
            throw new ConfigurationError(child.Path, $"no such key; here are: {known}");
        }
    }

    /// <summary>The error for a value that only makes no sense beside others.</summary>
    public ConfigurationError Wrong(string key, string value, string allowed) =>
        new(PathOf(key), $"'{value}' is not {allowed}");

    private static ConfigurationError Wrong(IConfigurationSection section, string allowed) =>
        new(section.Path, $"'{section.Value}' is not {allowed}");

    /// <summary>The error for values that do not go together, in words of its own.</summary>
    public ConfigurationError Contradiction(string key, string complaint) => new(PathOf(key), complaint);

    /// <summary>The error for a key that must be there.</summary>
    public ConfigurationError Missing(string key, string allowed) =>
        new(PathOf(key), $"is missing; it takes {allowed}");

    /// <summary>Without the value, for it may be a secret in the wrong place.</summary>
    private static ConfigurationError MustBe(IConfigurationSection section, string form) =>
        new(section.Path, $"takes {form}, not a single value");

    private static bool HasChildren(IConfigurationSection section) => section.GetChildren().Any();

    /// <summary>The key's whole name, for errors that come later.</summary>
    public string KeyOf(string key) => PathOf(key);

    private string PathOf(string key) => path.Length == 0 ? key : $"{path}:{key}";

    private IEnumerable<IConfigurationSection> Children(string key)
    {
        _known.Add(key);
        var section = configuration.GetSection(key);
        if (!string.IsNullOrEmpty(section.Value)) throw MustBe(section, "a list in brackets [ ]");
        return section.GetChildren();
    }

    private string? Read(string key)
    {
        _known.Add(key);
        var section = configuration.GetSection(key);
        if (HasChildren(section))
            throw new ConfigurationError(PathOf(key), "takes one value, not a list or section");
        return section.Value;
    }
}
