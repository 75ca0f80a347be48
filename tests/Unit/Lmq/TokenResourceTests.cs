using System.Text;
using LightMq.Lmq;
using Xunit;

namespace LightMq.Unit.Lmq;

public sealed class TokenResourceTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("a/b")]
    [InlineData("#")]
    [InlineData("+")]
    [InlineData("+/a/+/#")]
    [InlineData("a//b")]
    [InlineData("/")]
    [InlineData("a$")]
    [InlineData("öl")]
    [InlineData("parent/p2p/GID_AAA@@@0123456789012345678901234567890123456789012345")]
    public void A_topic_or_filter_is_well_formed(string text) => Assert.True(IsWellFormed(text));

    [Theory]
    [InlineData("")]
    [InlineData("a#")]
    [InlineData("a/#/b")]
    [InlineData("#/a")]
    [InlineData("a+")]
    [InlineData("a/b+/c")]
    [InlineData("a/##")]
    [InlineData("++")]
    [InlineData("$SYS/a")]
    [InlineData("$share/g/a")]
    [InlineData("a,b")]
    [InlineData("a\0")]
    public void Anything_else_is_not(string text) => Assert.False(IsWellFormed(text));

    [Fact]
    public void Bytes_that_are_no_text_are_not() => Assert.False(TokenResource.IsWellFormed([0x61, 0xFF]));

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void It_has_at_most_64_characters(int characters, bool expected) =>
        Assert.Equal(expected, IsWellFormed(new string('漢', characters)));

    private static bool IsWellFormed(string text) => TokenResource.IsWellFormed(Encoding.UTF8.GetBytes(text));
}
