using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using LightMq.Lmq;

namespace LightMq.Unit.Lmq;

/// <summary>Keys, and tokens of every kind.</summary>
internal static class TokenTexts
{
    /// <summary>Made by openssl, as is <see cref="Foreign"/> by openssl and Python: none of our code.</summary>
    public const string Pem = """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEpQnb+XAosHolHVTUPmAaCQqGWVDb
        FkLfGZ7pZa0iF+MHF8/S/BXL1grsFpDYsJWinpqenYjnURBgmGq9bNLZRg==
        -----END PUBLIC KEY-----
        """;

    public const string Thumbprint = "CG95teMxRa8CRo73p0ny16jRgoLewCsAB1WMbtDSNb4";

    public const string KeySet = """
        {"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"},{"kty":"EC","crv":"P-256","kid":"2026-a",
          "x":"pQnb-XAosHolHVTUPmAaCQqGWVDbFkLfGZ7pZa0iF-M","y":"BxfP0vwVy9YK7BaQ2LCVop6anp2I51EQYJhqvWzS2UY"}]}
        """;

    /// <summary>Indented header, spaces, escapes, a claim that nobody knows; of t-1.</summary>
    public const string Foreign =
        "ewogInR5cCI6ICJKV1QiLAogImFsZyI6ICJFUzI1NiIsCiAia2lkIjogIkNHOTV0ZU14UmE4Q1JvNzNwMG55MTZqUmdvTGV3Q3NB"
        + "QjFXTWJ0RFNOYjQiCn0.eyJqdGkiOiAidC0xIiwgImFjY2Vzc0tleSI6ICJBSzEiLCAiY2xpZW50SWQiOiAiR0lEX0FBQUBAQDEi"
        + "LCAiYWN0aW9ucyI6ICJSVyIsICJyZXNvdXJjZXMiOiBbInRvcGljMS8xIiwgInRvcGljMi8jIiwgIlx1MDBmNmwvKy94Il0sICJp"
        + "YXQiOiAxNzgwMDAwMDAwLCAiZXhwIjogMTc5MDAwMDAwMC4xMjMsICJleHRyYSI6IHsiYSI6IFsxLCAyXX19.YJUlRrx6uhFryPG"
        + "rqB44pfJzqN9GcNl6d6p6xXgvH_-mTVn6YgbtbxZJYtp5dCr6beW0wlVgV6b6P5y8FWSBvw";

    public const long Issued = 1_780_000_000_000;
    public const long Expires = 1_790_000_000_123;

    private static readonly ECDsa Key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public static TokenIssuer Issuer { get; } = new(Key, "key-1");

    public static TokenKeys Keys { get; } = TokenKeys.Read(Issuer.PublicKeySet);

    public static TokenGrant Grant(params string[] filters) => new()
    {
        Id = "t-2",
        AccessKey = "AK1",
        Actions = TokenActions.ReadWrite,
        Filters = filters.Length == 0 ? ["topic1/1"u8.ToArray()] : [.. filters.Select(Encoding.UTF8.GetBytes)],
        IssuedMilliseconds = Issued,
        ExpiresMilliseconds = Expires,
    };

    /// <summary>A token with this header and these claims, whatever they are, truly signed by key-1.</summary>
    public static string Sign(string header, string claims)
    {
        var text = $"{Encode(header)}.{Encode(claims)}";
        var signature = Key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256);
        return $"{text}.{Base64Url.EncodeToString(signature)}";
    }

    public static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    public static TokenVerdict Verify(string token) => Verify(token, Keys);

    public static TokenVerdict Verify(string token, TokenKeys keys) =>
        TokenVerifier.Verify(Encoding.UTF8.GetBytes(token), keys);

    public static string[] Texts(ReadOnlySpan<byte[]> filters) =>
        [.. filters.ToArray().Select(Encoding.UTF8.GetString)];
}
