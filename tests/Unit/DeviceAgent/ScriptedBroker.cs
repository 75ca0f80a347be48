using System.Net;
using System.Net.Sockets;
using LightMq.Mqtt;
using Xunit;

namespace LightMq.Unit.DeviceAgent;

/// <summary>
/// A peer on a port of the system's choice that answers as a test tells it, one connection at a time.
/// </summary>
internal sealed class ScriptedBroker : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly byte[] _bytes = new byte[65_536];
    private int _length;
    private Socket? _peer;

    public ScriptedBroker() => _listener.Start();

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Takes the next connection and its CONNECT; answers with <paramref name="code"/>.</summary>
    public async Task Accept(CancellationToken stop, byte code = 0)
    {
        Hang();
        _peer = await _listener.AcceptSocketAsync(stop);
        await Packet(PacketType.Connect, stop);
        await _peer.SendAsync(new byte[] { 0x20, 2, 0, code }, stop);
    }

    /// <summary>Waits for a PUBLISH and returns its packet id and payload, unanswered.</summary>
    public async Task<(ushort Id, byte[] Payload)> Publish(CancellationToken stop)
    {
        var packet = await Packet(PacketType.Publish, stop);
        FrameReader.TryRead(packet, 131_072, out var frame);
        var publish = PublishPacket.Read(frame);
        Assert.Equal(1, publish.Qos);
        return (publish.PacketId, publish.Payload.ToArray());
    }

    public async Task PubAck(ushort id, CancellationToken stop) =>
        await _peer!.SendAsync(new byte[] { 0x40, 2, (byte)(id >> 8), (byte)id }, stop);

    /// <summary>Waits for a SUBSCRIBE with one filter, looks, and answers.</summary>
    public async Task SubAck(byte code, CancellationToken stop, Action? look = null)
    {
        var packet = await Packet(PacketType.Subscribe, stop);
        look?.Invoke();
        await Send([0x90, 3, packet[2], packet[3], code], stop);
    }

    /// <summary>Sends what a test has written.</summary>
    public async Task Send(byte[] packet, CancellationToken stop) => await _peer!.SendAsync(packet, stop);

    /// <summary>Waits for a packet without content, such as DISCONNECT.</summary>
    public Task Expect(PacketType type, CancellationToken stop) => Packet(type, stop);

    /// <summary>Ends the connection without a word.</summary>
    public void Hang()
    {
        _peer?.Dispose();
        _length = 0;
    }

    public void Dispose()
    {
        Hang();
        _listener.Dispose();
    }

    private async Task<byte[]> Packet(PacketType expected, CancellationToken stop)
    {
        int whole;
        while ((whole = WholePacket(expected)) == 0)
        {
            var n = await _peer!.ReceiveAsync(_bytes.AsMemory(_length), stop);
            Assert.NotEqual(0, n);
            _length += n;
        }
        var packet = _bytes[..whole];
        _bytes.AsSpan(whole, _length - whole).CopyTo(_bytes);
        _length -= whole;
        return packet;
    }

    private int WholePacket(PacketType expected)
    {
        if (!FrameReader.TryRead(_bytes.AsSpan(0, _length), 131_072, out var frame)) return 0;
        Assert.Equal(expected, frame.Type);
        return frame.Length;
    }
}
