using System.Net;
using System.Net.Sockets;
using LightMq.Broker;
using LightMq.Broker.Settings;
using Xunit;

namespace LightMq.Unit.Net;

/// <summary>Peers that are gone while back-pressure keeps the broker from reading them.</summary>
public sealed class LostPeerTests
{
    private static readonly BrokerOptions OneMessage =
        new() { QueueMessagesMax = 1, ParkedPacketsMax = 1, AckHoldMilliseconds = 0 };

    [Fact]
    public void A_peer_that_left_is_let_go_after_ten_seconds_without_spinning()
    {
        var clock = new ShiftedTime();
        using var loop = new RunningLoop(IPAddress.Loopback, OneMessage, clock);
        var publisher = Stopped(loop);
        publisher.Dispose();
        Assert.False(loop.Sees(BrokerEventKind.ClientClosed, 300));
        var before = loop.Loop.Turns;
        Assert.False(loop.Sees(BrokerEventKind.ClientClosed, 200));
        Assert.InRange(loop.Loop.Turns - before, 0, 20);
        clock.Advance(TimeSpan.FromSeconds(10));
        loop.Nudge();
        Assert.True(loop.Sees(BrokerEventKind.ClientClosed, 10_000));
    }

    [Fact]
    public void A_peer_that_left_is_read_to_its_end_when_there_is_room_in_time()
    {
        var clock = new ShiftedTime();
        using var loop = new RunningLoop(IPAddress.Loopback, OneMessage, clock);
        Stopped(loop).Dispose();
        Assert.False(loop.Sees(BrokerEventKind.ClientClosed, 300));
        using var reader = loop.Open();
        reader.Send(Connect('r', clean: false));
        Receive(reader, 4);
        var packet = new byte[8];
        // The message that filled the queue, then the one that waited for room.
        for (var i = 0; i < 2; i++)
        {
            Receive(reader, packet);
            reader.Send([0x40, 2, packet[5], packet[6]]);
        }
        Assert.True(loop.Sees(BrokerEventKind.ClientClosed, 10_000));
        clock.Advance(TimeSpan.FromSeconds(10));
        reader.Send([0xc0, 0]);
        Assert.NotEqual(0, reader.Receive(packet));
    }

    [Fact]
    public void Accepted_sockets_probe_a_silent_peer()
    {
        using var loop = new RunningLoop(IPAddress.Loopback);
        using var peer = loop.Open();
        peer.Send(Connect('k', clean: true));
        peer.Receive(new byte[4]);
        // /proc/net/tcp, proc(5): the accepted side shows timer 2, keep-alive.
        var local = $":{loop.EndPoint.Port:X4} ";
        var line = File.ReadLines("/proc/net/tcp").First(text =>
            text.Split(' ', StringSplitOptions.RemoveEmptyEntries) is var words
            && words[1].EndsWith(local.Trim(), StringComparison.Ordinal) && words[3] == "01");
        Assert.StartsWith("02:", line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[5]);
    }

    /// <summary>A publisher that the broker has stopped reading, because its subscriber is away.</summary>
    private static Socket Stopped(RunningLoop loop)
    {
        using (var subscriber = loop.Open())
        {
            subscriber.Send([.. Connect('r', clean: false), 0x82, 6, 0, 1, 0, 1, (byte)'t', 1]);
            Receive(subscriber, 9);
            subscriber.Send([0xe0, 0]);
            Assert.Equal(0, subscriber.Receive(new byte[1]));
        }
        Assert.True(loop.Sees(BrokerEventKind.ClientClosed, 10_000));
        var publisher = loop.Open();
        publisher.Send(Connect('p', clean: true));
        Receive(publisher, 4);
        for (byte i = 1; i <= 5; i++) publisher.Send([0x32, 6, 0, 1, (byte)'t', 0, i, 7]);
        Receive(publisher, 4);
        Assert.True(loop.Sees(BrokerEventKind.BackPressure, 10_000));
        return publisher;
    }

    private static byte[] Connect(char client, bool clean) =>
        [0x10, 13, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, clean ? (byte)2 : (byte)0, 0, 0, 0, 1, (byte)client];

    private static void Receive(Socket socket, int count) => Receive(socket, new byte[count]);

    private static void Receive(Socket socket, Span<byte> to)
    {
        while (!to.IsEmpty)
        {
            var count = socket.Receive(to);
            Assert.NotEqual(0, count);
            to = to[count..];
        }
    }

    private sealed class ShiftedTime : TimeProvider
    {
        private long _shift;

        public override long GetTimestamp() => base.GetTimestamp() + Volatile.Read(ref _shift);

        public void Advance(TimeSpan time) =>
            Interlocked.Add(ref _shift, (long)(time.TotalSeconds * TimestampFrequency));
    }
}
