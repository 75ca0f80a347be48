using System.Text;
using LightMq.Mqtt;
using Xunit;

namespace LightMq.Unit.Mqtt;

public sealed class TopicsTests
{
    [Theory]
    [InlineData("a", true)]
    [InlineData("/", true)]
    [InlineData("//", true)]
    [InlineData("a b/漢字/😀", true)]
    [InlineData("$SYS/x", true)]
    [InlineData("", false)]
    [InlineData("a\0b", false)]
    [InlineData("a/+", false)]
    [InlineData("a#", false)]
    public void Names(string topic, bool valid) =>
        Assert.Equal(valid, Topics.IsValidName(Encoding.UTF8.GetBytes(topic)));

    [Theory]
    [InlineData("a", true)]
    [InlineData("/", true)]
    [InlineData("#", true)]
    [InlineData("+", true)]
    [InlineData("+/+", true)]
    [InlineData("/+", true)]
    [InlineData("+/", true)]
    [InlineData("sport/tennis/#", true)]
    [InlineData("+/tennis/#", true)]
    [InlineData("sport/+/player1", true)]
    [InlineData("", false)]
    [InlineData("a\0", false)]
    [InlineData("sport/tennis#", false)]
    [InlineData("sport/tennis/#/ranking", false)]
    [InlineData("#/", false)]
    [InlineData("##", false)]
    [InlineData("#+", false)]
    [InlineData("sport+", false)]
    [InlineData("+sport", false)]
    [InlineData("a/+b", false)]
    [InlineData("a/b+/c", false)]
    [InlineData("++", false)]
    [InlineData("+#", false)]
    [InlineData("+/a#", false)]
    public void Filters(string filter, bool valid) =>
        Assert.Equal(valid, Topics.IsValidFilter(Encoding.UTF8.GetBytes(filter)));

    [Fact]
    public void Bytes_that_are_no_utf8_are_neither()
    {
        Assert.False(Topics.IsValidName([0x61, 0xFF]));
        Assert.False(Topics.IsValidFilter([0x61, 0xFF]));
        Assert.False(Topics.IsValidName([0xED, 0xA0, 0x80]));
    }

    // Names are looked at in pieces of 4, 8 and 16 bytes: a bad byte must be seen at any place in any length.
    [Fact]
    public void A_bad_byte_is_seen_wherever_it_stands()
    {
        for (var length = 1; length <= 100; length++)
        {
            var name = Enumerable.Repeat((byte)'a', length).ToArray();
            Assert.True(Topics.IsValidName(name));
            for (var at = 0; at < length; at++)
            {
                foreach (var bad in (ReadOnlySpan<byte>)[0, (byte)'+', (byte)'#', 0x80, 0xFF])
                {
                    name[at] = bad;
                    Assert.False(Topics.IsValidName(name), $"{bad:x2} at {at} of {length}");
                }
                foreach (var good in (ReadOnlySpan<byte>)[1, (byte)'/', (byte)'$', (byte)'*', 0x7F])
                {
                    name[at] = good;
                    Assert.True(Topics.IsValidName(name), $"{good:x2} at {at} of {length}");
                }
                name[at] = (byte)'a';
                if (at + 2 > length) continue;
                "é"u8.CopyTo(name.AsSpan(at));
                Assert.True(Topics.IsValidName(name));
                name.AsSpan(at, 2).Fill((byte)'a');
            }
        }
    }

    [Fact]
    public void Both_take_65535_bytes()
    {
        var longest = Enumerable.Repeat((byte)'a', 65_535).ToArray();
        Assert.True(Topics.IsValidName(longest));
        Assert.True(Topics.IsValidFilter(longest));
        Assert.False(Topics.IsValidName([.. longest, (byte)'a']));
        Assert.False(Topics.IsValidFilter([.. longest, (byte)'a']));
    }

    // The examples of section 4.7, and what they leave open.
    [Theory]
    [InlineData("sport/tennis/player1/#", "sport/tennis/player1", true)]
    [InlineData("sport/tennis/player1/#", "sport/tennis/player1/ranking", true)]
    [InlineData("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true)]
    [InlineData("sport/tennis/player1/#", "sport/tennis/player2", false)]
    [InlineData("sport/tennis/player1/#", "sport/tennis/player11", false)]
    [InlineData("sport/#", "sport", true)]
    [InlineData("sport/#", "sport/", true)]
    [InlineData("sport/#", "sports", false)]
    [InlineData("#", "a", true)]
    [InlineData("#", "/", true)]
    [InlineData("#", "a/b/c", true)]
    [InlineData("sport/tennis/+", "sport/tennis/player1", true)]
    [InlineData("sport/tennis/+", "sport/tennis/player1/ranking", false)]
    [InlineData("sport/+", "sport", false)]
    [InlineData("sport/+", "sport/", true)]
    [InlineData("+", "/finance", false)]
    [InlineData("/+", "/finance", true)]
    [InlineData("+/+", "/finance", true)]
    [InlineData("+/+/#", "a", false)]
    [InlineData("+/+/#", "a/b", true)]
    [InlineData("+/+/#", "a/b/c/d", true)]
    [InlineData("+", "finance", true)]
    [InlineData("a/b", "a/b", true)]
    [InlineData("a/b", "a/b/", false)]
    [InlineData("a/b/", "a/b", false)]
    [InlineData("a", "A", false)]
    [InlineData("a", "ab", false)]
    [InlineData("ab", "a", false)]
    [InlineData("a/+/c", "a/b/c", true)]
    [InlineData("a/+/c", "a//c", true)]
    [InlineData("a/+/c", "a/b/d", false)]
    [InlineData("#", "$SYS/monitor", false)]
    [InlineData("+/monitor/Clients", "$SYS/monitor/Clients", false)]
    [InlineData("$SYS/#", "$SYS/monitor/Clients", true)]
    [InlineData("$SYS/monitor/+", "$SYS/monitor/Clients", true)]
    [InlineData("a/+", "a/$b", true)]
    public void Matching(string filter, string topic, bool matches) =>
        Assert.Equal(matches, Topics.Matches(Encoding.UTF8.GetBytes(filter), Encoding.UTF8.GetBytes(topic)));
}
