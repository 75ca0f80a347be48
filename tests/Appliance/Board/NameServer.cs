using System.Net;
using System.Net.Sockets;

namespace LightMq.Appliance.Board;

/// <summary>
/// A name server of a captive network, at the host's port 53: whatever is asked for, the answer is 10.0.2.2.
/// </summary>
internal sealed class NameServer : IDisposable
{
    private const int HeaderBytes = 12;
    // A name by reference to the question, type A, class IN, 5 s, 4 bytes: 10.0.2.2.
    private static readonly byte[] Answer = [0xC0, HeaderBytes, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, 10, 0, 2, 2];

    private readonly UdpClient _socket = new(new IPEndPoint(IPAddress.Loopback, 53));

    public NameServer() => new Thread(Serve) { IsBackground = true, Name = "names" }.Start();

    public void Dispose() => _socket.Dispose();

    private void Serve()
    {
        try
        {
            while (true)
            {
                IPEndPoint? from = null;
                var question = _socket.Receive(ref from);
                if (question.Length > HeaderBytes + 5) _socket.Send(Reply(question), from);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private static byte[] Reply(byte[] question)
    {
        var end = HeaderBytes;
        while (question[end] != 0) end += question[end] + 1;
        var isAddress = question[end + 2] == 1;
        byte[] reply = [.. question[..(end + 5)], .. isAddress ? Answer : []];
        // An answer, recursion available, no error; one question, one or no record.
        (reply[2], reply[3], reply[7]) = (0x81, 0x80, isAddress ? (byte)1 : (byte)0);
        reply.AsSpan(8, 4).Clear();
        return reply;
    }
}

/// <summary>What a captive network puts in the place of everything: a page to log in at.</summary>
internal sealed class Portal : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public Portal()
    {
        _listener.Start();
        new Thread(Serve) { IsBackground = true, Name = "portal" }.Start();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How often somebody came.</summary>
    public int Visits { get; private set; }

    public void Dispose() => _listener.Dispose();

    private void Serve()
    {
        try
        {
            while (true)
            {
                using var visitor = _listener.AcceptTcpClient();
                Visits++;
                using var stream = visitor.GetStream();
                stream.Write("HTTP/1.1 302 Found\r\nLocation: http://portal.example/\r\n\r\n"u8);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException)
        {
            // The test is over.
        }
    }
}
