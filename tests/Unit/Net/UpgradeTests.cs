using System.Text;
using LightMq.Net.WebSocket;
using Xunit;

namespace LightMq.Unit.Net;

/// <summary>RFC 6455, section 4: requests that open a WebSocket, and those that do not.</summary>
public sealed class UpgradeTests
{
    public const string Request =
        "GET /mqtt HTTP/1.1\r\nHost: broker\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        + "Sec-WebSocket-Protocol: mqtt\r\n\r\n";

    private static readonly UpgradeRules Strict = UpgradeRules.Default with
    {
        AllowedOrigins = ["https://console.example"],
    };

    [Fact]
    public void The_example_of_the_standard()
    {
        // RFC 6455, 1.3.
        Assert.Equal("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", UpgradeAnswer.AcceptOf("dGhlIHNhbXBsZSBub25jZQ=="u8));
        var answer = Ask(Request);
        Assert.Null(answer.Failure);
        Assert.Equal("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n",
            Encoding.ASCII.GetString(answer.Bytes));
    }

    [Theory]
    [InlineData("GET /mqtt ", "GET / ")]
    [InlineData("GET /mqtt ", "GET /mqtt?token=a/b ")]
    [InlineData("GET /mqtt ", "GET http://broker:8080/mqtt ")]
    [InlineData("GET /mqtt ", "GET ws://broker ")]
    [InlineData("GET /mqtt ", "GET ws://broker?x ")]
    [InlineData("GET ", "\r\nGET ")]
    [InlineData("Upgrade: websocket", "UPGRADE:\t WebSocket \t")]
    [InlineData("Connection: Upgrade", "connection: keep-alive, upgrade")]
    [InlineData("Connection: Upgrade", "Connection: keep-alive\r\nConnection: Upgrade")]
    [InlineData("\r\n", "\n")]
    [InlineData("Protocol: mqtt", "Protocol: stomp,mqtt , amqp")]
    [InlineData("Protocol: mqtt", "Protocol: stomp\r\nSec-WebSocket-Protocol: mqtt")]
    [InlineData("Host: broker\r\n", "X-More: 1\r\nCookie:\r\nHost: broker\r\nOrigin: http://anywhere\r\n")]
    [InlineData("Host: broker", "Host: broker\r\nContent-Length: 0")]
    [InlineData("HTTP/1.1", "HTTP/1.2")]
    public void What_the_standards_allow_opens_it(string from, string to) =>
        Assert.Null(Ask(Request.Replace(from, to)).Failure);

    [Theory]
    [InlineData("mqttv3.1", "mqttv3.1")]
    [InlineData("mqttv3.1, mqtt", "mqttv3.1")]
    [InlineData("mqtt, mqttv3.1", "mqtt")]
    public void The_first_known_subprotocol_is_chosen(string asked, string chosen)
    {
        var answer = Ask(Request.Replace("Protocol: mqtt", $"Protocol: {asked}"));
        Assert.EndsWith(
            $"\r\nSec-WebSocket-Protocol: {chosen}\r\n\r\n", Encoding.ASCII.GetString(answer.Bytes));
    }

    [Theory]
    [InlineData("GET ", "POST ", 405, "only GET")]
    [InlineData("GET ", "HEAD ", 405, "only GET")]
    [InlineData("GET ", "get ", 405, "only GET")]
    [InlineData("GET /mqtt", "GET  /mqtt", 400, "request line")]
    [InlineData("GET /mqtt", "GET", 400, "request line")]
    [InlineData("GET /mqtt", "GET /mq\u0001tt", 400, "request line")]
    [InlineData("GET /mqtt", "G(T /mqtt", 400, "request line")]
    [InlineData(" HTTP/1.1", " HTTP/1.0", 400, "HTTP/1.1")]
    [InlineData(" HTTP/1.1", " HTTP/2.0", 505, "HTTP/1.1")]
    [InlineData(" HTTP/1.1", " HTTP/1.10", 400, "request line")]
    [InlineData(" HTTP/1.1", " FTP/1.1", 400, "request line")]
    [InlineData("Host: broker\r\n", "", 400, "Host")]
    [InlineData("Host: broker", "Host: broker\r\nHost: broker", 400, "Host")]
    [InlineData("Host: broker", "Host : broker", 400, "proper name")]
    [InlineData("Host: broker", ": broker", 400, "proper name")]
    [InlineData("Host: broker", "broker", 400, "proper name")]
    [InlineData("Host: broker", "Host: broker\r\n folded", 400, "folded")]
    [InlineData("Host: broker", "Host: bro\rker", 400, "control")]
    [InlineData("Host: broker", "Host: bro\0ker", 400, "control")]
    [InlineData("Host: broker", "Host: broker\r\nContent-Length: 5", 400, "body")]
    [InlineData("Host: broker", "Host: broker\r\nTransfer-Encoding: chunked", 400, "body")]
    [InlineData("Upgrade: websocket\r\n", "", 426, "plain HTTP")]
    [InlineData("Upgrade: websocket", "Upgrade: h2c", 426, "plain HTTP")]
    [InlineData("Connection: Upgrade\r\n", "", 400, "Connection")]
    [InlineData("Connection: Upgrade", "Connection: Upgrades", 400, "Connection")]
    [InlineData("Version: 13", "Version: 8", 426, "must be 13")]
    [InlineData("Sec-WebSocket-Version: 13\r\n", "", 426, "must be 13")]
    [InlineData("Version: 13", "Version: 13\r\nSec-WebSocket-Version: 13", 400, "twice")]
    [InlineData("/mqtt", "/mqtt/", 404, "/mqtt, /")]
    [InlineData("/mqtt", "/MQTT", 404, "/mqtt, /")]
    [InlineData("/mqtt", "*", 404, "/mqtt, /")]
    [InlineData("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25j", 400, "16 bytes")]
    [InlineData("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZWE=", 400, "16 bytes")]
    [InlineData("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZ!==", 400, "16 bytes")]
    [InlineData("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "", 400, "16 bytes")]
    [InlineData("Protocol: mqtt", "Protocol: MQTT", 400, "MQTT-6.0.0-3")]
    [InlineData("Protocol: mqtt", "Protocol: mqtt5, stomp", 400, "MQTT-6.0.0-3")]
    [InlineData("Sec-WebSocket-Protocol: mqtt\r\n", "", 400, "MQTT-6.0.0-3")]
    public void What_is_wrong_is_refused_and_named(string from, string to, int status, string why)
    {
        var answer = Ask(Request.Replace(from, to));
        Assert.Equal(status, answer.Status);
        Assert.Contains(why, answer.Failure);
        var text = Encoding.ASCII.GetString(answer.Bytes);
        Assert.StartsWith($"HTTP/1.1 {status} ", text);
        Assert.Contains("close\r\n", text);
        var isHead = to.StartsWith("HEAD", StringComparison.Ordinal);
        Assert.Equal(!isHead, text.Contains("MQTT over WebSocket", StringComparison.Ordinal));
        if (!isHead)
            Assert.Contains($"Content-Length: {text.Length - text.IndexOf("\r\n\r\n") - 4}\r\n", text);
    }

    [Theory]
    [InlineData(426, "must be 13", "Sec-WebSocket-Version: 13\r\n", "Version: 13", "Version: 12")]
    [InlineData(405, "GET", "Allow: GET\r\n", "GET ", "PUT ")]
    [InlineData(426, "plain", "Upgrade: websocket\r\n", "Upgrade: websocket\r\n", "")]
    public void A_refusal_says_what_would_be_taken(
        int status, string why, string field, string from, string to)
    {
        var answer = Ask(Request.Replace(from, to));
        Assert.Equal(status, answer.Status);
        Assert.Contains(why, answer.Failure);
        Assert.Contains(field, Encoding.ASCII.GetString(answer.Bytes));
    }

    [Theory]
    [InlineData("https://console.example", true)]
    [InlineData("HTTPS://console.example", true)]
    [InlineData("https://console.example.evil", false)]
    [InlineData("null", false)]
    [InlineData("", false)]
    [InlineData(null, true)]
    public void Pages_of_other_origins_are_kept_out_where_origins_are_named(string? origin, bool isOpen)
    {
        var field = origin is null ? "" : $"Origin: {origin}\r\n";
        var answer = Ask(Request.Replace("Host:", $"{field}Host:"), Strict);
        Assert.Equal(isOpen ? 101 : 403, answer.Status);
    }

    [Fact]
    public void The_end_of_the_head_is_found_at_every_cut()
    {
        foreach (var text in (string[])[Request, Request.Replace("\r\n", "\n"), "\r\n\r\n" + Request])
        {
            var whole = Encoding.ASCII.GetBytes(text + "behind\r\n\r\n");
            for (var cut = 0; cut < whole.Length; cut++)
            {
                var first = UpgradeRequest.EndOf(whole.AsSpan(0, cut), 0);
                Assert.Equal(cut < text.Length ? 0 : text.Length, first);
                if (first == 0) Assert.Equal(text.Length, UpgradeRequest.EndOf(whole, cut));
            }
        }
    }

    [Fact]
    public void What_is_no_http_is_known_by_its_first_byte()
    {
        for (var first = 0; first < 256; first++)
        {
            var may = first is >= 'A' and <= 'Z' or '\r' or '\n';
            Assert.Equal(may, UpgradeRequest.MayBegin([(byte)first]));
        }
        Assert.True(UpgradeRequest.MayBegin([]));
        Assert.False(UpgradeRequest.MayBegin("\r\n\x10"u8));
    }

    [Fact]
    public void Seeded_mutations_are_answered_one_way_or_the_other()
    {
        var chance = new Random(4);
        var opened = 0;
        for (var run = 0; run < 20_000; run++)
        {
            var bytes = Encoding.ASCII.GetBytes(Request);
            for (var changes = chance.Next(1, 5); changes > 0; changes--)
                bytes[chance.Next(bytes.Length)] = (byte)chance.Next(256);
            var end = UpgradeRequest.EndOf(bytes, 0);
            if (end == 0) continue;
            var answer = UpgradeAnswer.To(bytes.AsSpan(0, end), UpgradeRules.Default);
            Assert.Equal(answer.Failure is null, answer.Status == 101);
            Assert.StartsWith("HTTP/1.1 ", Encoding.Latin1.GetString(answer.Bytes));
            if (answer.Status == 101) opened++;
        }
        Assert.InRange(opened, 1, 19_000);
    }

    private static UpgradeAnswer Ask(string request, UpgradeRules? rules = null)
    {
        var bytes = Encoding.Latin1.GetBytes(request);
        Assert.Equal(bytes.Length, UpgradeRequest.EndOf(bytes, 0));
        return UpgradeAnswer.To(bytes, rules ?? UpgradeRules.Default);
    }
}
