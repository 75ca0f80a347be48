using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace LightMq.Bench.Servers;

/// <summary>A persistent client of an lmq listener that asks for what waits for it (LMQ-OFF-2).</summary>
internal sealed class PullClient : IDisposable
{
    public const string Group = "GID_bench", Key = "key", Secret = "secret";

    private readonly Socket _socket =
        new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _received = new byte[1 << 20];
    private readonly List<byte> _acknowledgements = [];
    private int _from;
    private int _to;

    /// <summary>Connects and waits for CONNACK.</summary>
    public PullClient(int port)
    {
        _socket.ReceiveTimeout = 30_000;
        _socket.Connect(IPAddress.Loopback, port);
        var signature = HMACSHA1.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes(Group));
        // User name, password, no clean session; a keep-alive of ten minutes.
        Send(0x10, [.. Text("MQTT"), 4, 0xC0, 2, 88, .. Text($"{Group}@@@puller"), .. Text(Key),
            .. Text(Convert.ToBase64String(signature))]);
        if (Next() is not [0x20, 2, _, 0]) throw new BenchFailed("the pulling client was not let in");
    }

    /// <summary>Subscribes with QoS 1 and waits for SUBACK.</summary>
    public void Subscribe(string filter)
    {
        Send(0x82, [0, 1, .. Text(filter), 1]);
        if (Next() is not [0x90, 3, 0, 1, 1]) throw new BenchFailed("the filter was not granted");
    }

    /// <summary>
    /// One request: the time until the last of its messages is here; all are acknowledged then.
    /// </summary>
    public double PullMilliseconds(string order, int count)
    {
        _acknowledgements.Clear();
        var from = Stopwatch.GetTimestamp();
        Send(0x30, [.. Text("$SYS/getOfflineMsg"),
            .. Encoding.ASCII.GetBytes($$"""{"pushOrder":"{{order}}","maxPushNum":{{count}}}""")]);
        for (var left = count; left > 0; left--)
        {
            var packet = Next();
            if ((packet[0] & 0xF6) != 0x32)
                throw new BenchFailed($"a packet {packet[0]:x2} among the messages");
            var body = packet[(packet[1] < 128 ? 2 : 3)..];
            var topic = BinaryPrimitives.ReadUInt16BigEndian(body);
            _acknowledgements.AddRange([0x40, 2, body[2 + topic], body[3 + topic]]);
        }
        var time = Stopwatch.GetElapsedTime(from).TotalMilliseconds;
        _socket.Send(_acknowledgements.ToArray());
        return time;
    }

    public void Dispose()
    {
        Send(0xE0, []);
        _socket.Dispose();
    }

    private static byte[] Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return [(byte)(bytes.Length >> 8), (byte)bytes.Length, .. bytes];
    }

    private void Send(byte head, byte[] body) => _socket.Send(body.Length < 128
        ? [head, (byte)body.Length, .. body]
        : [head, (byte)(body.Length % 128 | 128), (byte)(body.Length / 128), .. body]);

    /// <summary>The next whole packet, of at most 16 KiB.</summary>
    private ReadOnlySpan<byte> Next()
    {
        while (true)
        {
            var rest = _received.AsSpan(_from, _to - _from);
            if (rest.Length >= 2)
            {
                var length = rest[1] < 128 ? 2 + rest[1]
                    : rest.Length < 3 ? int.MaxValue : 3 + rest[1] % 128 + rest[2] * 128;
                if (rest.Length >= length)
                {
                    _from += length;
                    return rest[..length];
                }
            }
            rest.CopyTo(_received);
            (_from, _to) = (0, rest.Length);
            var count = _socket.Receive(_received.AsSpan(_to));
            if (count == 0) throw new BenchFailed("the broker closed the pulling client");
            _to += count;
        }
    }
}
