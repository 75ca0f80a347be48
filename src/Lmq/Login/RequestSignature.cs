using System.Text;

namespace LightMq.Lmq;

/// <summary>Signatures of requests to the token API (LMQ-TOK-3).</summary>
public static class RequestSignature
{
    /// <summary>
    /// The string to sign: <c>key=value</c> pairs sorted by key and joined by <c>&amp;</c>; the values of one
    /// key, separated by commas or given one by one, sorted and joined by commas.
    /// </summary>
    /// <param name="fields">The fields that are signed.</param>
    public static string Text(IEnumerable<KeyValuePair<string, string>> fields) =>
        Text(fields, isSorted: true);

    /// <summary>Signs fields.</summary>
    public static string Sign(string secretKey, IEnumerable<KeyValuePair<string, string>> fields) =>
        Signature.Of(secretKey, Text(fields));

    /// <summary>
    /// Whether a signature is right for these fields, with values sorted or in the order in which they were
    /// sent (decision in LMQ-TOK-3: the manual's own code does not sort them). In a time that does not depend
    /// on how much of it is right.
    /// </summary>
    public static bool Matches(
        string secretKey, IReadOnlyCollection<KeyValuePair<string, string>> fields, string signature)
    {
        var given = Encoding.UTF8.GetBytes(signature);
        return Matches(secretKey, Text(fields, isSorted: true), given)
            | Matches(secretKey, Text(fields, isSorted: false), given);
    }

    private static bool Matches(string secretKey, string text, byte[] signature) =>
        Signature.Matches(secretKey, Encoding.UTF8.GetBytes(text), signature);

    private static string Text(IEnumerable<KeyValuePair<string, string>> fields, bool isSorted)
    {
        var pairs =
            from field in fields
            group field.Value by field.Key into key
            let values = key.SelectMany(value => value.Split(','))
            let ordered = isSorted ? values.Order(StringComparer.Ordinal) : values
            select (key.Key, Values: string.Join(',', ordered));
        return string.Join('&', pairs.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => $"{pair.Key}={pair.Values}"));
    }
}
