using System.Text;
using LightMq.Lmq;
using Xunit;

namespace LightMq.Unit.Lmq;

public sealed class TopicNamesTests
{
    [Theory]
    [InlineData("parent", "parent")]
    [InlineData("parent/a/b", "parent")]
    [InlineData("parent/", "parent")]
    [InlineData("/a", "")]
    [InlineData("#", "#")]
    [InlineData("+/x", "+")]
    public void The_parent_is_the_first_level(string topic, string parent) =>
        Assert.Equal(parent, Encoding.UTF8.GetString(TopicNames.Parent(Encoding.UTF8.GetBytes(topic))));

    [Theory]
    [InlineData("$share/g/parent/a", "parent/a")]
    [InlineData("$share/g//a", "/a")]
    [InlineData("$share/g/", "$share/g/")]
    [InlineData("$share/g", "$share/g")]
    [InlineData("$share//a", "$share//a")]
    [InlineData("$share/+/a", "$share/+/a")]
    [InlineData("$share/g#/a", "$share/g#/a")]
    [InlineData("$shared/g/a", "$shared/g/a")]
    [InlineData("parent/$share/g/a", "parent/$share/g/a")]
    public void A_share_is_stripped(string filter, string without) =>
        Assert.Equal(
            without, Encoding.UTF8.GetString(TopicNames.WithoutShare(Encoding.UTF8.GetBytes(filter))));

    [Theory]
    [InlineData("", 64, "", true)]
    [InlineData("", 65, "", false)]
    [InlineData("parent/", 57, "", true)]
    [InlineData("parent/", 58, "", false)]
    [InlineData("$share/group/", 64, "", true)]
    [InlineData("$share/group/", 65, "", false)]
    [InlineData("", 64, "/p2p/GID_AAA@@@device", true)]
    [InlineData("", 65, "/p2p/GID_AAA@@@device", false)]
    [InlineData("", 60, "/p2p/GID_AAA@@@device/more", false)]
    [InlineData("", 60, "/p2p/nobody", false)]
    [InlineData("", 60, "/p2q/GID_AAA@@@device", false)]
    public void Sixty_four_characters_are_the_most(string before, int count, string after, bool allowed) =>
        Assert.Equal(allowed, IsLengthAllowed(before + new string('t', count) + after));

    [Fact]
    public void Characters_are_counted_not_bytes()
    {
        Assert.True(IsLengthAllowed(new string('漢', 64)));
        Assert.False(IsLengthAllowed(new string('漢', 65)));
        Assert.True(IsLengthAllowed(string.Concat(Enumerable.Repeat("😀", 64))));
        Assert.False(IsLengthAllowed(string.Concat(Enumerable.Repeat("😀", 65))));
    }

    private static bool IsLengthAllowed(string topic) =>
        TopicNames.IsLengthAllowed(Encoding.UTF8.GetBytes(topic));

    [Theory]
    [InlineData("parent/p2p/GID_AAA@@@d", "parent", "GID_AAA@@@d")]
    [InlineData("parent/p2p/GID_AAA@@@d/", null, null)]
    [InlineData("parent/p2p/GID_AAA", null, null)]
    [InlineData("parent/p2p/", null, null)]
    [InlineData("parent/p2p", null, null)]
    [InlineData("parent/x/p2p/GID_AAA@@@d", null, null)]
    [InlineData("/p2p/GID_AAA@@@d", null, null)]
    [InlineData("p2p/GID_AAA@@@d", null, null)]
    public void A_peer_stands_on_the_third_level(string topic, string? parent, string? clientId)
    {
        var isPeer = TopicNames.TryPeer(Encoding.UTF8.GetBytes(topic), out var foundParent, out var found);
        Assert.Equal(parent is not null, isPeer);
        if (!isPeer) return;
        Assert.Equal(parent, Encoding.UTF8.GetString(foundParent));
        Assert.Equal(clientId, Encoding.UTF8.GetString(found));
    }
}
