using System.Net.Sockets;
using System.Text;
using LightMq.Process.Broker;
using LightMq.Process.Clients;
using Xunit;

namespace LightMq.Process;

/// <summary>What systemd is told: ready, alive while idle, stopping.</summary>
public sealed class SystemdTests
{
    [Fact]
    public void It_is_told_of_ready_alive_and_stopping()
    {
        using var scratch = new Scratch();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(scratch["notify"]));
        socket.ReceiveTimeout = 10_000;
        using var broker = BrokerProcess.StartAsService(scratch["data"], scratch["notify"], 600);
        var seen = new List<string>();
        // An idle broker goes on saying that it lives.
        while (seen.Count(static line => line == "WATCHDOG=1") < 5 || !seen.Contains("READY=1"))
        {
            seen.Add(Receive(socket));
            Assert.True(seen.Count < 50, string.Join(' ', seen));
        }
        Assert.Equal(0, broker.Terminate());
        while (Receive(socket) != "STOPPING=1")
        {
        }
    }

    [Fact]
    public void It_is_told_also_while_a_flood_holds_every_descriptor()
    {
        using var scratch = new Scratch();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(scratch["notify"]));
        socket.ReceiveTimeout = 10_000;
        using var broker = BrokerProcess.StartAsService(scratch["data"], scratch["notify"], 600, 200);
        Assert.Contains("10000 connections are allowed but only 200 file descriptors", broker.Log);
        // A just-in-time build loads its assemblies on first use, which takes descriptors as well.
        Receive(socket, isStatus: true);
        TinyClient.Connect(broker.Port, "first").Disconnect();
        var peers = Enumerable.Range(0, 400).Select(_ => TinyClient.Open(broker.Port)).ToList();
        Thread.Sleep(1_000);
        Assert.Contains("No file descriptor left", broker.Log);
        while (socket.Poll(0, SelectMode.SelectRead)) Receive(socket);
        for (var i = 0; i < 3; i++) Assert.Equal("WATCHDOG=1", Receive(socket));
        peers.ForEach(static peer => peer.Dispose());
        Assert.True(broker.Terminate() == 0, broker.Log);
    }

    [Fact]
    public void Its_status_line_tells_clients_and_what_waits()
    {
        using var scratch = new Scratch();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(scratch["notify"]));
        socket.ReceiveTimeout = 10_000;
        using var broker = BrokerProcess.StartAsService(scratch["data"], scratch["notify"], 600_000);
        WaitFor("STATUS=0 clients, 0 messages wait, disk works");
        using (var subscriber = TinyClient.Connect(broker.Port, "away", clean: false))
        {
            subscriber.Subscribe("plant/#", 1);
            WaitFor("STATUS=1 client, 0 messages wait, disk works");
            subscriber.Disconnect();
        }
        using var publisher = TinyClient.Connect(broker.Port, "sensor");
        for (ushort i = 1; i <= 3; i++) publisher.Publish("plant/a", [1], qos: 1, id: i);
        WaitFor("STATUS=1 client, 3 messages wait, disk works");

        void WaitFor(string line)
        {
            while (Receive(socket, isStatus: true) != line)
            {
            }
        }
    }

    /// <summary>The next message; the status line, or anything else.</summary>
    private static string Receive(Socket socket, bool isStatus = false)
    {
        var bytes = new byte[256];
        while (true)
        {
            var text = Encoding.ASCII.GetString(bytes, 0, socket.Receive(bytes)).Trim();
            if (text.StartsWith("STATUS=", StringComparison.Ordinal) == isStatus) return text;
        }
    }
}
