using System.Security.Cryptography;
using LightMq.Lmq;
using Xunit;
using static LightMq.Unit.Lmq.TokenTexts;

namespace LightMq.Unit.Lmq;

public sealed class TokenKeysTests
{
    private const string Secp256K1 = """
        -----BEGIN PUBLIC KEY-----
        MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAETHWGa7zXAuqmziJIq+0OjNHYkRpddBhR
        /+bM6wBe74ZJKxikA6ArG/gBRJQdyHXk25XAf5wTTrlStz6KWVjEGQ==
        -----END PUBLIC KEY-----
        """;

    private const string Rsa = """
        -----BEGIN PUBLIC KEY-----
        MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCaodTeEj4FI5PLOSqLK2bkco0G
        UzNSSONWfThNKPEvlv1Ow/vrQaVmrg4WFFhYcBWlEXniX+2yIUwXjIyoxSgd3sab
        E4WiGc4ZaGDSGCCjHBmcF8v2hMEhHUCASbwsKJ5kC1KkTUAyxLpCX8M9MC5D/r0A
        31dv/ZaddgzIyJeOkQIDAQAB
        -----END PUBLIC KEY-----
        """;

    [Fact]
    public void Keys_are_named_by_their_thumbprint_or_as_the_set_names_them()
    {
        using var pem = TokenKeys.Read(Pem);
        Assert.Equal([Thumbprint], pem.Ids);
        using var set = TokenKeys.Read(KeySet);
        Assert.Equal(["2026-a"], set.Ids);
        using var unnamed = TokenKeys.Read(KeySet.Replace("\"kid\":\"2026-a\",", ""));
        Assert.Equal([Thumbprint], unnamed.Ids);
        using var both = TokenKeys.Read(Pem, KeySet, Pem + "\n" + Pem);
        Assert.Equal([Thumbprint, "2026-a"], both.Ids);
        using var none = TokenKeys.Read();
        Assert.Empty(none.Ids);
        Assert.Equal(TokenFault.Forged, Verify(Foreign, none).Fault);
    }

    [Fact]
    public void While_keys_are_exchanged_both_serve()
    {
        using var next = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var newer = new TokenIssuer(next);
        using var both = TokenKeys.Read(Issuer.PublicKeySet, next.ExportSubjectPublicKeyInfoPem());
        Assert.True(Verify(Issuer.Issue(Grant()), both).IsGood);
        Assert.True(Verify(newer.Issue(Grant()), both).IsGood);
        using var after = TokenKeys.Read(next.ExportSubjectPublicKeyInfoPem());
        Assert.Equal("the key is unknown", Verify(Issuer.Issue(Grant()), after).Cause);
        Assert.True(Verify(newer.Issue(Grant()), after).IsGood);
    }

    [Fact]
    public void Private_keys_are_refused_and_not_shown()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var pem = key.ExportPkcs8PrivateKeyPem();
        Assert.DoesNotContain(pem[40..60], Refusal(pem), StringComparison.Ordinal);
        Refusal(key.ExportECPrivateKeyPem());
        Assert.Contains("private", Refusal(KeySet.Replace("\"kid\"", "\"d\":\"AQAB\",\"kid\"")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("""{"keys":[]}""")]
    [InlineData("""{"keys":7}""")]
    [InlineData("""{"keys":[7]}""")]
    [InlineData("""{"keys":[{"kty":"RSA"}]}""")]
    [InlineData("""{"keys":[{"kty":"EC","crv":"P-256"}]}""")]
    [InlineData("""{"keys":[{"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA"}]}""")]
    [InlineData("""{"keys":[{"kty":"EC","crv":"P-256","x":"####","y":"AAAA"}]}""")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----")]
    [InlineData(Secp256K1)]
    [InlineData(Rsa)]
    public void What_is_no_key_on_the_curve_is_refused(string text) => Assert.NotEmpty(Refusal(text));

    [Fact]
    public void A_point_beside_the_curve_is_refused() =>
        Refusal(KeySet.Replace("\"y\":\"BxfP", "\"y\":\"CxfP"));

    [Fact]
    public void Ids_are_unique_and_bounded()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Refusal(KeySet, new TokenIssuer(key, "2026-a").PublicKeySet);
        using var longest = TokenKeys.Read(KeySet.Replace("2026-a", new string('k', TokenKeys.KeyIdBytesMax)));
        Refusal(KeySet.Replace("2026-a", new string('k', TokenKeys.KeyIdBytesMax + 1)));
        Refusal(KeySet.Replace("2026-a", ""));
        var many = Enumerable.Range(0, TokenKeys.KeysMax).Select(n => KeySet.Replace("2026-a", $"{n}")).ToArray();
        using var most = TokenKeys.Read(many);
        Refusal([.. many, KeySet]);
    }

    [Fact]
    public void An_issuer_signs_on_its_curve_only()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Assert.Throws<ArgumentException>(() => new TokenIssuer(other));
    }

    [Fact]
    public void Another_may_sign()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var keys = TokenKeys.Read(new TokenIssuer(key, "elsewhere").PublicKeySet);
        var issuer = new TokenIssuer("elsewhere", (text, signature) =>
            key.SignData(text, HashAlgorithmName.SHA256).CopyTo(signature));
        Assert.True(Verify(issuer.Issue(Grant()), keys).IsGood);
        Assert.Empty(issuer.PublicKeySet);
    }

    private static string Refusal(params string[] texts) =>
        Assert.Throws<FormatException>(() => TokenKeys.Read(texts)).ToString();
}
