using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;

namespace LightMq.Lmq;

/// <summary>
/// The claims of a token as JSON (docs/FORMATS.md). Times are seconds since 1970, as RFC 7519 has them, with
/// up to three decimals: the contract counts milliseconds.
/// </summary>
internal static class TokenClaims
{
    /// <summary>Reads claims. False if one is missing, repeated, of another type or out of bounds.</summary>
    public static bool TryRead(ReadOnlySpan<byte> json, [NotNullWhen(true)] out TokenGrant? grant)
    {
        grant = null;
        string? id = null, accessKey = null;
        byte[]? clientId = null;
        byte[][]? filters = null;
        var actions = TokenActions.None;
        long? issued = null, notBefore = null, expires = null;
        var fields = new JsonFields(json);
        while (fields.Next())
        {
            var isRight = true;
            if (fields.IsExactly("jti"u8)) isRight = id == null && TryName(fields, out id);
            else if (fields.IsExactly("accessKey"u8)) isRight = accessKey == null && TryName(fields, out accessKey);
            else if (fields.IsExactly("clientId"u8)) isRight = clientId == null && TryBytes(fields, out clientId);
            else if (fields.IsExactly("actions"u8))
                isRight = actions == TokenActions.None && fields.TryText(out var text)
                    && TokenActionsText.TryParse(text, out actions);
            else if (fields.IsExactly("resources"u8)) isRight = filters == null && TryFilters(ref fields, out filters);
            else if (fields.IsExactly("iat"u8)) isRight = issued == null && TryTime(fields, out issued);
            else if (fields.IsExactly("nbf"u8)) isRight = notBefore == null && TryTime(fields, out notBefore);
            else if (fields.IsExactly("exp"u8)) isRight = expires == null && TryTime(fields, out expires);
            if (!isRight) return false;
        }
        if (!fields.IsComplete || id == null || accessKey == null || filters == null) return false;
        if (actions == TokenActions.None || issued == null || expires == null) return false;
        grant = new TokenGrant
        {
            Id = id,
            AccessKey = accessKey,
            ClientId = clientId,
            Actions = actions,
            Filters = filters,
            IssuedMilliseconds = issued.Value,
            NotBeforeMilliseconds = notBefore ?? 0,
            ExpiresMilliseconds = expires.Value,
        };
        return true;
    }

    /// <summary>Writes claims.</summary>
    /// <exception cref="ArgumentException">The grant is out of bounds; says how.</exception>
    public static void Write(IBufferWriter<byte> output, TokenGrant grant)
    {
        Check(grant);
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("jti"u8, grant.Id);
        json.WriteString("accessKey"u8, grant.AccessKey);
        if (grant.ClientId is { } clientId) json.WriteString("clientId"u8, clientId);
        json.WriteString("actions"u8, grant.Actions.Utf8());
        json.WriteStartArray("resources"u8);
        foreach (var filter in grant.Filters) json.WriteStringValue(filter);
        json.WriteEndArray();
        json.WriteNumber("iat"u8, grant.IssuedMilliseconds / 1000m);
        if (grant.NotBeforeMilliseconds > 0) json.WriteNumber("nbf"u8, grant.NotBeforeMilliseconds / 1000m);
        json.WriteNumber("exp"u8, grant.ExpiresMilliseconds / 1000m);
        json.WriteEndObject();
    }

    private static void Check(TokenGrant grant)
    {
        if (!IsName(grant.Id) || !IsName(grant.AccessKey) || grant.ClientId is { } client && !IsName(client))
            throw new ArgumentException("token id, access key and client id have 1 to 64 visible characters");
        if (grant.Filters.Length is 0 or > TokenGrant.FiltersMax)
            throw new ArgumentException($"a token has 1 to {TokenGrant.FiltersMax} resources");
        foreach (var filter in grant.Filters)
            if (!TokenResource.IsWellFormed(filter))
                throw new ArgumentException("a resource is neither a topic nor a filter of 64 characters at most");
        if (!IsTime(grant.IssuedMilliseconds) || !IsTime(grant.NotBeforeMilliseconds)
            || !IsTime(grant.ExpiresMilliseconds))
            throw new ArgumentException("times are from 1970 to the year 9999");
    }

    private static bool IsName(string name) =>
        name.Length is >= 1 and <= TokenGrant.NameCharactersMax && IsName(Encoding.UTF8.GetBytes(name));

    private static bool IsName(ReadOnlySpan<byte> name) =>
        name.Length is >= 1 and <= TokenGrant.NameCharactersMax
        && !name.ContainsAnyExceptInRange((byte)0x21, (byte)0x7E);

    private static bool IsTime(long milliseconds) => milliseconds is >= 0 and <= TokenGrant.MillisecondsMax;

    private static bool TryName(in JsonFields fields, out string? name)
    {
        name = TryBytes(fields, out var bytes) ? Encoding.ASCII.GetString(bytes) : null;
        return name != null;
    }

    private static bool TryBytes(in JsonFields fields, [NotNullWhen(true)] out byte[]? name)
    {
        name = fields.TryText(out var text) && IsName(text) ? text.ToArray() : null;
        return name != null;
    }

    private static bool TryTime(in JsonFields fields, out long? milliseconds)
    {
        milliseconds = null;
        if (!fields.TryDecimal(out var seconds)) return false;
        if (seconds is < 0 or > TokenGrant.MillisecondsMax / 1000m) return false;
        milliseconds = (long)(seconds * 1000);
        return true;
    }

    private static bool TryFilters(ref JsonFields fields, out byte[][]? filters)
    {
        filters = null;
        if (!fields.IsArray) return false;
        var list = new List<byte[]>();
        while (fields.NextInside())
        {
            if (list.Count == TokenGrant.FiltersMax || !fields.TryText(out var text)) return false;
            if (!TokenResource.IsWellFormed(text)) return false;
            list.Add(text.ToArray());
        }
        if (!fields.IsEnd || list.Count == 0) return false;
        filters = [.. list];
        return true;
    }
}
