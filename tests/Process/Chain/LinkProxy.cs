using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace LightMq.Process.Chain;

/// <summary>
/// A TCP proxy on loopback that stands for the wide-area link between two programs: it delays, loses, cuts,
/// stalls and corrupts. What is lost comes one round trip later, and all behind it with it, as TCP does it;
/// that TCP also sends less afterwards is not imitated.
/// </summary>
internal sealed class LinkProxy : IDisposable
{
    private const int SegmentBytes = 1_460, UnderWayBytesMax = 8 << 20;

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly ConcurrentDictionary<Passage, bool> _passages = [];
    private readonly Lock _chance = new();
    private readonly Random _random;
    private volatile int _corruptUp;

    /// <summary>Starts to listen.</summary>
    /// <param name="targetPort">Where it leads to, on loopback.</param>
    /// <param name="seed">Of what is lost.</param>
    public LinkProxy(int targetPort, int seed = 1)
    {
        (TargetPort, _random) = (targetPort, new Random(seed));
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(64);
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        new Thread(Accept) { IsBackground = true, Name = "proxy" }.Start();
    }

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>Where it leads to; counts for connections made from now on.</summary>
    public int TargetPort { get; set; }

    /// <summary>How long bytes take, one way.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Part of all segments that are lost at first, 0 to 1.</summary>
    public double Loss { get; set; }

    /// <summary>Whether the link is down: connections end at once.</summary>
    public bool IsDown { get; set; }

    /// <summary>Whether nothing passes while connections stay.</summary>
    public bool IsStalled { get; set; }

    /// <summary>Connections made so far.</summary>
    public int Connections { get; private set; }

    /// <summary>Connections that were reset by <see cref="Cut"/>.</summary>
    public int Cuts { get; private set; }

    /// <summary>Resets all connections.</summary>
    public void Cut()
    {
        foreach (var passage in _passages.Keys)
        {
            Cuts++;
            passage.Reset();
        }
    }

    /// <summary>One bit of the next segment toward the target is wrong.</summary>
    public void CorruptNext() => _corruptUp = 1;

    public void Dispose()
    {
        _listener.Dispose();
        foreach (var passage in _passages.Keys) passage.Reset();
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                var client = _listener.Accept();
                Connections++;
                if (IsDown || Connect() is not { } server)
                {
                    client.LingerState = new LingerOption(true, 0);
                    client.Dispose();
                    continue;
                }
                var passage = new Passage(this, client, server);
                _passages[passage] = true;
                passage.Start();
            }
        }
        catch (Exception wrong) when (wrong is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private Socket? Connect()
    {
        var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            server.Connect(IPAddress.Loopback, TargetPort);
            return server;
        }
        catch (SocketException)
        {
            server.Dispose();
            return null;
        }
    }

    private bool IsLost()
    {
        if (Loss <= 0) return false;
        lock (_chance) return _random.NextDouble() < Loss;
    }

    /// <summary>One connection and its two directions.</summary>
    private sealed class Passage(LinkProxy link, Socket client, Socket server)
    {
        public void Start()
        {
            client.NoDelay = server.NoDelay = true;
            Pump(client, server, isUp: true);
            Pump(server, client, isUp: false);
        }

        public void Reset()
        {
            link._passages.TryRemove(this, out _);
            foreach (var socket in (Socket[])[client, server])
            {
                try
                {
                    socket.LingerState = new LingerOption(true, 0);
                }
                catch (Exception wrong) when (wrong is SocketException or ObjectDisposedException)
                {
                    // It is gone already.
                }
                socket.Dispose();
            }
        }

        private void Pump(Socket from, Socket to, bool isUp)
        {
            var underWay = new BlockingCollection<(long DueAt, byte[] Bytes)>();
            var bytes = new StrongBox();
            new Thread(() => Take(from, underWay, bytes, isUp)) { IsBackground = true }.Start();
            new Thread(() => Give(to, underWay, bytes)) { IsBackground = true }.Start();
        }

        private void Take(
            Socket from, BlockingCollection<(long DueAt, byte[] Bytes)> underWay, StrongBox bytes, bool isUp)
        {
            var buffer = new byte[64 << 10];
            long lastDue = 0;
            try
            {
                while (from.Receive(buffer) is > 0 and var count)
                {
                    for (var at = 0; at < count; at += SegmentBytes)
                    {
                        var segment = buffer[at..Math.Min(count, at + SegmentBytes)];
                        if (isUp && Interlocked.Exchange(ref link._corruptUp, 0) == 1)
                            segment[segment.Length / 2] ^= 0x10;
                        var trips = link.IsLost() ? 3 : 1;
                        lastDue = Math.Max(lastDue, Stopwatch.GetTimestamp()
                            + (long)(trips * link.Delay.TotalSeconds * Stopwatch.Frequency));
                        underWay.Add((lastDue, segment));
                    }
                    bytes.Add(count);
                    while (bytes.Value > UnderWayBytesMax) Thread.Sleep(1);
                }
                underWay.CompleteAdding();
            }
            catch (Exception wrong) when (wrong is SocketException or ObjectDisposedException)
            {
                Reset();
                underWay.CompleteAdding();
            }
        }

        private void Give(
            Socket to, BlockingCollection<(long DueAt, byte[] Bytes)> underWay, StrongBox bytes)
        {
            try
            {
                foreach (var (dueAt, segment) in underWay.GetConsumingEnumerable())
                {
                    while (link.IsStalled) Thread.Sleep(5);
                    var left = (dueAt - Stopwatch.GetTimestamp()) * 1_000 / Stopwatch.Frequency;
                    if (left > 0) Thread.Sleep((int)left);
                    for (var at = 0; at < segment.Length;) at += to.Send(segment.AsSpan(at));
                    bytes.Add(-segment.Length);
                }
                to.Shutdown(SocketShutdown.Send);
            }
            catch (Exception wrong) when (wrong is SocketException or ObjectDisposedException)
            {
                Reset();
            }
        }
    }

    private sealed class StrongBox
    {
        private long _value;

        public long Value => Interlocked.Read(ref _value);

        public void Add(long more) => Interlocked.Add(ref _value, more);
    }
}
