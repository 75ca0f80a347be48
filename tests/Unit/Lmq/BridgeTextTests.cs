using System.Globalization;
using System.Text;
using LightMq.Lmq;
using Xunit;

namespace LightMq.Unit.Lmq;

public sealed class BridgeTextTests
{
    private static readonly UInt128 Draw = UInt128.Parse(
        "00ff00000000000000000000000000a1", NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    // LMQ-CORE-4.
    [Fact]
    public void An_epoch_is_written_and_read()
    {
        var epoch = new EpochText(12, Draw);
        Assert.Equal("12-00ff00000000000000000000000000a1", Text(epoch.Write, EpochText.BytesMax));
        Assert.True(EpochText.TryParse("12-00ff00000000000000000000000000a1"u8, out var read));
        Assert.Equal(epoch, read);
        var longest = new EpochText(uint.MaxValue, UInt128.MaxValue);
        Assert.Equal(EpochText.BytesMax, Text(longest.Write, EpochText.BytesMax).Length);
        Assert.True(EpochText.TryParse(Bytes(Text(longest.Write, EpochText.BytesMax)), out read));
        Assert.Equal(longest, read);
        Assert.Throws<ArgumentException>(() => epoch.Write(new byte[10]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("12")]
    [InlineData("-00ff00000000000000000000000000a1")]
    [InlineData("12-")]
    [InlineData("12-00ff00000000000000000000000000a")]
    [InlineData("12-00ff00000000000000000000000000a11")]
    [InlineData("12-00ff00000000000000000000000000g1")]
    [InlineData("12-+0ff00000000000000000000000000a1")]
    [InlineData("12- 0ff00000000000000000000000000a1")]
    [InlineData("012-00ff00000000000000000000000000a1")]
    [InlineData("+12-00ff00000000000000000000000000a1")]
    [InlineData("1 -00ff00000000000000000000000000a1")]
    [InlineData("4294967296-00ff00000000000000000000000000a1")]
    public void Any_other_epoch_is_not_read(string text) => Assert.False(EpochText.TryParse(Bytes(text), out _));

    [Theory]
    [InlineData("1-1:policy", 1, 1, "policy")]
    [InlineData("7-9:refused", 7, 9, "refused")]
    [InlineData("1-9223372036854775807:a-b", 1, long.MaxValue, "a-b")]
    public void A_gap_is_written_and_read(string text, long from, long to, string reason)
    {
        Assert.True(StreamGap.TryParse(Bytes(text), out var gap));
        Assert.Equal((from, to, reason), (gap.From, gap.To, Encoding.UTF8.GetString(gap.Reason)));
        var written = new byte[StreamGap.BytesMax];
        Assert.Equal(text, Encoding.UTF8.GetString(written, 0, gap.Write(written)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1-2")]
    [InlineData("1-2:")]
    [InlineData("1:2-3")]
    [InlineData("1:shed")]
    [InlineData("-2:shed")]
    [InlineData("0-2:shed")]
    [InlineData("2-1:shed")]
    [InlineData("1--2:shed")]
    [InlineData("1-2:Shed")]
    [InlineData("1-2:shed it")]
    [InlineData("01-2:shed")]
    [InlineData("1-9223372036854775808:shed")]
    [InlineData("1-2:abcdefghijklmnopqrstuvwxyzabcdefg")]
    public void Any_other_gap_is_not_read(string text) => Assert.False(StreamGap.TryParse(Bytes(text), out _));

    [Fact]
    public void A_gap_that_is_none_is_not_written()
    {
        var room = new byte[StreamGap.BytesMax];
        Assert.Throws<ArgumentException>(() => new StreamGap(0, 1, StreamGap.Shed).Write(room));
        Assert.Throws<ArgumentException>(() => new StreamGap(2, 1, StreamGap.Policy).Write(room));
        Assert.Throws<ArgumentException>(() => new StreamGap(1, 1, ""u8).Write(room));
        Assert.Throws<ArgumentException>(() => new StreamGap(1, 1, StreamGap.Refused).Write(new byte[10]));
        var reason = new byte[StreamGap.ReasonBytesMax];
        reason.AsSpan().Fill((byte)'z');
        Assert.Equal(StreamGap.BytesMax, new StreamGap(long.MaxValue, long.MaxValue, reason).Write(room));
    }

    [Theory]
    [InlineData("1790000000123", 1_790_000_000_123, true)]
    [InlineData("1790000000123?", 1_790_000_000_123, false)]
    [InlineData("0?", 0, false)]
    [InlineData("9223372036854775807?", long.MaxValue, false)]
    public void A_receipt_time_is_written_and_read(string text, long milliseconds, bool isTrusted)
    {
        var time = new ReceiptTime(milliseconds, isTrusted);
        Assert.Equal(text, Text(time.Write, ReceiptTime.BytesMax));
        Assert.True(ReceiptTime.TryParse(Bytes(text), out var read));
        Assert.Equal(time, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?")]
    [InlineData("-1")]
    [InlineData("1??")]
    [InlineData("?1")]
    [InlineData("1 ")]
    [InlineData("01")]
    [InlineData("1.5")]
    [InlineData("9223372036854775808")]
    public void Any_other_time_is_not_read(string text)
    {
        Assert.False(ReceiptTime.TryParse(Bytes(text), out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReceiptTime(-1, true).Write(new byte[20]));
        Assert.Throws<ArgumentException>(() => new ReceiptTime(100, true).Write(new byte[2]));
    }

    [Theory]
    [InlineData("lmq-seq", true)]
    [InlineData("LMQ-Seq", true)]
    [InlineData("lmq-", true)]
    [InlineData("lmq", false)]
    [InlineData("xlmq-seq", false)]
    [InlineData("", false)]
    public void Our_properties_are_known_by_their_family(string name, bool expected) =>
        Assert.Equal(expected, BridgeProperties.IsOurs(Bytes(name)));

    private delegate int Writer(Span<byte> body);

    private static string Text(Writer write, int room)
    {
        var body = new byte[room];
        return Encoding.UTF8.GetString(body, 0, write(body));
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
