using System.Net.Sockets;
using LightMq.Uplink.Bridging;
using MQTTnet.Exceptions;
using MQTTnet.Formatter;
using MQTTnet.Packets;

namespace LightMq.Uplink.Wire;

/// <summary>A packet that came, and its message where it is a PUBLISH.</summary>
internal readonly record struct Incoming(MqttPacket Packet, BridgeMessage? Message);

/// <summary>
/// One connection: MQTTnet encodes and decodes the packets, and whatever is sent in one turn leaves in
/// one write (docs/adr/0025-mqttnet-as-the-codec.md). Never used again once it is closed.
/// </summary>
internal sealed class MqttLink : IDisposable
{
    private const int FirstBufferBytes = 16_384;
    private const int KeptBufferBytes = 1 << 20;
    private readonly Stream _stream;
    private readonly MqttPacketFormatterAdapter _encoder;
    private readonly FrameCutter _cutter;
    private readonly Lock _gate = new();
    private byte[] _out = new byte[FirstBufferBytes];
    private byte[] _sending = new byte[FirstBufferBytes];
    private int _outBytes;
    private bool _isSending;
    private volatile bool _isClosed;
    private LinkError? _found;

    /// <summary>Takes a connected stream over.</summary>
    /// <param name="stream">TCP or TLS.</param>
    /// <param name="version">Version of MQTT.</param>
    /// <param name="packetBytesMax">Longest packet that is taken.</param>
    public MqttLink(Stream stream, MqttProtocolVersion version, int packetBytesMax)
    {
        _stream = stream;
        _encoder = new MqttPacketFormatterAdapter(version, new MqttBufferWriter(4_096, 65_536));
        _cutter = new FrameCutter(version, packetBytesMax);
        IsFive = version == MqttProtocolVersion.V500;
        PacketBytesMax = packetBytesMax;
    }

    /// <summary>Whether MQTT 5.0 is spoken.</summary>
    public bool IsFive { get; }

    /// <summary>Longest packet that is taken.</summary>
    public int PacketBytesMax { get; }

    /// <summary>Bytes that wait to be written.</summary>
    public int UnsentBytes
    {
        get
        {
            lock (_gate) return _outBytes;
        }
    }

    /// <summary>Puts a packet behind what waits to be written; <see cref="Flush"/> writes it.</summary>
    public void Send(MqttPacket packet)
    {
        var encoded = _encoder.Encode(packet);
        lock (_gate)
        {
            var needed = _outBytes + encoded.Length;
            if (needed > _out.Length) Array.Resize(ref _out, Math.Max(needed, _out.Length * 2));
            encoded.Packet.AsSpan().CopyTo(_out.AsSpan(_outBytes));
            _outBytes += encoded.Packet.Count;
            foreach (var part in encoded.Payload)
            {
                part.Span.CopyTo(_out.AsSpan(_outBytes));
                _outBytes += part.Length;
            }
        }
        _encoder.Cleanup();
    }

    /// <summary>Writes what waits; returns at once.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            if (_isSending || _outBytes == 0 || _isClosed) return;
            _isSending = true;
        }
        _ = WriteAsync();
    }

    /// <summary>Receives until the connection ends, which it tells by an exception.</summary>
    /// <param name="take">Gets what one read brought; the next read waits for it.</param>
    /// <exception cref="LinkError">Why it ended.</exception>
    public async Task ReceiveAsync(Func<List<Incoming>, Task> take)
    {
        while (true)
        {
            var batch = await ReadAsync();
            await take(batch);
        }
    }

    /// <summary>What one read brings, at least one packet.</summary>
    /// <exception cref="LinkError">The connection ended.</exception>
    public async Task<List<Incoming>> ReadAsync()
    {
        if (_found is { } before) throw before;
        var batch = new List<Incoming>();
        while (true)
        {
            Cut(batch);
            if (batch.Count > 0) return batch;
            int bytes;
            try
            {
                bytes = await _stream.ReadAsync(_cutter.Room);
            }
            catch (Exception broken) when (IsTheNetworks(broken))
            {
                throw _isClosed ? new LinkError(LinkFault.Network, "closed by us")
                    : IsReset(broken)
                    ? new LinkError(LinkFault.ClosedByPeer, "the peer reset the connection")
                    : new LinkError(LinkFault.Network, broken.Message);
            }
            if (bytes == 0) throw new LinkError(LinkFault.ClosedByPeer, "the peer closed the connection");
            _cutter.Received(bytes);
        }
    }

    /// <summary>Writes what waits, for a moment, and closes.</summary>
    public async Task CloseAsync(TimeProvider time)
    {
        Flush();
        for (var i = 0; i < 20 && IsWriting; i++) await Task.Delay(TimeSpan.FromMilliseconds(10), time);
        Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isClosed = true;
        _stream.Dispose();
    }

    /// <summary>What a broken connection makes of a call.</summary>
    public static bool IsTheNetworks(Exception wrong) =>
        wrong is IOException or SocketException or ObjectDisposedException or OperationCanceledException
            or MqttCommunicationException;

    private static bool IsReset(Exception broken) =>
        broken.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset };

    /// <summary>All whole packets; what is wrong behind them is told after they were taken.</summary>
    private void Cut(List<Incoming> batch)
    {
        try
        {
            while (_cutter.Next() is { } packet)
                batch.Add(new Incoming(packet,
                    packet is MqttPublishPacket publish ? PacketTranslation.ToMessage(publish) : null));
        }
        catch (LinkError wrong) when (batch.Count > 0)
        {
            _found = wrong;
        }
    }

    private bool IsWriting
    {
        get
        {
            lock (_gate) return _isSending;
        }
    }

    // One at a time; what comes meanwhile leaves together.
    private async Task WriteAsync()
    {
        while (true)
        {
            int bytes;
            lock (_gate)
            {
                (_out, _sending) = (_sending, _out);
                (bytes, _outBytes) = (_outBytes, 0);
                if (bytes == 0 || _isClosed)
                {
                    _isSending = false;
                    return;
                }
                if (_out.Length > KeptBufferBytes) _out = new byte[FirstBufferBytes];
            }
            try
            {
                await _stream.WriteAsync(_sending.AsMemory(0, bytes));
            }
            catch (Exception broken) when (IsTheNetworks(broken))
            {
                _isClosed = true; // the reader finds it broken too, and tells
                _stream.Dispose();
            }
        }
    }
}
