using System.Buffers;
using System.Text;
using LightMq.Lmq;
using Xunit;

namespace LightMq.Unit.Lmq;

public sealed class RevocationListTests
{
    private readonly RevocationList _list = new();

    [Fact]
    public void Increments_are_merged_and_nothing_is_forgotten()
    {
        Assert.Equal(RevocationMerge.Merged, Merge(2, 0, ("a", 10), ("b", 20)));
        Assert.Equal(RevocationMerge.Merged, Merge(3, 2, ("c", 30)));
        Assert.Equal(RevocationMerge.Merged, Merge(3, 2, ("c", 30)));
        Assert.Equal((3L, 3), (_list.Version, _list.Count));
        // A server whose database was restored has forgotten; the broker has not.
        Assert.Equal(RevocationMerge.Merged, Merge(1, 0, ("a", 10)));
        Assert.Equal((1L, 3), (_list.Version, _list.Count));
        Assert.True(_list.Contains("c"));
        Assert.False(_list.Contains("C"));
    }

    [Fact]
    public void A_body_with_a_gap_before_it_is_not_merged()
    {
        Merge(2, 0, ("a", 10));
        Assert.Equal(RevocationMerge.Gap, Merge(4, 3, ("d", 10)));
        Assert.Equal((2L, 1), (_list.Version, _list.Count));
    }

    [Fact]
    public void What_has_expired_is_pruned()
    {
        Merge(3, 0, ("a", 10), ("b", 20), ("c", 30));
        Assert.Equal(0, _list.Prune(9));
        Assert.Equal(2, _list.Prune(20));
        Assert.True(_list.Contains("c"));
        Assert.Equal((3L, 1), (_list.Version, _list.Count));
    }

    [Fact]
    public void It_is_kept_as_it_is_fetched()
    {
        Merge(9, 0, ("a\"b", 10), ("b", long.MaxValue));
        var body = new ArrayBufferWriter<byte>();
        _list.Write(body);
        var copy = new RevocationList();
        Assert.Equal(RevocationMerge.Merged, copy.Merge(body.WrittenSpan));
        Assert.Equal((9L, 2), (copy.Version, copy.Count));
        Assert.True(copy.Contains("a\"b"));
        Assert.Equal(1, copy.Prune(10));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"version":1,"since":0}""")]
    [InlineData("""{"version":1,"revoked":{}}""")]
    [InlineData("""{"since":0,"revoked":{}}""")]
    [InlineData("""{"version":-1,"since":0,"revoked":{}}""")]
    [InlineData("""{"version":1,"since":-1,"revoked":{}}""")]
    [InlineData("""{"version":"1","since":0,"revoked":{}}""")]
    [InlineData("""{"version":1,"version":2,"since":0,"revoked":{}}""")]
    [InlineData("""{"version":1,"since":0,"revoked":[]}""")]
    [InlineData("""{"version":1,"since":0,"revoked":{"a":"1"}}""")]
    [InlineData("""{"version":1,"since":0,"revoked":{"a":{}}}""")]
    [InlineData("""{"version":1,"since":0,"revoked":{"a":1""")]
    [InlineData("""{"version":1,"since":0,"revoked":{"a":1}}}""")]
    [InlineData("""
        {"version":1,"since":0,"revoked":{"01234567890123456789012345678901234567890123456789012345678901234":1}}
        """)]
    public void Anything_else_is_unreadable_and_changes_nothing(string body)
    {
        Merge(2, 0, ("x", 10));
        Assert.Equal(RevocationMerge.Unreadable, _list.Merge(Encoding.UTF8.GetBytes(body)));
        Assert.Equal((2L, 1), (_list.Version, _list.Count));
    }

    [Fact]
    public void It_is_bounded()
    {
        (string, long)[] Entries(int count) => [.. Enumerable.Range(0, count).Select(n => ($"{n}", 10L))];
        Assert.Equal(RevocationMerge.TooLarge, Merge(1, 0, Entries(RevocationList.EntriesMax + 1)));
        Assert.Equal((0L, 0), (_list.Version, _list.Count));
        Assert.Equal(RevocationMerge.Merged, Merge(1, 0, Entries(RevocationList.EntriesMax)));
        Assert.Equal(RevocationMerge.Merged, Merge(2, 1, ("7", 10)));
        Assert.Equal(RevocationMerge.TooLarge, Merge(3, 2, ("x", 10)));
        Assert.Equal((2L, RevocationList.EntriesMax), (_list.Version, _list.Count));
        Assert.Equal(RevocationMerge.TooLarge, _list.Merge(new byte[RevocationList.BodyBytesMax + 1]));
        Assert.Equal(RevocationMerge.Unreadable, _list.Merge(new byte[RevocationList.BodyBytesMax]));
    }

    private RevocationMerge Merge(long version, long since, params (string Id, long Expires)[] revoked)
    {
        var body = new ArrayBufferWriter<byte>();
        RevocationBody.Write(body, version, since, revoked.Select(r => KeyValuePair.Create(r.Id, r.Expires)));
        return _list.Merge(body.WrittenSpan);
    }
}
