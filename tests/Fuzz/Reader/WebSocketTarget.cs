using LightMq.Broker.Connections;
using LightMq.Fuzz.Mutation;
using LightMq.Net;
using LightMq.Net.WebSocket;

namespace LightMq.Fuzz.Reader;

/// <summary>
/// A WebSocket from its first byte on: the request, then frames. What lies inside, the answer and the close
/// frame are the same in any cut; pongs are not, for only the latest ping counts (RFC 6455, 5.5.3).
/// </summary>
internal sealed class WebSocketTarget : ITarget
{
    private const int BufferBytes = 65_536;

    public string Name => "websocket";

    public int Every => 1;

    // The answers, and the loop's own buffers once.
    public long AllocatedBytesMax(int length) => 300_000 + 64L * length;

    public byte[] InputOf(int seed)
    {
        var random = new Random(seed);
        var inside = new Mutator(random).Next().Bytes;
        var isAbout = random.Next(3);
        var head = isAbout == 0 ? WebSocketDamage.Head(random) : "GET /"u8.ToArray();
        if (isAbout > 0) head = System.Text.Encoding.ASCII.GetBytes(WebSocketDamage.Request);
        return [.. head, .. WebSocketDamage.Frames(random, inside, isAbout == 2).SelectMany(one => one)];
    }

    public Outcome Read(int seed, byte[] input, Cut cut)
    {
        var socket = new Pieces(input, cut);
        using var stream = new WebSocketStream(socket, UpgradeRules.Default);
        var inside = new List<byte>();
        var buffer = new byte[BufferBytes];
        var turns = 0;
        for (int count; (count = stream.Receive(buffer)) >= 0 && (count > 0 || socket.HasMore);)
        {
            inside.AddRange(buffer.AsSpan(0, count));
            if (stream.HasUnsent) stream.Send([]);
            if (++turns > input.Length + 8) throw new InvalidOperationException("it does not end");
        }
        stream.TryEnd(CloseReason.PeerGone);
        return new Outcome([.. inside, .. WithoutPongs(socket.Sent)], $"{stream.Failure}");
    }

    /// <summary>The answer, and the frames behind it that are no pong.</summary>
    private static IEnumerable<byte> WithoutPongs(List<byte> sent)
    {
        var bytes = sent.ToArray();
        var at = bytes.AsSpan().IndexOf("\r\n\r\n"u8) + 4;
        if (at < 4 || !bytes.AsSpan().StartsWith("HTTP/1.1 101"u8)) return bytes;
        var kept = bytes[..at].ToList();
        while (at < bytes.Length)
        {
            var length = FrameHead.Read(bytes.AsSpan(at), out var head);
            if (length == 0) throw new InvalidOperationException("half a frame was sent");
            length += (int)head.PayloadBytes;
            if (head.Opcode != Opcode.Pong) kept.AddRange(bytes.AsSpan(at, length));
            at += length;
        }
        return kept;
    }

    /// <summary>A socket that gives an input in pieces and keeps what it is given.</summary>
    private sealed class Pieces(byte[] input, Cut cut) : ISocketStream
    {
        private readonly IEnumerator<Range> _pieces = cut.Of(input.Length).GetEnumerator();
        private int _at;
        private int _end;

        public List<byte> Sent { get; } = [];

        public bool HasMore => _end < input.Length || _at < _end;

        public bool HasBuffered => false;

        public bool HasUnsent => false;

        public int Receive(Span<byte> to)
        {
            if (_at == _end)
            {
                if (!_pieces.MoveNext()) return -1;
                _end = _pieces.Current.End.Value;
            }
            var count = Math.Min(to.Length, _end - _at);
            input.AsSpan(_at, count).CopyTo(to);
            _at += count;
            return count;
        }

        public int Send(ReadOnlySpan<byte> bytes)
        {
            Sent.AddRange(bytes);
            return bytes.Length;
        }

        public bool TryEnd(CloseReason reason) => true;

        public void Dispose() => _pieces.Dispose();
    }
}
