using System.Security.Cryptography;
using System.Text;
using LightMq.Lmq;
using Xunit;
using static LightMq.Unit.Lmq.TokenTexts;

namespace LightMq.Unit.Lmq;

public sealed class TokenVerifierTests
{
    private const string Header = """{"alg":"ES256","typ":"JWT","kid":"key-1"}""";

    private const string Claims = """
        {"jti":"t","accessKey":"AK","actions":"R","resources":["a"],"iat":1,"exp":2}
        """;

    [Fact]
    public void A_token_that_openssl_signed_is_read()
    {
        using var keys = TokenKeys.Read(Pem);
        var verdict = Verify(Foreign, keys);
        Assert.True(verdict.IsGood, verdict.Cause);
        var grant = verdict.Grant;
        Assert.Equal(("t-1", "AK1", TokenActions.ReadWrite), (grant.Id, grant.AccessKey, grant.Actions));
        Assert.Equal(["topic1/1", "topic2/#", "öl/+/x"], Texts(grant.Filters));
        Assert.Equal((Issued, 0, Expires),
            (grant.IssuedMilliseconds, grant.NotBeforeMilliseconds, grant.ExpiresMilliseconds));
        Assert.True(grant.IsFor("GID_AAA@@@1"u8));
        Assert.False(grant.IsFor("GID_AAA@@@2"u8));
        Assert.False(grant.IsFor(""u8));
    }

    [Fact]
    public void What_was_issued_is_read_back()
    {
        var issued = new TokenGrant
        {
            Id = "0123456789abcdef",
            AccessKey = "A\"K\\",
            ClientId = Encoding.UTF8.GetBytes("GID_AAA@@@<&\"'>"),
            Actions = TokenActions.Write,
            Filters = ["#"u8.ToArray(), "a/+/漢字"u8.ToArray()],
            IssuedMilliseconds = Issued + 1,
            NotBeforeMilliseconds = Issued + 999,
            ExpiresMilliseconds = TokenGrant.MillisecondsMax,
        };
        var grant = Verify(Issuer.Issue(issued)).Grant!;
        Assert.Equal((issued.Id, issued.AccessKey, issued.Actions), (grant.Id, grant.AccessKey, grant.Actions));
        Assert.Equal(issued.ClientId, grant.ClientId);
        Assert.Equal(["#", "a/+/漢字"], Texts(grant.Filters));
        Assert.Equal((issued.IssuedMilliseconds, issued.NotBeforeMilliseconds, issued.ExpiresMilliseconds),
            (grant.IssuedMilliseconds, grant.NotBeforeMilliseconds, grant.ExpiresMilliseconds));
        Assert.True(Verify(Issuer.Issue(Grant())).Grant!.IsFor("anybody"u8));
    }

    [Fact]
    public void A_changed_character_anywhere_is_seen()
    {
        var token = Issuer.Issue(Grant());
        // The last character of a part holds bits that nobody reads.
        for (var at = 0; at < token.Length - 1; at++)
        {
            if (token[at] == '.') continue;
            var verdict = Verify($"{token[..at]}{(token[at] == 'A' ? 'B' : 'A')}{token[(at + 1)..]}");
            Assert.False(verdict.IsGood);
            Assert.True(verdict.Fault is TokenFault.BadSignature or TokenFault.Forged);
            if (at > token.LastIndexOf('.')) Assert.Equal(TokenFault.BadSignature, verdict.Fault);
        }
    }

    [Fact]
    public void A_token_cut_anywhere_is_refused()
    {
        var token = Issuer.Issue(Grant());
        for (var length = 0; length < token.Length; length++)
            Assert.True(Verify(token[..length]).Fault is TokenFault.BadSignature or TokenFault.Forged);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("...")]
    [InlineData("a.b.c")]
    [InlineData("nonsense")]
    [InlineData("a b.c.d")]
    [InlineData("é.é.é")]
    public void What_is_no_token_is_forged(string token) => Assert.Equal(TokenFault.Forged, Verify(token).Fault);

    [Theory]
    [InlineData("""{"alg":"none","kid":"key-1"}""")]
    [InlineData("""{"alg":"None","kid":"key-1"}""")]
    [InlineData("""{"alg":"HS256","kid":"key-1"}""")]
    [InlineData("""{"alg":"ES384","kid":"key-1"}""")]
    [InlineData("""{"alg":"es256","kid":"key-1"}""")]
    [InlineData("""{"alg":256,"kid":"key-1"}""")]
    [InlineData("""{"ALG":"ES256","kid":"key-1"}""")]
    [InlineData("""{"alg":"ES256","alg":"ES256","kid":"key-1"}""")]
    [InlineData("""{"alg":"ES256","kid":"key-1","kid":"key-1"}""")]
    [InlineData("""{"alg":"ES256"}""")]
    [InlineData("""{"kid":"key-1"}""")]
    [InlineData("""{"alg":"ES256","kid":"key-2"}""")]
    [InlineData("""{"alg":"ES256","kid":""}""")]
    [InlineData("""{"alg":"ES256","kid":1}""")]
    [InlineData("""{"alg":"ES256","kid":null}""")]
    [InlineData("""{"alg":"ES256","kid":"\ud800"}""")]
    [InlineData("""{"alg":"ES256","kid":"key-1","crit":["exp"]}""")]
    [InlineData("""{"alg":"ES256","kid":"key-1"}x""")]
    [InlineData("""{"alg":"ES256","kid":"key-1""")]
    [InlineData("""["alg","ES256"]""")]
    [InlineData("")]
    public void Any_other_header_is_forged_however_well_it_is_signed(string header)
    {
        Assert.True(Verify(Sign(Header, Claims)).IsGood);
        var verdict = Verify(Sign(header, Claims));
        Assert.Equal(TokenFault.Forged, verdict.Fault);
        Assert.Null(verdict.Grant);
    }

    [Theory]
    [InlineData(TokenFault.Forged, "", "{\"alg\":\"none\"}")]
    [InlineData(TokenFault.BadSignature, "", Header)]
    [InlineData(TokenFault.BadSignature, "AAAA", Header)]
    [InlineData(TokenFault.Forged, "A", Header)]
    public void A_signature_left_out_does_not_help(TokenFault fault, string signature, string header) =>
        Assert.Equal(fault, Verify($"{Encode(header)}.{Encode(Claims)}.{signature}").Fault);

    [Fact]
    public void A_longer_signature_is_wrong()
    {
        var token = Issuer.Issue(Grant());
        Assert.Equal(TokenFault.BadSignature, Verify(token + "AA").Fault);
        Assert.Equal(TokenFault.BadSignature, Verify(token + "AAAAAAAAAA").Fault);
    }

    [Fact]
    public void A_foreign_key_is_unknown_and_under_a_known_name_its_signature_is_wrong()
    {
        using var foreign = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.Equal(TokenFault.Forged, Verify(new TokenIssuer(foreign).Issue(Grant())).Fault);
        Assert.Equal(TokenFault.BadSignature, Verify(new TokenIssuer(foreign, "key-1").Issue(Grant())).Fault);
    }

    [Theory]
    [InlineData("""{"accessKey":"AK","actions":"R","resources":["a"],"iat":1,"exp":2}""")]
    [InlineData("""{"jti":"t","actions":"R","resources":["a"],"iat":1,"exp":2}""")]
    [InlineData("""{"jti":"t","accessKey":"AK","resources":["a"],"iat":1,"exp":2}""")]
    [InlineData("""{"jti":"t","accessKey":"AK","actions":"R","iat":1,"exp":2}""")]
    [InlineData("""{"jti":"t","accessKey":"AK","actions":"R","resources":["a"],"exp":2}""")]
    [InlineData("""{"jti":"t","accessKey":"AK","actions":"R","resources":["a"],"iat":1}""")]
    [InlineData("""{"jti":7,"accessKey":"AK","actions":"R","resources":["a"],"iat":1,"exp":2}""")]
    [InlineData("""{"jti":"","accessKey":"AK","actions":"R","resources":["a"],"iat":1,"exp":2}""")]
    [InlineData("""{"jti":"a b","accessKey":"AK","actions":"R","resources":["a"],"iat":1,"exp":2}""")]
    [InlineData("""{"jti":"t","jti":"t","accessKey":"AK","actions":"R","resources":["a"],"iat":1,"exp":2}""")]
    [InlineData("""{"jti":"t","accessKey":"AK","clientId":null,"actions":"R","resources":["a"],"iat":1,"exp":2}""")]
    [InlineData("""{"jti":"t","accessKey":"AK","actions":"r","resources":["a"],"iat":1,"exp":2}""")]
    [InlineData("""{"jti":"t","accessKey":"AK","actions":"WR","resources":["a"],"iat":1,"exp":2}""")]
    [InlineData("""{"jti":"t","accessKey":"AK","actions":["R"],"resources":["a"],"iat":1,"exp":2}""")]
    [InlineData("""{"jti":"t","accessKey":"AK","actions":"R","resources":[],"iat":1,"exp":2}""")]
    [InlineData("""{"jti":"t","accessKey":"AK","actions":"R","resources":"a","iat":1,"exp":2}""")]
    [InlineData("""{"jti":"t","accessKey":"AK","actions":"R","resources":["a",1],"iat":1,"exp":2}""")]
    [InlineData("""{"jti":"t","accessKey":"AK","actions":"R","resources":["a",["b"]],"iat":1,"exp":2}""")]
    [InlineData("""{"jti":"t","accessKey":"AK","actions":"R","resources":["a#"],"iat":1,"exp":2}""")]
    [InlineData("""{"jti":"t","accessKey":"AK","actions":"R","resources":["a"],"iat":1,"exp":"2"}""")]
    [InlineData("""{"jti":"t","accessKey":"AK","actions":"R","resources":["a"],"iat":1,"exp":-1}""")]
    [InlineData("""{"jti":"t","accessKey":"AK","actions":"R","resources":["a"],"iat":1,"exp":1e300}""")]
    [InlineData("""{"jti":"t","accessKey":"AK","actions":"R","resources":["a"],"iat":1,"exp":253402300800}""")]
    [InlineData("""{"jti":"t","accessKey":"AK","actions":"R","resources":["a"],"iat":1,"exp":2,"nbf":null}""")]
    [InlineData("""{"jti":"t","accessKey":"AK","actions":"R","resources":["a"],"iat":1,"exp":2},""")]
    [InlineData("""[1]""")]
    [InlineData("")]
    public void Claims_that_are_not_those_of_a_token_are_forged(string claims) =>
        Assert.Equal(TokenFault.Forged, Verify(Sign(Header, claims)).Fault);

    [Fact]
    public void Ten_thousand_topics_are_refused_before_anything_is_read()
    {
        var topics = string.Join("\",\"", Enumerable.Range(0, 10_000).Select(n => $"topic/{n}"));
        var token = Sign(Header, Claims.Replace("\"a\"", $"\"{topics}\""));
        Assert.True(token.Length > TokenVerifier.TokenBytesMax);
        Assert.Equal(new TokenVerdict(TokenFault.Forged, "the token is too long", null), Verify(token));
        Assert.Throws<ArgumentException>(() =>
            Issuer.Issue(Grant([.. Enumerable.Range(0, 10_000).Select(n => $"topic/{n}")])));
    }

    [Theory]
    [InlineData(TokenGrant.FiltersMax, true)]
    [InlineData(TokenGrant.FiltersMax + 1, false)]
    public void The_number_of_resources_is_bounded(int count, bool isGood)
    {
        var filters = Enumerable.Range(0, count).Select(n => $"{n:d3}".PadRight(64, 'x')).ToArray();
        var claims = Claims.Replace("\"a\"", $"\"{string.Join("\",\"", filters)}\"");
        Assert.Equal(isGood, Verify(Sign(Header, claims)).IsGood);
        if (isGood) Assert.True(Verify(Issuer.Issue(Grant(filters))).IsGood);
        else Assert.Throws<ArgumentException>(() => Issuer.Issue(Grant(filters)));
    }

    [Fact]
    public void The_length_is_bounded()
    {
        var fixedPart = Sign(Header, Claims).Length;
        // Three characters of a claim nobody knows are four of the token.
        string Padded(int spaces) => Sign(Header, Claims + new string(' ', spaces));
        var spaces = (TokenVerifier.TokenBytesMax - fixedPart) / 4 * 3;
        while (Padded(spaces).Length < TokenVerifier.TokenBytesMax) spaces++;
        var longest = Padded(spaces);
        Assert.InRange(longest.Length, TokenVerifier.TokenBytesMax, TokenVerifier.TokenBytesMax + 1);
        while (Padded(spaces).Length > TokenVerifier.TokenBytesMax) spaces--;
        Assert.True(Verify(Padded(spaces)).IsGood);
        while (Padded(spaces).Length <= TokenVerifier.TokenBytesMax) spaces++;
        Assert.Equal("the token is too long", Verify(Padded(spaces)).Cause);
        Assert.Throws<ArgumentException>(() => Issuer.Issue(Grant(
            [.. Enumerable.Range(0, TokenGrant.FiltersMax).Select(n => $"{n:d3}".PadRight(64, '漢'))])));
    }

    [Fact]
    public void A_megabyte_is_refused_without_being_read()
    {
        var token = new byte[1024 * 1024];
        token.AsSpan().Fill((byte)'A');
        TokenVerifier.Verify(token, Keys);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var verdict = TokenVerifier.Verify(token, Keys);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal((TokenFault.Forged, 0), (verdict.Fault, allocated));
    }

    // LMQ-TOK-9.
    [Theory]
    [InlineData(1000, true, TokenFault.None)]
    [InlineData(1999, true, TokenFault.None)]
    [InlineData(2000, true, TokenFault.Expired)]
    [InlineData(2000, false, TokenFault.Expired)]
    [InlineData(999, true, TokenFault.Expired)]
    [InlineData(999, false, TokenFault.None)]
    public void Time_is_judged_by_a_clock_that_may_be_behind(long now, bool isTrusted, TokenFault expected)
    {
        var claims = Claims.Replace("}", ",\"nbf\":1.000}");
        Assert.Equal(expected, Verify(Sign(Header, claims)).Grant!.Judge(now, isTrusted));
    }

    [Theory]
    [InlineData("0.0005", 0)]
    [InlineData("1.9999", 1999)]
    [InlineData("1e1", 10_000)]
    public void Times_are_read_to_the_millisecond(string seconds, long expected) =>
        Assert.Equal(expected, Verify(Sign(Header, Claims.Replace("\"exp\":2", $"\"exp\":{seconds}")))
            .Grant!.ExpiresMilliseconds);
}
