using System.Buffers;
using System.Buffers.Binary;
using LightMq.Broker.Connections;

namespace LightMq.Net.WebSocket;

/// <summary>
/// MQTT's bytes in binary messages of a WebSocket (RFC 6455; MQTT 3.1.1 and 5.0, section 6), over a plain
/// socket or TLS. Decodes in the loop's own receive buffer, and sends head and payload in one call from the
/// loop's own send buffer: nothing is kept and nothing allocated per message.
/// </summary>
internal sealed class WebSocketStream(ISocketStream inner, UpgradeRules rules) : ISocketStream
{
    private const int SendBytes = 65_536;

    // A Pong, the head of a frame, and a Close frame may wait at once.
    private const int WordsBytesMax = 2 + FrameHead.ControlBytesMax + FrameHead.BytesMax + 4;

    /// <summary>All WebSockets of a loop share it.</summary>
    [ThreadStatic] private static byte[]? _sendBuffer;

    private readonly WebSocketReader _reader = new();
    private byte[]? _request;
    private int _requestLength;
    /// <summary>What goes out before the next byte of the engine's.</summary>
    private byte[] _words = [];
    private int _wordsLength;
    /// <summary>Bytes that the frame begun still owes.</summary>
    private int _frameLeft;
    private bool _isOpen;
    private bool _isOver;
    private bool _isClosing;

    /// <inheritdoc/>
    public StreamFailure? Failure { get; private set; }

    /// <inheritdoc/>
    public bool HasBuffered => _isOver || inner.HasBuffered;

    /// <inheritdoc/>
    public bool HasUnsent => _wordsLength > 0 || _reader.HasPing || inner.HasUnsent;

    /// <inheritdoc/>
    public int Receive(Span<byte> to)
    {
        if (_isOver) return -1;
        var count = inner.Receive(to);
        if (count <= 0)
        {
            Failure ??= inner.Failure;
            return count;
        }
        count = _isOpen ? _reader.Decode(to[..count]) : Upgrade(to, count);
        if (_reader.HasPing && _frameLeft == 0 && _wordsLength == 0 && SendPong() < 0) return -1;
        if (_reader.IsOver)
        {
            _isOver = true;
            if (_reader.Failure is { } broken) Failure = new StreamFailure(Refusal.Frame, broken);
        }
        return count > 0 ? count : _isOver ? -1 : 0;
    }

    /// <inheritdoc/>
    public int Send(ReadOnlySpan<byte> bytes)
    {
        // Before the upgrade nobody could read it; the answer that refuses has its place in the words.
        if (!_isOpen && bytes.Length > 0 && _wordsLength == 0) return bytes.Length;
        var mayBegin = _isOpen && !_isClosing;
        if (_frameLeft == 0 && mayBegin) BeginFrame(bytes);
        var sendBuffer = _sendBuffer ??= new byte[SendBytes];
        var filled = Fill(sendBuffer, bytes, mayBegin);
        if (filled == 0) return 0;
        var count = inner.Send(sendBuffer.AsSpan(0, filled));
        return count <= 0 ? count : Taken(count, bytes);
    }

    /// <inheritdoc/>
    public bool TryEnd(CloseReason reason)
    {
        // Inside a frame that will never be whole no Close frame has a place.
        if (_isOpen && !_isClosing && _frameLeft == 0) AddClose(CodeOf(reason));
        _isClosing = true;
        if (_wordsLength > 0 && _frameLeft == 0)
        {
            if (Send([]) < 0) return true;
            if (_wordsLength > 0) return false;
        }
        return inner.TryEnd(reason);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ReturnRequest();
        inner.Dispose();
    }

    /// <summary>Gathers the request; gives the MQTT bytes that came behind it, moved to the front.</summary>
    private int Upgrade(Span<byte> bytes, int count)
    {
        var before = _requestLength;
        ReadOnlySpan<byte> whole = bytes[..count];
        if (before > 0)
        {
            Keep(bytes[..Math.Min(count, UpgradeRequest.BytesMax - before)]);
            whole = _request.AsSpan(0, _requestLength);
        }
        var length = UpgradeRequest.MayBegin(whole) ? UpgradeRequest.EndOf(whole, before) : -1;
        if (length == 0 && whole.Length < UpgradeRequest.BytesMax)
        {
            if (before == 0) Keep(whole);
            return 0;
        }
        var answer = length < 0 ? UpgradeAnswer.NotHttp
            : length is 0 or > UpgradeRequest.BytesMax ? UpgradeAnswer.TooLarge
            : UpgradeAnswer.To(whole[..length], rules);
        ReturnRequest();
        _words = [.. answer.Bytes];
        _wordsLength = _words.Length;
        _isOpen = answer.Failure is null;
        _isOver = !_isOpen;
        if (answer.Failure is { } refused) Failure = new StreamFailure(Refusal.Upgrade, refused);
        if (_wordsLength > 0 && SendWords() < 0) _isOver = true;
        if (!_isOpen) return 0;
        var rest = bytes[(length - before)..count];
        var decoded = _reader.Decode(rest);
        rest[..decoded].CopyTo(bytes);
        return decoded;
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (_request is null || _request.Length - _requestLength < bytes.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(1_024, (_requestLength + bytes.Length) * 2));
            _request.AsSpan(0, _requestLength).CopyTo(larger);
            ReturnRequest();
            _request = larger;
        }
        bytes.CopyTo(_request.AsSpan(_requestLength));
        _requestLength += bytes.Length;
    }

    private void ReturnRequest()
    {
        if (_request is not null) ArrayPool<byte>.Shared.Return(_request);
        _request = null;
    }

    private void BeginFrame(ReadOnlySpan<byte> bytes)
    {
        if (_wordsLength == 0 && _reader.HasPing) AddPong();
        if (bytes.IsEmpty) return;
        _frameLeft = PacketLength(bytes);
        _wordsLength += FrameHead.Write(Words(FrameHead.BytesMax), Opcode.Binary, _frameLeft);
    }

    /// <summary>Words, what the frame begun owes, and a frame for each packet behind it: what fits.</summary>
    private int Fill(Span<byte> to, ReadOnlySpan<byte> bytes, bool mayBegin)
    {
        _words.AsSpan(0, _wordsLength).CopyTo(to);
        var filled = _wordsLength;
        var frame = _frameLeft;
        while (true)
        {
            var payload = Math.Min(Math.Min(frame, bytes.Length), to.Length - filled);
            bytes[..payload].CopyTo(to[filled..]);
            filled += payload;
            bytes = bytes[payload..];
            if (payload < frame || !mayBegin || bytes.IsEmpty || to.Length - filled <= FrameHead.BytesMax)
                return filled;
            frame = PacketLength(bytes);
            filled += FrameHead.Write(to[filled..], Opcode.Binary, frame);
        }
    }

    /// <summary>So much of what <see cref="Fill"/> gave was sent; tells how many of the bytes.</summary>
    private int Taken(int count, ReadOnlySpan<byte> bytes)
    {
        var words = Math.Min(count, _wordsLength);
        _wordsLength -= words;
        if (_wordsLength > 0) _words.AsSpan(words, _wordsLength).CopyTo(_words);
        var taken = 0;
        for (count -= words; ; count -= words)
        {
            var payload = Math.Min(count, _frameLeft);
            _frameLeft -= payload;
            taken += payload;
            count -= payload;
            if (count == 0) return taken;
            _frameLeft = PacketLength(bytes[taken..]);
            var head = FrameHead.Write(Words(FrameHead.BytesMax), Opcode.Binary, _frameLeft);
            words = Math.Min(count, head);
            _wordsLength = head - words;
            if (_wordsLength > 0) _words.AsSpan(words, _wordsLength).CopyTo(_words);
        }
    }

    // The engine's bytes are whole packets, one behind the other. Each has a frame of its own: the standard
    // lets them lie in any frames (MQTT-6.0.0-2), but there are clients that stop at the first of a frame.
    private static int PacketLength(ReadOnlySpan<byte> bytes)
    {
        var length = 0;
        for (var at = 1; at <= 4 && at < bytes.Length; at++)
        {
            length |= (bytes[at] & 0x7F) << 7 * (at - 1);
            if (bytes[at] < 0x80) return 1 + at + length;
        }
        return bytes.Length;
    }

    private int SendPong()
    {
        AddPong();
        return SendWords();
    }

    /// <summary>Sends the words alone, between frames.</summary>
    private int SendWords() => Send([]);

    private void AddPong()
    {
        var ping = _reader.TakePing();
        var to = Words(2 + ping.Length);
        var head = FrameHead.Write(to, Opcode.Pong, ping.Length);
        ping.CopyTo(to[head..]);
        _wordsLength += head + ping.Length;
    }

    private void AddClose(ushort code)
    {
        var hasCode = code != CloseCode.None;
        var to = Words(4);
        var head = FrameHead.Write(to, Opcode.Close, hasCode ? 2 : 0);
        if (hasCode) BinaryPrimitives.WriteUInt16BigEndian(to[head..], code);
        _wordsLength += head + (hasCode ? 2 : 0);
    }

    private Span<byte> Words(int room)
    {
        // The first words, the answer to the request, have their own array and are soon sent.
        if (_words.Length < WordsBytesMax || _words.Length - _wordsLength < room)
            Array.Resize(ref _words, Math.Max(WordsBytesMax, _wordsLength + room));
        return _words.AsSpan(_wordsLength);
    }

    private ushort CodeOf(CloseReason reason) => _reader.IsOver ? _reader.CloseCode : reason switch
    {
        CloseReason.ServerStopping or CloseReason.TakenOver => CloseCode.GoingAway,
        CloseReason.ProtocolError or CloseReason.PacketTooLarge => CloseCode.ProtocolError,
        _ => CloseCode.Normal,
    };
}
