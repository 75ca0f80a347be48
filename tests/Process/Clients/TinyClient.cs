using System.Net;
using System.Net.Sockets;
using System.Text;
using LightMq.Mqtt;

namespace LightMq.Process.Clients;

/// <summary>
/// An MQTT 3.1.1 client without a will of its own: it sends what it is told and shows what comes. Broken
/// connections show as <see cref="SocketException"/>.
/// </summary>
internal sealed class TinyClient : IDisposable
{
    private const int ReplySecondsMax = 30;

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private byte[] _received = new byte[65_536];
    private int _start;
    private int _end;

    private TinyClient(int port)
    {
        _socket.Connect(IPAddress.Loopback, port);
        _socket.SendTimeout = ReplySecondsMax * 1_000;
    }

    public bool SessionPresent { get; private set; }

    public Socket Socket => _socket;

    /// <summary>Only the TCP connection.</summary>
    public static TinyClient Open(int port) => new(port);

    /// <summary>Connects and takes CONNACK.</summary>
    public static TinyClient Connect(
        int port, string id, bool clean = true, ushort keepAlive = 60, string? user = null,
        string? password = null)
    {
        var fields = new ConnectFields
        {
            ClientId = Encoding.UTF8.GetBytes(id), CleanSession = clean, KeepAliveSeconds = keepAlive,
        };
        if (user is not null)
            fields = fields with
            {
                UserName = Encoding.UTF8.GetBytes(user),
                Password = Encoding.UTF8.GetBytes(password ?? ""),
            };
        return Connect(port, fields);
    }

    /// <summary>The same with fields of the caller's.</summary>
    public static TinyClient Connect(int port, ConnectFields fields)
    {
        var client = new TinyClient(port);
        var packet = new byte[512];
        client.Send(packet.AsSpan(0, PacketWriter.Connect(packet, fields)));
        var answer = client.Expect(PacketType.ConnAck);
        client.SessionPresent = answer.SessionPresent;
        if (answer.Code == ConnectCode.Accepted) return client;
        client.Dispose();
        throw new InvalidOperationException($"CONNACK {answer.Code}");
    }

    public void Send(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty) bytes = bytes[_socket.Send(bytes)..];
    }

    public void Publish(string topic, byte[] payload, int qos = 0, ushort id = 0, bool dup = false,
        bool retain = false)
    {
        var name = Encoding.UTF8.GetBytes(topic);
        var packet = new byte[PacketWriter.PublishSize(name.Length, payload.Length, qos)];
        Send(packet.AsSpan(0, PacketWriter.Publish(packet, name, payload, qos, dup, retain, id)));
    }

    public byte[] Subscribe(string filter, int qos)
    {
        var packet = new byte[256];
        Send(packet.AsSpan(0, PacketWriter.Subscribe(packet, 1, Encoding.UTF8.GetBytes(filter), qos)));
        return Expect(PacketType.SubAck).Codes;
    }

    public void Ack(PacketType type, ushort id)
    {
        Span<byte> packet = stackalloc byte[8];
        Send(packet[..PacketWriter.Ack(packet, type, id)]);
    }

    public void Ping()
    {
        Span<byte> packet = stackalloc byte[8];
        Send(packet[..PacketWriter.PingReq(packet)]);
        Expect(PacketType.PingResp);
    }

    public void Disconnect()
    {
        Span<byte> packet = stackalloc byte[8];
        Send(packet[..PacketWriter.Disconnect(packet)]);
        Dispose();
    }

    /// <summary>The next packet, or null if none comes in time.</summary>
    public Packet? Next(int milliseconds)
    {
        while (true)
        {
            if (FrameReader.TryRead(_received.AsSpan(_start, _end - _start), 1 << 20, out var frame))
            {
                var packet = Packet.Of(frame);
                _start += frame.Length;
                return packet;
            }
            if (!_socket.Poll(milliseconds * 1_000, SelectMode.SelectRead)) return null;
            Fill();
        }
    }

    /// <summary>Packets already here, and at least one if it comes in time.</summary>
    public IEnumerable<Packet> Arrived(int milliseconds)
    {
        while (Next(milliseconds) is { } packet)
        {
            yield return packet;
            milliseconds = 0;
        }
    }

    /// <summary>Waits for a packet of this type; others are forgotten.</summary>
    public Packet Expect(PacketType type)
    {
        while (true)
        {
            var packet = Next(ReplySecondsMax * 1_000)
                ?? throw new TimeoutException($"no {type} within {ReplySecondsMax} s");
            if (packet.Type == type) return packet;
        }
    }

    public void Dispose() => _socket.Dispose();

    private void Fill()
    {
        if (_start > 0)
        {
            _received.AsSpan(_start, _end - _start).CopyTo(_received);
            (_start, _end) = (0, _end - _start);
        }
        if (_end == _received.Length) Array.Resize(ref _received, _received.Length * 2);
        var count = _socket.Receive(_received.AsSpan(_end));
        if (count == 0) throw new SocketException((int)SocketError.ConnectionReset);
        _end += count;
    }
}
