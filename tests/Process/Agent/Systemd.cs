using System.Net.Sockets;
using System.Text;

namespace LightMq.Process.Agent;

/// <summary>Listens as systemd does, and remembers what it was told.</summary>
internal sealed class Systemd : IDisposable
{
    private const int WaitMilliseconds = 30_000;
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly List<string> _told = [];
    private readonly Thread _thread;

    public Systemd(string path)
    {
        _socket.Bind(new UnixDomainSocketEndPoint(path));
        _thread = new Thread(Listen) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>How many lines begin so.</summary>
    public int Count(string begin)
    {
        lock (_told) return _told.Count(line => line.StartsWith(begin, StringComparison.Ordinal));
    }

    /// <summary>Waits until so many lines begin so.</summary>
    public void WaitFor(string begin, int count = 1)
    {
        for (var until = Environment.TickCount64 + WaitMilliseconds; Count(begin) < count; Thread.Sleep(20))
            if (Environment.TickCount64 > until)
                lock (_told) throw new InvalidOperationException($"no {begin}: {string.Join('\n', _told)}");
    }

    public void Dispose() => _socket.Dispose();

    private void Listen()
    {
        var bytes = new byte[1_024];
        try
        {
            while (true)
            {
                var line = Encoding.UTF8.GetString(bytes, 0, _socket.Receive(bytes)).Trim();
                lock (_told) _told.Add(line);
            }
        }
        catch (Exception over) when (over is SocketException or ObjectDisposedException)
        {
        }
    }
}
