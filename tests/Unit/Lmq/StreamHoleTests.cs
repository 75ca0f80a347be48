using LightMq.Lmq;
using Xunit;

namespace LightMq.Unit.Lmq;

/// <summary>What a central says of a hole can be read again (LMQ-CORE-4).</summary>
public sealed class StreamHoleTests
{
    [Theory]
    [InlineData("GID_a@@@1")]
    [InlineData("a in b of c: d")]
    public void A_hole_is_read_as_it_was_written(string client)
    {
        var hole = new StreamHole(5, client, new EpochText(7, 1), 3);
        Assert.True(StreamHole.TryParse($"{hole}", out var read));
        Assert.Equal(hole, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("lmq-seq of c in 7-00000000000000000000000000000001: 3 is wanted")]
    [InlineData("lmq-seq 5 of c in 7-1: 3 is wanted")]
    [InlineData("lmq-seq 5 of c in 7-00000000000000000000000000000001: is wanted")]
    [InlineData("lmq-seq -5 of c in 7-00000000000000000000000000000001: 3 is wanted")]
    [InlineData("lmq-seq 5 of c: 3 is wanted")]
    [InlineData("something else")]
    public void Anything_else_is_not(string text) => Assert.False(StreamHole.TryParse(text, out _));

    [Fact]
    public void A_backlog_is_read_as_it_was_written()
    {
        var backlog = new BacklogBody(1, 2, 3);
        var body = new byte[BacklogBody.BytesMax];
        Assert.True(BacklogBody.TryParse(body.AsSpan(0, backlog.Write(body)), out var read));
        Assert.Equal(backlog, read);
        Assert.False(BacklogBody.TryParse("""{"messages":1,"bytes":2}"""u8, out _));
        Assert.False(BacklogBody.TryParse("""{"messages":-1,"bytes":2,"oldestMilliseconds":1}"""u8, out _));
    }
}
