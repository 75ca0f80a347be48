using System.Text;
using LightMq.Lmq;
using Xunit;

namespace LightMq.Unit.Lmq;

public sealed class ControlBodyTests
{
    // LMQ-TOK-6: the manual's table says Token, its demo token.
    [Theory]
    [InlineData("""{"token":"x.y.z","type":"RW"}""", TokenActions.ReadWrite)]
    [InlineData("""{"Token":"x.y.z","type":"R"}""", TokenActions.Read)]
    [InlineData("""{"TYPE":"W","TOKEN":"x.y.z"}""", TokenActions.Write)]
    [InlineData("""  { "type" : "W", "more" : [ {"a":[null]} , 1e9 ], "\u0074oken" : "x\u002ey.\u007a" }  """,
        TokenActions.Write)]
    public void An_upload_is_read(string body, TokenActions type)
    {
        Assert.True(TokenUpload.TryParse(Bytes(body), out var upload));
        Assert.Equal("x.y.z", Encoding.UTF8.GetString(upload.Token));
        Assert.Equal(type, upload.Type);
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("\"x\"")]
    [InlineData("""{"token":"x"}""")]
    [InlineData("""{"type":"R"}""")]
    [InlineData("""{"token":"","type":"R"}""")]
    [InlineData("""{"token":1,"type":"R"}""")]
    [InlineData("""{"token":null,"type":"R"}""")]
    [InlineData("""{"token":["x"],"type":"R"}""")]
    [InlineData("""{"token":{"token":"x"},"type":"R"}""")]
    [InlineData("""{"token":"x","type":"r"}""")]
    [InlineData("""{"token":"x","type":"WR"}""")]
    [InlineData("""{"token":"x","type":"R,W"}""")]
    [InlineData("""{"token":"x","type":""}""")]
    [InlineData("""{"token":"x","type":1}""")]
    [InlineData("""{"token":"x","type":true}""")]
    [InlineData("""{"token":"x","type":["R"]}""")]
    [InlineData("""{"token":"x","type":"R"}{}""")]
    [InlineData("""{"token":"x","type":"R",}""")]
    [InlineData("""{"token":"x","Token":"y","type":"R"}""")]
    [InlineData("""{"token":"x","type":"R","type":"R"}""")]
    [InlineData("""{"token":"x","type":"R" """)]
    [InlineData("""{"token":"\ud800","type":"R"}""")]
    [InlineData("""{"token":"x","type":"R","a":[[[[[[[[[[1]]]]]]]]]]}""")]
    [InlineData("""{'token':'x','type':'R'}""")]
    public void Any_other_upload_is_refused(string body) =>
        Assert.False(TokenUpload.TryParse(Bytes(body), out _));

    [Fact]
    public void Text_that_is_no_UTF8_is_refused() =>
        Assert.False(TokenUpload.TryParse([.. Bytes("{\"token\":\""), 0xFF, .. Bytes("\",\"type\":\"R\"}")], out _));

    [Fact]
    public void A_client_writes_what_the_broker_reads()
    {
        Assert.True(TokenUpload.TryParse(TokenUpload.Body("a-b.c_d.e"u8, TokenActions.ReadWrite), out var upload));
        Assert.Equal(("a-b.c_d.e", TokenActions.ReadWrite), (Encoding.UTF8.GetString(upload.Token), upload.Type));
        Assert.True(OrderRequest.TryParse(OrderRequest.Body, out var order));
        Assert.True(order);
        var pull = new PullRequest(PullOrder.NewestFirst, 7);
        Assert.Equal("""{"pushOrder":"DESC","maxPushNum":7}""", Encoding.UTF8.GetString(pull.Body()));
        Assert.True(PullRequest.TryParse(pull.Body(), out var read));
        Assert.Equal(pull, read);
    }

    [Fact]
    public void Bodies_are_bounded()
    {
        static byte[] Padded(string body, int bytes) => Bytes(body.PadRight(bytes));
        const string upload = """{"token":"x","type":"R"}""";
        const string order = """{"order":"true"}""";
        const string pull = """{"pushOrder":"ASC","maxPushNum":1}""";
        Assert.True(TokenUpload.TryParse(Padded(upload, TokenUpload.BytesMax), out _));
        Assert.False(TokenUpload.TryParse(Padded(upload, TokenUpload.BytesMax + 1), out _));
        Assert.True(OrderRequest.TryParse(Padded(order, OrderRequest.BytesMax), out _));
        Assert.False(OrderRequest.TryParse(Padded(order, OrderRequest.BytesMax + 1), out _));
        Assert.True(PullRequest.TryParse(Padded(pull, PullRequest.BytesMax), out _));
        Assert.False(PullRequest.TryParse(Padded(pull, PullRequest.BytesMax + 1), out _));
    }

    [Fact]
    public void A_megabyte_costs_nothing()
    {
        var body = Bytes("{\"token\":\"" + new string('x', 1024 * 1024) + "\",\"type\":\"R\"}");
        Assert.False(TokenUpload.TryParse(body, out _));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var isRead = TokenUpload.TryParse(body, out _) || OrderRequest.TryParse(body, out _)
            || PullRequest.TryParse(body, out _);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal((false, 0), (isRead, allocated));
    }

    [Fact]
    public void A_plain_upload_is_read_without_a_copy()
    {
        var body = TokenUpload.Body("a.b.c"u8, TokenActions.Read);
        TokenUpload.TryParse(body, out _);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var isRead = TokenUpload.TryParse(body, out _);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal((true, 0), (isRead, allocated));
    }

    // LMQ-ORD-2.
    [Theory]
    [InlineData("""{"order":"true"}""", true)]
    [InlineData("""{"Order":"True"}""", true)]
    [InlineData("""{"order":true}""", true)]
    [InlineData("""{"order":"false"}""", false)]
    [InlineData("""{"order":false,"x":1}""", false)]
    public void An_order_request_is_read(string body, bool expected)
    {
        Assert.True(OrderRequest.TryParse(Bytes(body), out var order));
        Assert.Equal(expected, order);
    }

    [Theory]
    [InlineData("")]
    [InlineData("true")]
    [InlineData("{}")]
    [InlineData("""{"order":1}""")]
    [InlineData("""{"order":"1"}""")]
    [InlineData("""{"order":""}""")]
    [InlineData("""{"order":null}""")]
    [InlineData("""{"order":["true"]}""")]
    [InlineData("""{"order":"true","order":"true"}""")]
    [InlineData("""{"order":"true" """)]
    public void Any_other_order_request_is_not(string body)
    {
        Assert.False(OrderRequest.TryParse(Bytes(body), out var order));
        Assert.False(order);
    }

    // LMQ-OFF-2.
    [Theory]
    [InlineData("""{"pushOrder":"ASC","maxPushNum":1}""", PullOrder.OldestFirst, 1)]
    [InlineData("""{"maxPushNum":20,"pushOrder":"DESC"}""", PullOrder.NewestFirst, 20)]
    [InlineData("""{"PushOrder":"desc","MAXPUSHNUM":30}""", PullOrder.NewestFirst, 30)]
    [InlineData("""{"pushOrder":"ASC","maxPushNum":31}""", PullOrder.OldestFirst, 30)]
    [InlineData("""{"pushOrder":"ASC","maxPushNum":99999999999999999999999999}""", PullOrder.OldestFirst, 30)]
    public void A_pull_is_read(string body, PullOrder order, int count)
    {
        Assert.True(PullRequest.TryParse(Bytes(body), out var pull));
        Assert.Equal(new PullRequest(order, count), pull);
    }

    [Theory]
    [InlineData("")]
    [InlineData("text")]
    [InlineData("{}")]
    [InlineData("""{"pushOrder":"ASC"}""")]
    [InlineData("""{"maxPushNum":1}""")]
    [InlineData("""{"pushOrder":"ASC","maxPushNum":0}""")]
    [InlineData("""{"pushOrder":"ASC","maxPushNum":-1}""")]
    [InlineData("""{"pushOrder":"ASC","maxPushNum":-99999999999999999999999999}""")]
    [InlineData("""{"pushOrder":"ASC","maxPushNum":"20"}""")]
    [InlineData("""{"pushOrder":"ASC","maxPushNum":"text"}""")]
    [InlineData("""{"pushOrder":"ASC","maxPushNum":1.5}""")]
    [InlineData("""{"pushOrder":"ASC","maxPushNum":1e1}""")]
    [InlineData("""{"pushOrder":"ASC","maxPushNum":null}""")]
    [InlineData("""{"pushOrder":"ASC","maxPushNum":[1]}""")]
    [InlineData("""{"pushOrder":"UP","maxPushNum":1}""")]
    [InlineData("""{"pushOrder":1,"maxPushNum":1}""")]
    [InlineData("""{"pushOrder":"ASC","maxPushNum":1,"maxPushNum":2}""")]
    [InlineData("""{"pushOrder":"ASC","pushOrder":"ASC","maxPushNum":1}""")]
    [InlineData("""{"pushOrder":"ASC","maxPushNum":1""")]
    public void Any_other_pull_is_ignored(string body) => Assert.False(PullRequest.TryParse(Bytes(body), out _));

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
