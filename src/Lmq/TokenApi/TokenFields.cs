using System.Diagnostics.CodeAnalysis;

namespace LightMq.Lmq;

/// <summary>
/// Fields of a request to the token API: of the query of a GET, or of the form of a POST (LMQ-TOK-1). Does
/// not show itself: there are tokens in it.
/// </summary>
public sealed class TokenFields
{
    /// <summary>Longest form in characters.</summary>
    public const int CharactersMax = 128 * 1024;

    /// <summary>Most fields.</summary>
    public const int CountMax = 32;

    private readonly List<KeyValuePair<string, string>> _fields = [];

    /// <summary>The value of a field; values of one name are joined by commas. Null: there is none.</summary>
    public string? this[string name]
    {
        get
        {
            var values = _fields.Where(field => field.Key == name).Select(field => field.Value).ToArray();
            return values.Length == 0 ? null : string.Join(',', values);
        }
    }

    /// <summary>Adds a field.</summary>
    public void Add(string name, string value) => _fields.Add(KeyValuePair.Create(name, value));

    /// <summary>Reads a query without its question mark, or the body of a form.</summary>
    /// <returns>False if it is too long or has too many fields.</returns>
    public static bool TryParse(ReadOnlySpan<char> form, [NotNullWhen(true)] out TokenFields? fields)
    {
        fields = null;
        if (form.Length > CharactersMax || form.Count('&') >= CountMax) return false;
        var read = new TokenFields();
        foreach (var range in form.Split('&'))
        {
            var pair = form[range];
            var equals = pair.IndexOf('=');
            if (pair.IsEmpty) continue;
            if (equals < 0) read.Add(Decode(pair), "");
            else read.Add(Decode(pair[..equals]), Decode(pair[(equals + 1)..]));
        }
        fields = read;
        return true;
    }

    /// <summary>Writes them as a query or form.</summary>
    public string Form() => string.Join('&', _fields.Select(field =>
        $"{Uri.EscapeDataString(field.Key)}={Uri.EscapeDataString(field.Value)}"));

    private static string Decode(ReadOnlySpan<char> text) =>
        Uri.UnescapeDataString(text.ToString().Replace('+', ' '));
}
