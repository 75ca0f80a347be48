using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using LightMq.Mqtt;

namespace LightMq.Tests.Stages;

/// <summary>Peers with real sockets, to whatever broker listens at an address.</summary>
/// <param name="broker">Where it listens.</param>
/// <param name="process">Ended with the stage.</param>
/// <param name="over">What lies over the socket; null: nothing.</param>
internal sealed class SocketStage(
    IPEndPoint broker, IDisposable process, Func<NetworkStream, Stream>? over = null) : IStage
{
    private const int PatienceMilliseconds = 15_000;

    private readonly Dictionary<string, Peer> _peers = [];

    public void Connect(string peer)
    {
        if (_peers.TryGetValue(peer, out var before)) before.Socket.Dispose();
        var socket = new Socket(broker.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
        };
        socket.Connect(broker);
        var stream = new NetworkStream(socket);
        _peers[peer] = new Peer(socket, over?.Invoke(stream) ?? stream);
    }

    public void Send(string peer, byte[] bytes)
    {
        try
        {
            _peers[peer].Send(bytes);
        }
        catch (Exception error) when (error is IOException or WebSocketException)
        {
            // The broker closed first; what it sent before is still to be read.
        }
    }

    public byte[] Receive(string peer, int count)
    {
        var from = _peers[peer];
        while (from.Received.Count < count && from.TryReceive()) { }
        var bytes = from.Take(Math.Min(count, from.Received.Count));
        from.Note(bytes);
        return bytes;
    }

    /// <summary>
    /// Every peer pings and waits for the answer, first the others and then the one in question: the broker
    /// has then handled what they sent, and what it had for this one came before the answer.
    /// </summary>
    public byte[] Pending(string peer)
    {
        var asked = _peers[peer];
        if (!asked.IsAccepted) throw new InvalidOperationException($"{peer} is not let in and cannot ping");
        foreach (var other in _peers.Values)
            if (other != asked && other.IsAccepted && !other.IsEnded) other.Ping();
        asked.Ping();
        if (asked.IsEnded) throw new Difference($"{peer} was closed");
        return asked.Take(asked.Received.Count);
    }

    public byte[] PendingAtEnd(string peer)
    {
        var from = _peers[peer];
        while (from.TryReceive()) { }
        if (!from.IsEnded) throw new Difference($"{peer} is still open");
        return from.Take(from.Received.Count);
    }

    public void Cut(string peer)
    {
        var from = _peers[peer];
        from.Socket.Shutdown(SocketShutdown.Send);
        PendingAtEnd(peer);
        from.Socket.Dispose();
    }

    public void Advance(int milliseconds) => throw new NotSupportedException();

    public void Restart() => throw new NotSupportedException();

    public void Dispose()
    {
        foreach (var peer in _peers.Values) peer.Socket.Dispose();
        process.Dispose();
    }

    private sealed class Peer(Socket socket, Stream stream)
    {
        private readonly byte[] _buffer = new byte[65_536];
        private byte[] _first = [];

        public Socket Socket => socket;

        public List<byte> Received { get; } = [];

        /// <summary>Whether CONNACK came with code 0: it may ping from now on.</summary>
        public bool IsAccepted => _first is [0x20, _, _, 0];

        public bool IsEnded { get; private set; }

        public byte[] Take(int count)
        {
            var bytes = Received.GetRange(0, count).ToArray();
            Received.RemoveRange(0, count);
            return bytes;
        }

        /// <summary>What a transcript took.</summary>
        public void Note(byte[] bytes) => _first = [.. _first, .. bytes.Take(4 - _first.Length)];

        public bool TryReceive()
        {
            if (IsEnded) return false;
            try
            {
                using var patience = new CancellationTokenSource(PatienceMilliseconds);
                var count = stream.ReadAsync(_buffer, patience.Token).AsTask().GetAwaiter().GetResult();
                IsEnded = count == 0;
                Received.AddRange(_buffer.AsSpan(0, count));
            }
            catch (OperationCanceledException)
            {
                return false;
            }
            catch (Exception error) when (error is IOException or WebSocketException)
            {
                IsEnded = true;
            }
            return !IsEnded;
        }

        public void Send(byte[] bytes) => stream.Write(bytes);

        // Leaves everything but the PINGRESP in Received.
        public void Ping()
        {
            Send([0xC0, 0]);
            for (var at = 0; ;)
            {
                var bytes = Received.ToArray().AsSpan(at);
                if (!FrameReader.TryRead(bytes, int.MaxValue, out var frame))
                {
                    if (TryReceive()) continue;
                    if (IsEnded) return;
                    throw new Difference("no PINGRESP");
                }
                if (frame.Type == PacketType.PingResp)
                {
                    Received.RemoveRange(at, frame.Length);
                    return;
                }
                at += frame.Length;
            }
        }
    }
}
