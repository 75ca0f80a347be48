using System.Net.Sockets;
using LightMq.Tests.Stages;
using Xunit;

namespace LightMq.Tests.Hostile;

/// <summary>Many peers at once that want nothing good, on real sockets.</summary>
public sealed class FloodTests
{
    private const int Peers = 1_000;

    [Fact]
    public void A_thousand_peers_that_send_one_byte_are_ended_and_harm_nobody()
    {
        using var broker = new LoopBroker(Transcript.Parse("flood", "!set ConnectSecondsMax=4"));
        var flood = Open(broker);
        try
        {
            foreach (var peer in flood) peer.Send([0x10]);
            Serve(broker);
            Assert.All(flood, peer => Assert.True(HasEnded(peer)));
        }
        finally
        {
            foreach (var peer in flood) peer.Dispose();
        }
        Serve(broker);
    }

    [Fact]
    public void Connections_beyond_the_bound_are_refused_and_those_within_it_stay()
    {
        const int within = 10;
        using var broker = new LoopBroker(Transcript.Parse("flood", $"!set ConnectionsMax={within}"));
        var flood = Open(broker);
        try
        {
            var accepted = new List<Socket>();
            for (var at = 0; at < flood.Length; at++)
            {
                var answer = Connect(flood[at], $"flood {at}");
                if (answer is [0x20, 2, 0, 0]) accepted.Add(flood[at]);
                // Server unavailable, or the end at once.
                else Assert.True(answer is [] or [0x20, 2, 0, 3], PacketText.Hex(answer));
            }
            Assert.InRange(accepted.Count, 1, within);
            foreach (var peer in accepted)
            {
                peer.Send([0xC0, 0]);
                Assert.Equal([0xD0, 0], Receive(peer, 2));
            }
        }
        finally
        {
            foreach (var peer in flood) peer.Dispose();
        }
    }

    private static Socket[] Open(LoopBroker broker) => [.. Enumerable.Range(0, Peers).Select(_ =>
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 20_000 };
        socket.Connect(broker.EndPoint);
        return socket;
    })];

    private static bool HasEnded(Socket socket)
    {
        try
        {
            return socket.Receive(new byte[1]) == 0;
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode != SocketError.TimedOut;
        }
    }

    // A whole conversation of somebody else.
    private static void Serve(LoopBroker broker)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 20_000 };
        socket.Connect(broker.EndPoint);
        Assert.Equal([0x20, 2, 0, 0], Connect(socket, "somebody else"));
        socket.Send(PacketText.Bytes("""82 [00 01 "t" 00] 30 ["t" 'x']"""));
        Assert.Equal(PacketText.Bytes("""90 [00 01 00] 30 ["t" 'x']"""), Receive(socket, 11));
    }

    private static byte[] Connect(Socket socket, string clientId)
    {
        try
        {
            socket.Send(PacketText.Bytes($"10 [\"MQTT\" 04 02 00 3c \"{clientId}\"]"));
            return Receive(socket, 4);
        }
        catch (SocketException)
        {
            return [];
        }
    }

    private static byte[] Receive(Socket socket, int count)
    {
        var bytes = new byte[count];
        var received = 0;
        while (received < count && socket.Receive(bytes.AsSpan(received)) is var more and > 0)
            received += more;
        return bytes[..received];
    }
}
