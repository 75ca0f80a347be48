namespace LightMq.Lmq;

/// <summary>The three calls of the token API (LMQ-TOK-1).</summary>
public enum TokenCall
{
    /// <summary><c>/token/apply</c>: make a token.</summary>
    Apply,

    /// <summary><c>/token/revoke</c>: make a token invalid.</summary>
    Revoke,

    /// <summary><c>/token/query</c>: is a token valid.</summary>
    Query,
}

/// <summary>What the calls have in common, for the side that asks and the side that answers.</summary>
public static class TokenRequest
{
    /// <summary>The field with the signature.</summary>
    public const string SignatureField = "signature";

    /// <summary>The field with the access key whose secret signs.</summary>
    public const string AccessKeyField = "accessKey";

    /// <summary>The field with the token to revoke or to ask about.</summary>
    public const string TokenField = "token";

    private static readonly string[] SignedToApply =
        ["actions", "resources", "expireTime", "serviceName", "clientId"];

    /// <summary>Where a call goes to.</summary>
    public static string Path(TokenCall call) => call switch
    {
        TokenCall.Apply => "/token/apply",
        TokenCall.Revoke => "/token/revoke",
        TokenCall.Query => "/token/query",
        _ => throw new ArgumentOutOfRangeException(nameof(call)),
    };

    /// <summary>The first field that a call must have and has not; null: none is missing.</summary>
    public static string? Missing(TokenCall call, TokenFields fields)
    {
        string[] needed = call == TokenCall.Apply
            ? ["actions", "resources", "expireTime", "proxyType", "serviceName", AccessKeyField,
                SignatureField]
            : [TokenField, AccessKeyField, SignatureField];
        return needed.FirstOrDefault(name => string.IsNullOrEmpty(fields[name]));
    }

    /// <summary>Adds access key and signature.</summary>
    public static void Sign(TokenCall call, TokenFields fields, string accessKey, string secretKey)
    {
        fields.Add(AccessKeyField, accessKey);
        fields.Add(SignatureField, RequestSignature.Sign(secretKey, Signed(call, fields)));
    }

    /// <summary>Whether the fields carry the signature of this secret; else code 407.</summary>
    public static bool IsSigned(TokenCall call, TokenFields fields, string secretKey) =>
        RequestSignature.Matches(secretKey, Signed(call, fields), fields[SignatureField] ?? "");

    // The literal values (LMQ-TOK-4); what is not there is not signed.
    private static KeyValuePair<string, string>[] Signed(TokenCall call, TokenFields fields) =>
        [.. from name in call == TokenCall.Apply ? SignedToApply : [TokenField]
            let value = fields[name]
            where value != null
            select KeyValuePair.Create(name, value)];
}
