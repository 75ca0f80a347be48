using System.Net;
using System.Net.Sockets;
using System.Text;
using LightMq.Broker.Settings;
using LightMq.Net;
using LightMq.Net.Door;
using LightMq.Net.Linux;
using Xunit;

namespace LightMq.Unit.Net;

/// <summary>Limits at the door, on both sides of each; the Flash policy port (LMQ-NET-3).</summary>
public sealed class DoorTests
{
    private static readonly byte[] Connect = [0x10, 13, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 0, 0, 1, 0x61];

    [Theory]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("0.0.0.1", "0:0:0:1::", false)]
    [InlineData("::ffff:0:192.0.2.1", "192.0.2.1", false)]
    public void Whom_an_address_counts_as(string one, string other, bool isSame) =>
        Assert.Equal(isSame, KeyOf(one) == KeyOf(other));

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.255.0.9", true)]
    [InlineData("::1", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("128.0.0.1", false)]
    [InlineData("126.255.255.255", false)]
    [InlineData("fe80::1", false)]
    public void What_is_loopback(string address, bool isLoopback) =>
        Assert.Equal(isLoopback, KeyOf(address).IsLoopback);

    [Fact]
    public void An_address_has_so_many_places_and_no_more()
    {
        var tally = new AddressTally(2, isLoopbackBound: false);
        var (one, other, here) = (KeyOf("192.0.2.1"), KeyOf("192.0.2.2"), KeyOf("127.0.0.1"));
        Assert.True(tally.TryEnter(one));
        Assert.True(tally.TryEnter(one));
        Assert.False(tally.TryEnter(one));
        Assert.True(tally.TryEnter(other));
        tally.Leave(one);
        Assert.True(tally.TryEnter(one));
        Assert.False(tally.TryEnter(one));
        for (var i = 0; i < 10; i++) Assert.True(tally.TryEnter(here));
        var boundless = new AddressTally(0, isLoopbackBound: true);
        for (var i = 0; i < 10; i++) Assert.True(boundless.TryEnter(one));
    }

    [Fact]
    public void A_second_s_worth_is_let_in_at_once_and_then_the_pace_holds()
    {
        var counters = new DoorCounters();
        var pace = new AcceptPace(10, counters);
        for (var i = 0; i < 10; i++) Assert.True(pace.TryTake(1_000, out _));
        Assert.False(pace.TryTake(1_000, out var againAt));
        Assert.Equal(1_100, againAt);
        Assert.Equal(1, counters.AcceptsPaused);
        Assert.False(pace.TryTake(1_099, out againAt));
        Assert.Equal(1_100, againAt);
        Assert.True(pace.TryTake(1_100, out _));
        Assert.False(pace.TryTake(1_100, out _));
        // However long nobody came, the bucket holds a second's worth.
        for (var i = 0; i < 10; i++) Assert.True(pace.TryTake(60_000, out _));
        Assert.False(pace.TryTake(60_000, out _));
        var boundless = new AcceptPace(0, counters);
        for (var i = 0; i < 10_000; i++) Assert.True(boundless.TryTake(0, out _));
    }

    [Fact]
    public void Over_all_time_no_more_come_in_than_the_pace_allows()
    {
        var pace = new AcceptPace(7, new DoorCounters());
        var chance = new Random(7);
        var (now, taken) = (0L, 0);
        while (now < 100_000)
        {
            if (pace.TryTake(now, out var againAt)) taken++;
            else now = againAt;
            if (chance.Next(20) == 0) now += chance.Next(50);
        }
        Assert.InRange(taken, 690, 7 + 700 + 1);
    }

    [Fact]
    public void A_crowd_waits_in_the_backlog_and_is_served_in_the_end()
    {
        using var loop = new RunningLoop(
            IPAddress.Loopback, door: new DoorLimits { ConnectsPerSecondMax = 8 });
        var crowd = Enumerable.Range(0, 12).Select(_ => loop.Open()).ToArray();
        foreach (var socket in crowd)
        {
            socket.Send(Connect);
            Assert.Equal(4, socket.Receive(new byte[4]));
        }
        Assert.InRange(loop.Loop.Door.AcceptsPaused, 1, 100);
        foreach (var socket in crowd) socket.Dispose();
    }

    [Fact]
    public void Beyond_an_address_s_places_a_peer_is_closed_and_counted()
    {
        using var loop = new RunningLoop(IPAddress.Loopback,
            door: new DoorLimits { ConnectionsPerAddressMax = 2, IsLoopbackBound = true });
        using var one = loop.Open();
        using (var other = loop.Open())
        {
            Assert.True(IsServed(one, 'a') && IsServed(other, 'b'));
            using (var third = loop.Open()) Assert.False(IsServed(third, 'c'));
            Assert.Equal(1, loop.Loop.Door.Of(Refusal.AddressFull));
            Assert.Equal(Refusal.AddressFull, Assert.Single(loop.TurnedAway).Refusal);
            other.Shutdown(SocketShutdown.Both);
            while (other.Receive(new byte[10]) > 0) { }
        }
        // The place is free when the broker has closed its side as well.
        for (var tries = 0; tries < 100; tries++)
        {
            using var next = loop.Open();
            if (IsServed(next, 'd')) return;
        }
        Assert.Fail("the place did not become free");
    }

    [Theory]
    [InlineData(23)]
    [InlineData(1)]
    public void Flash_gets_its_policy(int cut)
    {
        using var loop = new RunningLoop(IPAddress.Loopback, transport: ListenerTransport.FlashPolicy);
        using var peer = new WebSocketPeer(loop.Open());
        peer.Socket.NoDelay = true;
        foreach (var piece in "<policy-file-request/>\0"u8.ToArray().Chunk(cut)) peer.Send(piece);
        var policy = Encoding.ASCII.GetString(peer.Rest());
        Assert.EndsWith("</cross-domain-policy>\0", policy);
        Assert.Contains("<allow-access-from domain=\"*\" to-ports=\"\"/>", policy);
        Assert.Empty(loop.TurnedAway);
    }

    [Fact]
    public void The_policy_names_the_other_ports()
    {
        using var tcp = Bind(ListenerTransport.Tcp);
        using var ws = Bind(ListenerTransport.WebSocket);
        using var flash = Bind(ListenerTransport.FlashPolicy);
        var policy = Encoding.ASCII.GetString(FlashPolicyStream.PolicyOf([tcp, flash, ws]));
        Assert.Contains($"to-ports=\"{tcp.EndPoint.Port},{ws.EndPoint.Port}\"", policy);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("<policy-file-requesT/>\0")]
    [InlineData("<policy-file-request/> ")]
    public void Others_get_no_policy(string request)
    {
        using var loop = new RunningLoop(IPAddress.Loopback, transport: ListenerTransport.FlashPolicy);
        using var peer = new WebSocketPeer(loop.Open());
        peer.Send(Encoding.ASCII.GetBytes(request));
        Assert.Empty(peer.Rest());
        Assert.Equal(1, loop.Loop.Door.Of(Refusal.Policy));
    }

    [Fact]
    public void Who_does_not_ask_for_the_policy_in_time_is_closed()
    {
        using var loop = new RunningLoop(IPAddress.Loopback, new BrokerOptions { ConnectSecondsMax = 1 },
            transport: ListenerTransport.FlashPolicy);
        using var peer = new WebSocketPeer(loop.Open());
        peer.Send("<policy"u8);
        Assert.Empty(peer.Rest());
    }

    [Fact]
    public void Http_on_the_mqtt_port_is_counted()
    {
        using var loop = new RunningLoop(IPAddress.Loopback);
        using var peer = new WebSocketPeer(loop.Open());
        peer.Send("GET / HTTP/1.1\r\n\r\n"u8);
        Assert.Empty(peer.Rest());
        Assert.Equal(1, loop.Loop.Door.Of(Refusal.HttpBytes));
    }

    private static bool IsServed(Socket socket, char clientId)
    {
        try
        {
            socket.Send([.. Connect[..^1], (byte)clientId]);
            return socket.Receive(new byte[4]) == 4;
        }
        catch (SocketException error) when (error.SocketErrorCode is SocketError.ConnectionReset
            or SocketError.Shutdown)
        {
            return false;
        }
    }

    private static Listener Bind(ListenerTransport transport) =>
        Listener.Bind(new IPEndPoint(IPAddress.Loopback, 0), new ListenerOptions(), transport);

    private static AddressKey KeyOf(string address)
    {
        var bytes = new byte[KernelAddress.BytesMax];
        KernelAddress.Write(bytes, new IPEndPoint(IPAddress.Parse(address), 5));
        return AddressKey.Of(bytes);
    }
}
