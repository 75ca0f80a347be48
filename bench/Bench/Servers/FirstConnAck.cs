using System.Net;
using System.Net.Sockets;

namespace LightMq.Bench.Servers;

/// <summary>One try to connect as a sensor would.</summary>
internal static class FirstConnAck
{
    private static readonly byte[] Connect =
        [0x10, 17, 0, 4, (byte)'M', (byte)'Q', (byte)'T', (byte)'T', 4, 2, 0, 60, 0, 5, .. "probe"u8];

    public static bool TryGet(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(IPAddress.Loopback, port);
            socket.Send(Connect);
            var answer = new byte[4];
            return socket.Receive(answer) == 4 && answer is [0x20, 2, _, 0];
        }
        catch (SocketException)
        {
            Thread.Sleep(1);
            return false;
        }
    }
}
