using MQTTnet.Adapter;
using MQTTnet.Exceptions;
using MQTTnet.Formatter;
using MQTTnet.Packets;

namespace LightMq.Uplink.Wire;

/// <summary>Cuts received bytes into packets, which MQTTnet decodes.</summary>
internal sealed class FrameCutter(MqttProtocolVersion version, int packetBytesMax)
{
    private const int BufferBytes = 65_536;
    private const int HeaderBytesMax = 5;

    // Decoding needs no writer, but the adapter does.
    private readonly MqttPacketFormatterAdapter _decoder = new(version, new MqttBufferWriter(64, 64));
    private byte[] _buffer = new byte[BufferBytes];
    private int _first;
    private int _end;

    /// <summary>Where the next bytes go; never empty.</summary>
    public Memory<byte> Room
    {
        get
        {
            if (_first > 0 && _end > _buffer.Length / 2)
            {
                _buffer.AsSpan(_first, _end - _first).CopyTo(_buffer);
                (_first, _end) = (0, _end - _first);
            }
            if (_end == _buffer.Length)
                Array.Resize(ref _buffer, Math.Min(_buffer.Length * 2, packetBytesMax + 2 * BufferBytes));
            return _buffer.AsMemory(_end);
        }
    }

    /// <summary>So many bytes went to <see cref="Room"/>.</summary>
    public void Received(int bytes) => _end += bytes;

    /// <summary>The next whole packet; null: it is not all here.</summary>
    /// <exception cref="LinkError">It is no packet.</exception>
    public MqttPacket? Next()
    {
        var length = 0;
        var at = 1;
        for (var shift = 0; ; shift += 7)
        {
            if (_first + at >= _end) return null;
            var one = _buffer[_first + at++];
            length |= (one & 0x7F) << shift;
            if (one < 0x80) break;
            if (at == HeaderBytesMax) throw new LinkError(LinkFault.Protocol, "what came is no MQTT");
        }
        if (at + length > packetBytesMax)
            throw new LinkError(LinkFault.Protocol, $"it sent a packet of {at + length} bytes");
        if (_end - _first < at + length) return null;
        var packet = Decode(_buffer[_first], _first + at, length, at + length);
        _first += at + length;
        if (_first == _end) _first = _end = 0;
        return packet;
    }

    private MqttPacket Decode(byte header, int at, int length, int total)
    {
        try
        {
            return _decoder.Decode(new ReceivedMqttPacket(
                header, new ArraySegment<byte>(_buffer, at, length), total));
        }
        // What MQTTnet makes of bytes that are no packet.
        catch (Exception wrong) when (wrong is MqttCommunicationException or MqttProtocolViolationException
            or ArgumentException or IndexOutOfRangeException or NotSupportedException
            or InvalidOperationException)
        {
            throw new LinkError(LinkFault.Protocol,
                $"packet type {header >> 4} cannot be read: {wrong.Message.ReplaceLineEndings(" ")}");
        }
    }
}
