using System.Text;
using LightMq.Lmq;
using Xunit;

namespace LightMq.Unit.Lmq;

public sealed class SignatureTests
{
    // Each made by: printf %s GROUP | openssl dgst -sha1 -hmac SECRET -binary | base64
    [Theory]
    [InlineData("secret", "GID_AAA", "BKrqVgYJZUnsivgkzqgyauDtXcM=")]
    [InlineData("", "GID_AAA", "SD9N/KedjNGiN3d5MNJdjlPXgFU=")]
    [InlineData("schlüssel-漢字", "GID_0123456789012345678901234567", "8tcIKCuL3PlleNI1WPFbR560IlY=")]
    public void A_login_is_the_base64_of_the_hmac(string secret, string group, string expected)
    {
        Assert.Equal(expected, Signature.Login(secret, group));
        Assert.Equal(Signature.Characters, expected.Length);
        Assert.True(Matches(secret, group, expected));
    }

    [Fact]
    public void Any_other_password_is_refused()
    {
        var right = Signature.Login("secret", "GID_AAA");
        for (var at = 0; at < right.Length; at++)
            Assert.False(Matches("secret", "GID_AAA", right[..at] + '!' + right[(at + 1)..]));
        Assert.False(Matches("secret", "GID_AAA", ""));
        Assert.False(Matches("secret", "GID_AAA", right[..^1]));
        Assert.False(Matches("secret", "GID_AAA", right + "="));
        Assert.False(Matches("secret", "GID_AAB", right));
        Assert.False(Matches("Secret", "GID_AAA", right));
    }

    // LMQ-AUTH-4. printf 'a/1\nb/2\nGID_AAA@@@BBB001' | openssl dgst -sha1 -hmac secret -binary | base64
    [Fact]
    public void Old_SDKs_get_their_other_signatures()
    {
        Assert.Equal("twIYv9Vw0gdpLTxz/uRZR4/T/v8=", Signature.Publish("secret", "GID_AAA@@@BBB001"));
        Assert.Equal("dMNUAIHGKnBFX7yrUZVxredeHo4=",
            Signature.Subscribe("secret", ["b/2", "a/1"], "GID_AAA@@@BBB001"));
        Assert.Equal(Signature.Of("secret", "B\na\nGID_AAA@@@1"),
            Signature.Subscribe("secret", ["a", "B"], "GID_AAA@@@1"));
        Assert.Equal(Signature.Publish("secret", "x"), Signature.Subscribe("secret", [], "x"));
    }

    private static bool Matches(string secret, string group, string password) =>
        Signature.Matches(secret, Encoding.UTF8.GetBytes(group), Encoding.UTF8.GetBytes(password));
}
