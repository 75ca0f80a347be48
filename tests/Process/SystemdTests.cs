using System.Net.Sockets;
using System.Text;
using LightMq.Process.Broker;
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

    private static string Receive(Socket socket)
    {
        var bytes = new byte[256];
        return Encoding.ASCII.GetString(bytes, 0, socket.Receive(bytes)).Trim();
    }
}
