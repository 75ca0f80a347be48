using System.Net;
using System.Net.Sockets;
using LightMq.Net;
using LightMq.Net.Linux;
using Xunit;

namespace LightMq.Unit.Net;

/// <summary>The loop with real sockets: addresses, cuts, partial writes, last words, stop.</summary>
public sealed class LoopTests
{
    // CONNECT, client id "a", clean session, keep-alive 0.
    private static readonly byte[] Connect = [0x10, 13, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 0, 0, 1, 0x61];
    private static readonly byte[] Accepted = [0x20, 2, 0, 0];
    private static readonly byte[] Ping = [0xc0, 0];
    private static readonly byte[] Pong = [0xd0, 0];

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("::")]
    public void Clients_are_served(string address)
    {
        var ip = IPAddress.Parse(address);
        if (ip.AddressFamily == AddressFamily.InterNetworkV6 && !Socket.OSSupportsIPv6) return;
        using var loop = new RunningLoop(ip);
        using var socket = loop.Open();
        socket.Send(Connect);
        Assert.Equal(Accepted, Receive(socket, 4));
    }

    [Fact]
    public void IPv4_is_served_at_the_address_of_all_IPv6()
    {
        if (!Socket.OSSupportsIPv6) return;
        using var loop = new RunningLoop(IPAddress.IPv6Any);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(IPAddress.Loopback, loop.EndPoint.Port);
        socket.Send(Connect);
        Assert.Equal(Accepted, Receive(socket, 4));
    }

    [Fact]
    public void Without_IPv6_in_the_kernel_all_addresses_are_those_of_IPv4_and_no_other_is_replaced()
    {
        static int WithoutIPv6(int family, IPEndPoint about) =>
            family == Libc.Inet ? 5 : throw new LoopError("socket", Errno.FamilyNotSupported, $"{about}");
        var all = new IPEndPoint(IPAddress.IPv6Any, 1883);
        Assert.Equal(5, Listener.Open(ref all, WithoutIPv6));
        Assert.Equal(new IPEndPoint(IPAddress.Any, 1883), all);
        var own = new IPEndPoint(IPAddress.IPv6Loopback, 1883);
        var wrong = Assert.Throws<LoopError>(() => Listener.Open(ref own, WithoutIPv6));
        Assert.Equal("[::1]:1883", wrong.About);
        var full = new IPEndPoint(IPAddress.IPv6Any, 1883);
        Assert.Throws<LoopError>(() => Listener.Open(ref full, static (_, _) =>
            throw new LoopError("socket", Errno.FilesExhausted)));
    }

    [Fact]
    public void Packets_may_come_in_any_cut()
    {
        using var loop = new RunningLoop(IPAddress.Loopback);
        using var socket = loop.Open();
        socket.NoDelay = true;
        foreach (var one in Connect) socket.Send([one]);
        Assert.Equal(Accepted, Receive(socket, 4));
        socket.Send([.. Ping, .. Ping, .. Ping]);
        Assert.Equal([.. Pong, .. Pong, .. Pong], Receive(socket, 6));
    }

    [Fact]
    public async Task What_the_peer_does_not_take_at_once_follows_in_order()
    {
        const int Packets = 200, Bytes = 60_000;
        using var loop = new RunningLoop(IPAddress.Loopback, new() { OutboxBytesMax = 1 << 20 });
        using var reader = loop.Open();
        reader.ReceiveBufferSize = 65_536;
        reader.Send([.. Connect, 0x82, 6, 0, 1, 0, 1, (byte)'t', 1]);
        Assert.Equal([.. Accepted, 0x90, 3, 0, 1, 1], Receive(reader, 9));
        using var writer = loop.Open();
        writer.Send([.. Connect[..^1], (byte)'b']);
        Receive(writer, 4);
        var acknowledgements = Task.Run(() => Receive(writer, 4 * Packets));
        for (var i = 1; i <= Packets; i++) writer.Send(Publish(i, Bytes));
        for (var i = 1; i <= Packets; i++)
        {
            var packet = Receive(reader, Publish(i, Bytes).Length);
            Assert.Equal(Publish(i, Bytes)[4..7], packet[4..7]);
            Assert.Equal((byte)i, packet[^1]);
            reader.Send([0x40, 2, packet[7], packet[8]]);
        }
        Assert.Equal(4 * Packets, (await acknowledgements).Length);
    }

    [Fact]
    public void A_refusal_is_heard_although_the_client_goes_on_sending()
    {
        using var loop = new RunningLoop(IPAddress.Loopback);
        using var socket = loop.Open();
        byte[] unknownLevel = [.. Connect[..8], 9, .. Connect[9..]];
        socket.Send([.. unknownLevel, .. new byte[50_000]]);
        Assert.Equal([0x20, 2, 0, 1], Receive(socket, 4));
        Assert.Equal(0, socket.Receive(new byte[1]));
    }

    [Fact]
    public void A_stop_lets_go_of_clients_and_ends_cleanly()
    {
        using var loop = new RunningLoop(IPAddress.Loopback);
        using var socket = loop.Open();
        socket.Send(Connect);
        Receive(socket, 4);
        loop.Stop();
        Assert.True(loop.Loop.StoppedCleanly);
        Assert.Equal(0, socket.Receive(new byte[1]));
        Assert.Throws<SocketException>(loop.Open);
    }

    [Fact]
    public void A_nudge_makes_it_turn()
    {
        using var loop = new RunningLoop(IPAddress.Loopback);
        var before = loop.Loop.Turns;
        loop.Nudge();
        Assert.True(SpinWait.SpinUntil(() => loop.Loop.Turns > before, 10_000));
    }

    [Fact]
    public void An_address_in_use_is_named()
    {
        using var loop = new RunningLoop(IPAddress.Loopback);
        var refused = Assert.Throws<LoopError>(() => Listener.Bind(loop.EndPoint, new()));
        Assert.Equal(Errno.AddressInUse, refused.Number);
        Assert.Contains(loop.EndPoint.ToString(), refused.Message);
    }

    private static byte[] Publish(int id, int payload)
    {
        var rest = 2 + 1 + 2 + payload;
        var packet = new byte[1 + 3 + rest];
        packet[0] = 0x32;
        packet[1] = (byte)(rest | 0x80);
        packet[2] = (byte)((rest >> 7) | 0x80);
        packet[3] = (byte)(rest >> 14);
        packet[5] = 1;
        packet[6] = (byte)'t';
        packet[7] = (byte)(id >> 8);
        packet[8] = (byte)id;
        packet[^1] = (byte)id;
        return packet;
    }

    private static byte[] Receive(Socket socket, int count)
    {
        var bytes = new byte[count];
        for (var got = 0; got < count;)
        {
            var more = socket.Receive(bytes.AsSpan(got));
            Assert.NotEqual(0, more);
            got += more;
        }
        return bytes;
    }
}
