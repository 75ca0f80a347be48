using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace LightMq.Bench.Probes;

/// <summary>
/// One byte there and back over loopback between two threads that block: the floor of any answer.
/// </summary>
internal sealed record EchoProbe(double P50Microseconds, double P99Microseconds)
{
    public static EchoProbe Run(int rounds)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client =
            new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.Connect(listener.LocalEndpoint);
        var echo = new Thread(() => Echo(listener.AcceptSocket()));
        echo.Start();
        var one = new byte[1];
        var times = new double[rounds];
        for (var i = 0; i < rounds; i++)
        {
            var at = Stopwatch.GetTimestamp();
            client.Send(one);
            client.Receive(one);
            times[i] = Stopwatch.GetElapsedTime(at).TotalMicroseconds;
        }
        client.Shutdown(SocketShutdown.Both);
        echo.Join();
        Array.Sort(times);
        return new EchoProbe(times[rounds / 2], times[rounds * 99 / 100]);
    }

    private static void Echo(Socket peer)
    {
        using var socket = peer;
        socket.NoDelay = true;
        var one = new byte[1];
        while (socket.Receive(one) > 0) socket.Send(one);
    }
}
