using System.Text;
using LightMq.Lmq;
using Xunit;

namespace LightMq.Unit.Lmq;

public sealed class NoticeTests
{
    // LMQ-TOK-7.
    [Fact]
    public void An_expire_notice_is_written_and_read()
    {
        var notice = new TokenExpireNotice(1_790_000_000_123, TokenActions.ReadWrite);
        Assert.Equal("""{"expireTime":1790000000123,"type":"RW"}""", Text(notice.Write));
        Assert.True(TokenExpireNotice.TryParse(Bytes(Text(notice.Write)), out var read));
        Assert.Equal(notice, read);
        var longest = new TokenExpireNotice(long.MinValue, TokenActions.ReadWrite);
        Assert.InRange(longest.Write(new byte[TokenExpireNotice.BytesMax]), 1, TokenExpireNotice.BytesMax);
    }

    // LMQ-TOK-8.
    [Theory]
    [InlineData(TokenFault.AccountNotPermitted, -1)]
    [InlineData(TokenFault.Forged, 1)]
    [InlineData(TokenFault.Expired, 2)]
    [InlineData(TokenFault.Revoked, 3)]
    [InlineData(TokenFault.Resource, 4)]
    [InlineData(TokenFault.Action, 5)]
    [InlineData(TokenFault.BadSignature, 8)]
    public void An_invalid_notice_is_written_and_read(TokenFault fault, int code)
    {
        var notice = new TokenInvalidNotice(fault, TokenActions.Write);
        Assert.Equal($$"""{"code":{{code}},"type":"W"}""", Text(notice.Write));
        Assert.True(TokenInvalidNotice.TryParse(Bytes(Text(notice.Write)), out var read));
        Assert.Equal(notice, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"code":1}""")]
    [InlineData("""{"type":"R"}""")]
    [InlineData("""{"code":"1","type":"R"}""")]
    [InlineData("""{"code":1,"type":"X"}""")]
    [InlineData("""{"code":1,"code":1,"type":"R"}""")]
    [InlineData("""{"code":1,"type":"R","type":"R"}""")]
    [InlineData("""{"code":99999999999,"type":"R"}""")]
    [InlineData("""{"code":1,"type":"R" """)]
    public void Any_other_notice_is_not_read(string body)
    {
        Assert.False(TokenInvalidNotice.TryParse(Bytes(body), out _));
        body = body.Replace("\"code\":99999999999", "\"x\":1");
        Assert.False(TokenExpireNotice.TryParse(Bytes(body), out _));
    }

    [Fact]
    public void Notices_are_bounded_and_need_their_room()
    {
        const string body = """{"code":1,"type":"R"}""";
        Assert.True(TokenInvalidNotice.TryParse(Bytes(body.PadRight(1_024)), out _));
        Assert.False(TokenInvalidNotice.TryParse(Bytes(body.PadRight(1_025)), out _));
        Assert.Throws<ArgumentException>(() => new TokenInvalidNotice(TokenFault.Forged, TokenActions.Read)
            .Write(new byte[20]));
        Assert.Throws<ArgumentException>(() => new TokenExpireNotice(1, TokenActions.Read)
            .Write(new byte[20]));
    }

    // LMQ-PRE-3.
    [Theory]
    [InlineData(PresenceKind.Connect, "connect")]
    [InlineData(PresenceKind.Disconnect, "disconnect")]
    [InlineData(PresenceKind.TcpClean, "tcpclean")]
    public void A_presence_event_is_written_and_read(PresenceKind kind, string name)
    {
        var one = new PresenceEvent("GID_AAA@@@1", 1_790_000_000_123, kind, 255, (7L << 32) + 1);
        Assert.Equal(
            $$"""{"clientId":"GID_AAA@@@1","time":1790000000123,"eventType":"{{name}}","""
            + "\"channelId\":\"000000000000000000000000000000ff\",\"eventIndex\":30064771073}",
            Text(one.Write));
        Assert.True(PresenceEvent.TryParse(Bytes(Text(one.Write)), out var read));
        Assert.Equal(one, read);
        Assert.Equal(name, PresenceEvent.KindText(kind));
    }

    [Fact]
    public void Any_client_id_fits_and_comes_back()
    {
        string[] ids = ["GID_AAA@@@\"\\<>&'+", new string('\u0001', 64), new string('漢', 64), "😀"];
        foreach (var id in ids)
        {
            var one = new PresenceEvent(
                id, long.MaxValue, PresenceKind.Disconnect, UInt128.MaxValue, long.MinValue);
            var body = new byte[PresenceEvent.BytesNeeded(id.Length)];
            Assert.True(PresenceEvent.TryParse(body.AsSpan(0, one.Write(body)), out var read));
            Assert.Equal(one, read);
        }
        Assert.Throws<ArgumentException>(() => new PresenceEvent("a", 0, PresenceKind.Connect, 0, 0)
            .Write(new byte[20]));
    }

    [Fact]
    public void The_manuals_spelling_is_read()
    {
        Assert.True(PresenceEvent.TryParse(Bytes("""
            {"ClientId":"GID_XXA@@@1","time":1212121212,"eventType":"tcpclean",
             "channelId":"2b9b1281046046faafe5e0b458e4f553","eventIndex":1493772130197,"more":{}}
            """), out var read));
        Assert.Equal((1493772130197, PresenceKind.TcpClean), (read.Index, read.Kind));
        Assert.Equal("2b9b1281046046faafe5e0b458e4f553", read.Channel.ToString("x32"));
    }

    [Theory]
    [InlineData("clientId", "\"\"")]
    [InlineData("clientId", "1")]
    [InlineData("time", "\"1\"")]
    [InlineData("time", "1.5")]
    [InlineData("eventType", "\"Connect\"")]
    [InlineData("eventType", "1")]
    [InlineData("channelId", "\"2b9b1281046046faafe5e0b458e4f55\"")]
    [InlineData("channelId", "\"2b9b1281046046faafe5e0b458e4f5533\"")]
    [InlineData("channelId", "\"xb9b1281046046faafe5e0b458e4f553\"")]
    [InlineData("channelId", "\" b9b1281046046faafe5e0b458e4f553\"")]
    [InlineData("eventIndex", "null")]
    [InlineData("other", "1,\"time\":2")]
    [InlineData("other", "1}{")]
    public void Any_other_event_is_not_read(string name, string value)
    {
        var fields = new Dictionary<string, string>
        {
            ["clientId"] = "\"GID_AAA@@@1\"",
            ["time"] = "1",
            ["eventType"] = "\"connect\"",
            ["channelId"] = "\"2b9b1281046046faafe5e0b458e4f553\"",
            ["eventIndex"] = "1",
        };
        Assert.True(PresenceEvent.TryParse(Body(), out _));
        foreach (var missing in fields.Keys)
        {
            var without = Encoding.UTF8.GetString(Body()).Replace(missing, "x");
            Assert.False(PresenceEvent.TryParse(Bytes(without), out _));
        }
        fields[name] = value;
        Assert.False(PresenceEvent.TryParse(Body(), out _));
        byte[] Body() => Bytes($"{{{string.Join(',', fields.Select(f => $"\"{f.Key}\":{f.Value}"))}}}");
    }

    private delegate int Writer(Span<byte> body);

    private static string Text(Writer write)
    {
        var body = new byte[512];
        return Encoding.UTF8.GetString(body, 0, write(body));
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
