using LightMq.Uplink.Bridging;
using Xunit;

namespace LightMq.Unit.Uplink;

public sealed class TopicMapTests
{
    [Theory]
    [InlineData("plant", "site1/plant", "plant/a", "site1/plant/a")]
    [InlineData("plant", "site1/plant", "plant", "site1/plant")]
    [InlineData("plant", "site1/plant", "plantation/a", "plantation/a")]
    [InlineData("", "site1", "plant/a", "site1/plant/a")]
    [InlineData("site1", "", "site1/plant/a", "plant/a")]
    [InlineData("site1", "", "site1", "site1")]
    [InlineData("", "site1", "$SYS/x", "$SYS/x")]
    [InlineData("a/b", "c", "a/b/d", "c/d")]
    public void Whole_levels_are_replaced(string from, string to, string topic, string expected) =>
        Assert.Equal(expected, new TopicMap([new(from, to)]).Of(topic));

    [Fact]
    public void The_first_rule_that_fits_counts() =>
        Assert.Equal("one/x", new TopicMap([new("a/b", "one"), new("a", "two")]).Of("a/b/x"));

    [Theory]
    [InlineData("plant", "site1/plant", "site1/cmd", "cmd", false)]
    [InlineData("", "site1", "site1", "", true)]
    [InlineData("plant", "site1/plant", "site1", "plant", true)]
    [InlineData("plant", "site1/plant", "site1/plant/x", "plant/y", true)]
    public void Rules_that_would_bring_messages_back_are_found(
        string upFrom, string upTo, string downFrom, string downTo, bool overlaps) =>
        Assert.Equal(overlaps,
            TopicMap.Overlap([new(upFrom, upTo)], [new(downFrom, downTo)]) is not null);
}
