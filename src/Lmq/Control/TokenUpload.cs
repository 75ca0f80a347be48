namespace LightMq.Lmq;

/// <summary>
/// Body of <c>$SYS/uploadToken</c> (LMQ-TOK-6): <c>{"token":"…","type":"R"|"W"|"RW"}</c>, names in any case.
/// </summary>
/// <param name="token">The token, not looked at: a view into the body.</param>
/// <param name="type">As what it is uploaded.</param>
public readonly ref struct TokenUpload(ReadOnlySpan<byte> token, TokenActions type)
{
    /// <summary>Longest body: the longest token and room for spaces and fields of the client's own.</summary>
    public const int BytesMax = TokenVerifier.TokenBytesMax + 1_024;

    /// <summary>The token, not looked at, not empty.</summary>
    public ReadOnlySpan<byte> Token { get; } = token;

    /// <summary>As what it is uploaded.</summary>
    public TokenActions Type { get; } = type;

    /// <summary>
    /// Reads a body. False, for which the connection closes: it is too long, no JSON object, or a field is
    /// missing, repeated, of another JSON type or has another value.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> body, out TokenUpload upload)
    {
        upload = default;
        if (body.Length > BytesMax) return false;
        var token = ReadOnlySpan<byte>.Empty;
        var type = TokenActions.None;
        var fields = new JsonFields(body);
        while (fields.Next())
        {
            if (fields.Is("token"u8))
            {
                if (!token.IsEmpty || !fields.TryText(out token)) return false;
            }
            else if (fields.Is("type"u8))
            {
                if (type != TokenActions.None || !fields.TryText(out var text)) return false;
                if (!TokenActionsText.TryParse(text, out type)) return false;
            }
        }
        upload = new TokenUpload(token, type);
        return fields.IsComplete && !token.IsEmpty && type != TokenActions.None;
    }

    /// <summary>Makes a body: for clients.</summary>
    /// <param name="token">A token, which needs no escapes: Base64url and dots.</param>
    /// <param name="type">As what it is uploaded.</param>
    public static byte[] Body(ReadOnlySpan<byte> token, TokenActions type) =>
        [.. "{\"token\":\""u8, .. token, .. "\",\"type\":\""u8, .. type.Utf8(), .. "\"}"u8];
}
