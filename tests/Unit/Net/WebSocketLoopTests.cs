using System.Net;
using System.Text;
using LightMq.Broker.Settings;
using LightMq.Net;
using LightMq.Net.WebSocket;
using Xunit;

namespace LightMq.Unit.Net;

/// <summary>WebSockets on the real loop: MQTT in any frames, last words, broken rules.</summary>
public sealed class WebSocketLoopTests : IDisposable
{
    private static readonly byte[] Connect = [0x10, 13, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 0, 0, 1, 0x61];
    private static readonly byte[] Accepted = [0x20, 2, 0, 0];
    private static readonly byte[] PingReq = [0xc0, 0];
    private static readonly byte[] PingResp = [0xd0, 0];
    private static readonly byte[] Subscribe = [0x82, 6, 0, 1, 0, 1, (byte)'t', 1];
    private static readonly byte[] Subscribed = [0x90, 3, 0, 1, 1];

    private RunningLoop? _loop;

    private RunningLoop Loop => _loop ??= Start(new BrokerOptions());

    public void Dispose() => _loop?.Dispose();

    [Fact]
    public void A_client_is_served()
    {
        using var peer = WebSocketPeer.Open(Loop);
        peer.SendBinary(Connect);
        Assert.Equal(Text(Opcode.Binary, Accepted), Text(peer.Frame()));
        // MQTT-6.0.0-2: packets and frames need not fit one another.
        peer.SendBinary([.. PingReq, .. PingReq, .. PingReq[..1]]);
        peer.SendBinary(PingReq[1..]);
        // Ours do: there are clients that stop at the first packet of a frame.
        for (var i = 0; i < 3; i++) Assert.Equal(Text(Opcode.Binary, PingResp), Text(peer.Frame()));
    }

    [Fact]
    public void The_first_frames_may_come_with_the_request()
    {
        using var peer = new WebSocketPeer(Loop.Open());
        peer.Send([.. WebSocketPeer.Request, .. ClientFrames.Binary(Connect),
            .. ClientFrames.Binary(PingReq)]);
        Assert.StartsWith("HTTP/1.1 101 ", peer.Head());
        Assert.Equal([.. Accepted, .. PingResp], peer.Binary(6));
    }

    [Fact]
    public void The_request_and_frames_may_come_a_byte_at_a_time()
    {
        using var peer = new WebSocketPeer(Loop.Open());
        peer.Socket.NoDelay = true;
        foreach (var one in WebSocketPeer.Request) peer.Send(one);
        Assert.StartsWith("HTTP/1.1 101 ", peer.Head());
        foreach (var one in ClientFrames.Binary(Connect)) peer.Send(one);
        Assert.Equal(Accepted, peer.Binary(4));
    }

    [Fact]
    public void A_request_cut_anywhere_opens_it()
    {
        byte[] whole = [.. WebSocketPeer.Request, .. ClientFrames.Binary(Connect)];
        for (var at = 1; at < whole.Length; at += 7)
        {
            using var peer = new WebSocketPeer(Loop.Open());
            peer.Socket.NoDelay = true;
            peer.Send(whole[..at]);
            peer.Send(whole[at..]);
            Assert.StartsWith("HTTP/1.1 101 ", peer.Head());
            Assert.Equal(Accepted, peer.Binary(4));
        }
    }

    [Fact]
    public void Pings_are_answered_with_what_they_carry_and_in_their_place()
    {
        using var peer = WebSocketPeer.Open(Loop);
        peer.Send(ClientFrames.Ping("before CONNECT"u8));
        Assert.Equal(Text(Opcode.Pong, "before CONNECT"u8), Text(peer.Frame()));
        peer.SendBinary(Connect);
        Assert.Equal(Accepted, peer.Binary(4));
        // Between the fragments of a message.
        peer.Send([.. ClientFrames.Frame(2, PingReq[..1]), .. ClientFrames.Ping("mid"u8),
            .. ClientFrames.Frame(ClientFrames.Fin, PingReq[1..])]);
        var frames = new[] { Text(peer.Frame()), Text(peer.Frame()) };
        Assert.Contains(Text(Opcode.Pong, "mid"u8), frames);
        Assert.Contains(Text(Opcode.Binary, PingResp), frames);
    }

    [Fact]
    public async Task Large_messages_pass_both_ways_to_a_slow_reader()
    {
        const int Packets = 100, Bytes = 60_000;
        _loop = Start(new BrokerOptions { OutboxBytesMax = 1 << 20 });
        using var reader = WebSocketPeer.Open(Loop);
        reader.Socket.ReceiveBufferSize = 16_384;
        reader.SendBinary([.. Connect, .. Subscribe]);
        Assert.Equal([.. Accepted, .. Subscribed], reader.Binary(9));
        using var writer = WebSocketPeer.Open(Loop);
        writer.SendBinary([.. Connect[..^1], (byte)'b']);
        writer.Binary(4);
        var acknowledgements = Task.Run(() => writer.Binary(4 * Packets));
        var expected = new List<byte>();
        for (var i = 1; i <= Packets; i++)
        {
            writer.SendBinary(Publish(i, Bytes));
            expected.AddRange(Publish(i, Bytes));
            if (i % 10 == 0) reader.Send(ClientFrames.Ping([(byte)i]));
        }
        var got = new List<byte>();
        while (got.Count < expected.Count)
        {
            var (opcode, payload) = reader.Frame();
            if (opcode == Opcode.Binary) got.AddRange(payload);
            else Assert.Equal(Opcode.Pong, opcode);
        }
        // The packet ids are the broker's own.
        for (var at = 0; at < got.Count; at += Publish(1, Bytes).Length)
            (got[at + 7], got[at + 8]) = (expected[at + 7], expected[at + 8]);
        Assert.True(expected.SequenceEqual(got));
        Assert.Equal(4 * Packets, (await acknowledgements).Length);
    }

    [Fact]
    public void A_close_is_answered_and_the_will_is_published()
    {
        using var watcher = WebSocketPeer.Open(Loop);
        watcher.SendBinary([.. Connect, .. Subscribe]);
        Assert.Equal([.. Accepted, .. Subscribed], watcher.Binary(9));
        using var peer = WebSocketPeer.Open(Loop);
        // A will to t with payload w.
        peer.SendBinary([0x10, 19, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 6, 0, 0, 0, 1, 0x62, 0, 1,
            (byte)'t', 0, 1, (byte)'w']);
        Assert.Equal(Accepted, peer.Binary(4));
        peer.Send(ClientFrames.Close(1001, "gone"));
        Assert.Equal([0x88, 2, 0x03, 0xE9], peer.Rest());
        Assert.Equal([0x30, 4, 0, 1, (byte)'t', (byte)'w'], watcher.Binary(6));
        Assert.Equal(0, Loop.Loop.Door.Of(Refusal.Frame));
    }

    [Fact]
    public void What_comes_before_a_close_is_still_handled()
    {
        using var peer = WebSocketPeer.Open(Loop);
        peer.Send([.. ClientFrames.Binary([.. Connect, .. Subscribe]), .. ClientFrames.Close(1000)]);
        var rest = peer.Rest();
        Assert.Equal([0x88, 2, 0x03, 0xE8], rest[^4..]);
    }

    [Fact]
    public void Disconnect_ends_with_a_normal_close()
    {
        using var peer = WebSocketPeer.Open(Loop);
        peer.SendBinary([.. Connect, 0xE0, 0]);
        Assert.Equal([0x82, 4, .. Accepted, 0x88, 2, 0x03, 0xE8], peer.Rest());
    }

    [Fact]
    public async Task A_stop_says_going_away()
    {
        using var peer = WebSocketPeer.Open(Loop);
        peer.SendBinary(Connect);
        Assert.Equal(Accepted, peer.Binary(4));
        var rest = Task.Run(peer.Rest);
        Loop.Stop();
        Assert.Equal([0x88, 2, 0x03, 0xE9], await rest);
        Assert.True(Loop.Loop.StoppedCleanly);
    }

    [Fact]
    public void Broken_mqtt_is_a_protocol_error()
    {
        using var peer = WebSocketPeer.Open(Loop);
        peer.SendBinary([.. Connect, 0xF0, 0]);
        Assert.Equal([0x82, 4, .. Accepted, 0x88, 2, 0x03, 0xEA], peer.Rest());
    }

    [Theory]
    [InlineData(new byte[] { 0x82, 2, 0xC0, 0 }, 0xEA)]
    [InlineData(new byte[] { 0x81, 0x80, 0, 0, 0, 0 }, 0xEB)]
    [InlineData(new byte[] { 0xC2, 0x80, 0, 0, 0, 0 }, 0xEA)]
    public void A_broken_frame_is_told_counted_and_closed(byte[] frame, byte code)
    {
        using var peer = WebSocketPeer.Open(Loop);
        peer.SendBinary(Connect);
        Assert.Equal(Accepted, peer.Binary(4));
        peer.Send(frame);
        Assert.Equal([0x88, 2, 0x03, code], peer.Rest());
        Assert.NotEmpty(Loop.TurnedAway);
        Assert.Equal(1, Loop.Loop.Door.Of(Refusal.Frame));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: b\r\n\r\n", "HTTP/1.1 426 ", "takes MQTT over WebSocket")]
    [InlineData("GET /nothing HTTP/1.1\r\nHost: b\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Version: 13\r\n\r\n", "HTTP/1.1 404 ", "/mqtt")]
    [InlineData("POST /mqtt HTTP/1.1\r\nHost: b\r\nContent-Length: 3\r\n\r\nabc", "HTTP/1.1 400 ", "body")]
    public void Other_requests_get_words(string request, string status, string word)
    {
        using var peer = new WebSocketPeer(Loop.Open());
        peer.Send(Encoding.ASCII.GetBytes(request));
        var answer = Encoding.ASCII.GetString(peer.Rest());
        Assert.StartsWith(status, answer);
        Assert.Contains(word, answer);
        Assert.NotEmpty(Loop.TurnedAway);
        Assert.Equal(1, Loop.Loop.Door.Of(Refusal.Upgrade));
    }

    [Fact]
    public void Mqtt_without_websocket_is_closed_at_once_without_a_word()
    {
        using var peer = new WebSocketPeer(Loop.Open());
        peer.Send(Connect);
        Assert.Empty(peer.Rest());
        Assert.Equal(1, Loop.Loop.Door.Of(Refusal.Upgrade));
    }

    [Theory]
    [InlineData(8_192, 101)]
    [InlineData(8_193, 431)]
    public void A_head_has_a_bound(int bytes, int status)
    {
        var filler = new string('x', bytes - UpgradeTests.Request.Length - "X: \r\n".Length);
        var request = UpgradeTests.Request.Replace("Host:", $"X: {filler}\r\nHost:");
        Assert.Equal(bytes, request.Length);
        foreach (var cut in (int[])[1_000, 8_191, bytes])
        {
            using var peer = new WebSocketPeer(Loop.Open());
            peer.Socket.NoDelay = true;
            peer.Send(Encoding.ASCII.GetBytes(request[..cut]));
            Loop.Nudge();
            peer.Send(Encoding.ASCII.GetBytes(request[cut..]));
            Assert.StartsWith($"HTTP/1.1 {status} ", peer.Head());
        }
    }

    [Fact]
    public void A_head_without_end_is_refused()
    {
        using var peer = new WebSocketPeer(Loop.Open());
        peer.Send(Encoding.ASCII.GetBytes("GET /mqtt HTTP/1.1\r\nX: " + new string('x', 20_000)));
        Assert.StartsWith("HTTP/1.1 431 ", Encoding.ASCII.GetString(peer.Rest()));
    }

    [Fact]
    public void A_slow_head_has_the_time_to_connect_and_no_more()
    {
        _loop = Start(new BrokerOptions { ConnectSecondsMax = 1 });
        using var peer = new WebSocketPeer(Loop.Open());
        peer.Send("GET /mqtt HTTP/1.1\r\n"u8);
        Assert.Empty(peer.Rest());
        using var opened = WebSocketPeer.Open(Loop);
        Assert.Equal([0x88, 2, 0x03, 0xE8], opened.Rest());
    }

    [Fact]
    public void A_flood_of_pings_to_a_peer_that_does_not_read_is_bounded()
    {
        using var peer = WebSocketPeer.Open(Loop);
        peer.SendBinary(Connect);
        Assert.Equal(Accepted, peer.Binary(4));
        var flood = Enumerable.Repeat(ClientFrames.Ping(new byte[125]), 400).SelectMany(one => one).ToArray();
        for (var i = 0; i < 400; i++) peer.Send(flood);
        peer.SendBinary(PingReq);
        (Opcode Opcode, byte[] Payload) frame;
        var pongs = 0;
        for (frame = peer.Frame(); frame.Opcode == Opcode.Pong; frame = peer.Frame()) pongs++;
        Assert.Equal(PingResp, frame.Payload);
        Assert.InRange(pongs, 1, 400 * 400 / 2);
    }

    private static RunningLoop Start(BrokerOptions options) =>
        new(IPAddress.Loopback, options, transport: ListenerTransport.WebSocket);

    private static byte[] Publish(int id, int bytes) =>
    [
        0x32, .. Length(5 + bytes), 0, 1, (byte)'t', (byte)(id >> 8), (byte)id,
        .. Enumerable.Repeat((byte)id, bytes),
    ];

    private static byte[] Length(int value) =>
        [(byte)(value | 0x80), (byte)((value >> 7) | 0x80), (byte)(value >> 14)];

    private static string Text((Opcode Opcode, byte[] Payload) frame) => Text(frame.Opcode, frame.Payload);

    private static string Text(Opcode opcode, ReadOnlySpan<byte> payload) =>
        $"{opcode} {Convert.ToHexString(payload)}";
}
