using System.Diagnostics;
using System.Net.Sockets;
using LightMq.Mqtt;
using LightMq.Process.Broker;
using LightMq.Process.Clients;
using Xunit;

namespace LightMq.Process;

/// <summary>
/// Peers that misbehave, beside one that does not: it must not notice, and memory must not grow.
/// </summary>
public sealed class HostilePeerTests(ITestOutputHelper output)
{
    private const int MemoryKilobytesMax = 160 * 1024;

    [Fact]
    public async Task A_thousand_connections_that_send_one_byte() => await Beside(broker =>
    {
        var peers = Enumerable.Range(0, 1_000).Select(_ => TinyClient.Open(broker.Port)).ToList();
        peers.ForEach(peer => peer.Send([0x10]));
        // Each is closed without a word when its time for a CONNECT is over.
        foreach (var peer in peers)
        {
            Assert.Throws<SocketException>(() => peer.Next(20_000));
            peer.Dispose();
        }
    }, "--set", "Limits:ConnectSecondsMax=2");

    [Fact]
    public async Task A_connect_flood() => await Beside(broker =>
    {
        for (var i = 0; i < 5_000; i++)
        {
            using var peer = TinyClient.Open(broker.Port);
            if (i % 2 == 0) peer.Send([0x10, 0x0c, 0, 4, (byte)'M', (byte)'Q']);
        }
    });

    [Fact]
    public async Task More_connections_than_allowed() => await Beside(broker =>
    {
        var peers = new List<TinyClient>();
        var refused = 0;
        for (var i = 0; i < 100; i++)
        {
            try
            {
                peers.Add(TinyClient.Connect(broker.Port, $"crowd{i}"));
            }
            catch (Exception wrong) when (wrong is SocketException or InvalidOperationException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, 50, 70);
        peers.ForEach(peer => peer.Dispose());
    }, "--set", "Limits:ConnectionsMax=50");

    [Fact]
    public async Task A_subscriber_that_never_reads() => await Beside(broker =>
    {
        using var deaf = TinyClient.Connect(broker.Port, "deaf");
        deaf.Subscribe("noise/#", 0);
        using var noisy = TinyClient.Connect(broker.Port, "noisy");
        var payload = new byte[10_000];
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < 20_000; i++) noisy.Publish("noise/x", payload);
        noisy.Ping();
        Thread.Sleep(5_000);
        Assert.Throws<SocketException>(() => ReadToEnd(deaf));
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 30);
    }, "--set", "Limits:SlowReaderSecondsMax=3");

    [Fact]
    public async Task A_half_open_peer_ends_by_keep_alive() => await Beside(broker =>
    {
        using var silent = TinyClient.Connect(broker.Port, "silent", keepAlive: 1);
        var clock = Stopwatch.StartNew();
        Assert.Throws<SocketException>(() => silent.Next(10_000));
        Assert.InRange(clock.Elapsed.TotalSeconds, 1.2, 5);
    });

    [Fact]
    public async Task Garbage_after_connect() => await Beside(broker =>
    {
        var random = new Random(7);
        for (var i = 0; i < 500; i++)
        {
            var garbage = new byte[random.Next(1, 2_000)];
            random.NextBytes(garbage);
            using var peer = i % 2 == 0
                ? TinyClient.Connect(broker.Port, $"garbage{i}") : TinyClient.Open(broker.Port);
            peer.Send(garbage);
            if (random.Next(2) == 0) continue;
            try
            {
                ReadToEnd(peer, 50);
            }
            catch (Exception wrong) when (wrong is SocketException or ProtocolError)
            {
            }
        }
    });

    [Fact]
    public async Task No_descriptors_left()
    {
        using var scratch = new Scratch();
        using var limited = BrokerProcess.StartLimited(scratch["data"], descriptors: 100);
        await Beside(limited, static broker =>
        {
            var peers = Enumerable.Range(0, 300).Select(_ => TinyClient.Open(broker.Port)).ToList();
            var before = broker.CpuTime;
            Thread.Sleep(1_000);
            // Peers it has no descriptor for are turned away; it does not spin on a listener that stays
            // ready.
            Assert.InRange((broker.CpuTime - before).TotalMilliseconds, 0, 500);
            Assert.InRange(peers.Count(static peer => peer.Socket.Poll(0, SelectMode.SelectRead)), 200, 300);
            peers.ForEach(static peer => peer.Dispose());
            for (var tries = 0; ; tries++)
            {
                try
                {
                    TinyClient.Connect(broker.Port, "there-is-room-again").Disconnect();
                    return;
                }
                catch (SocketException) when (tries < 50)
                {
                    Thread.Sleep(100);
                }
            }
        });
    }

    /// <summary>What the kernel still holds comes first, then the end, which is an exception.</summary>
    private static void ReadToEnd(TinyClient peer, int milliseconds = 20_000)
    {
        while (peer.Next(milliseconds) is not null)
        {
        }
    }

    /// <summary>
    /// A control client pings and publishes to itself throughout; each must come back soon.
    /// </summary>
    private async Task Beside(Action<BrokerProcess> attack, params string[] options)
    {
        using var scratch = new Scratch();
        using var broker = BrokerProcess.Start(scratch["data"], options);
        await Beside(broker, attack);
    }

    private async Task Beside(BrokerProcess broker, Action<BrokerProcess> attack)
    {
        using var control = TinyClient.Connect(broker.Port, "control");
        Assert.Equal([(byte)1], control.Subscribe("control/#", 1));
        using var isOver = new CancellationTokenSource();
        var slowest = TimeSpan.Zero;
        var rounds = 0;
        var beside = Task.Run(() =>
        {
            var clock = new Stopwatch();
            for (ushort id = 1; !isOver.IsCancellationRequested; id = (ushort)(id % 1_000 + 1), rounds++)
            {
                clock.Restart();
                control.Publish("control/x", [1, 2, 3], 1, id);
                var packet = control.Expect(PacketType.Publish);
                control.Ack(PacketType.PubAck, packet.Id);
                if (clock.Elapsed > slowest) slowest = clock.Elapsed;
                Thread.Sleep(10);
            }
        });
        await Task.Run(() => attack(broker));
        isOver.Cancel();
        await beside;
        output.WriteLine($"{rounds} rounds beside, slowest {slowest.TotalMilliseconds:F0} ms, "
            + $"peak {broker.PeakKilobytes} KiB");
        Assert.True(slowest < TimeSpan.FromSeconds(2), $"the control client waited {slowest}");
        Assert.InRange(broker.PeakKilobytes, 1, MemoryKilobytesMax);
        Assert.Equal(0, broker.Terminate());
    }
}
