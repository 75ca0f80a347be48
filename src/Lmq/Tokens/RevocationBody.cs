using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;

namespace LightMq.Lmq;

/// <summary>
/// Revocations as JSON, as the auth server hands them out and brokers keep them:
/// <c>{"version":7,"since":5,"revoked":{"token id":expiry in ms, …}}</c> are those after number 5 up to 7.
/// </summary>
public static class RevocationBody
{
    /// <summary>Writes a body.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="version">Number of the last revocation; they count from 1.</param>
    /// <param name="since">Number after which <paramref name="revoked"/> begins; 0: all that live.</param>
    /// <param name="revoked">Token ids and when the tokens expire, ms since 1970.</param>
    public static void Write(
        IBufferWriter<byte> output, long version, long since, IEnumerable<KeyValuePair<string, long>> revoked)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteNumber("version"u8, version);
        json.WriteNumber("since"u8, since);
        json.WriteStartObject("revoked"u8);
        foreach (var (id, expires) in revoked) json.WriteNumber(id, expires);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    internal static bool TryRead(
        ReadOnlySpan<byte> body, out long version, out long since,
        [NotNullWhen(true)] out Dictionary<string, long>? revoked)
    {
        (version, since, revoked) = (-1, -1, null);
        var fields = new JsonFields(body);
        while (fields.Next())
        {
            var isRight = true;
            if (fields.IsExactly("version"u8)) isRight = version < 0 && fields.TryInteger(out version);
            else if (fields.IsExactly("since"u8)) isRight = since < 0 && fields.TryInteger(out since);
            else if (fields.IsExactly("revoked"u8)) isRight = revoked == null && TryEntries(ref fields, out revoked);
            if (!isRight) return false;
        }
        return fields.IsComplete && revoked != null && version >= 0 && since >= 0;
    }

    private static bool TryEntries(ref JsonFields fields, out Dictionary<string, long>? entries)
    {
        entries = null;
        if (!fields.IsObject) return false;
        var read = new Dictionary<string, long>(StringComparer.Ordinal);
        while (fields.NextInside())
        {
            if (!fields.TryName(out var id) || id.Length > TokenGrant.NameCharactersMax) return false;
            if (!fields.NextInside() || !fields.TryInteger(out var expires)) return false;
            read[Encoding.UTF8.GetString(id)] = expires;
        }
        entries = read;
        return fields.IsEnd;
    }
}
