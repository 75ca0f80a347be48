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

    private static bool Matches(string secret, string group, string password) =>
        Signature.Matches(secret, Encoding.UTF8.GetBytes(group), Encoding.UTF8.GetBytes(password));
}
