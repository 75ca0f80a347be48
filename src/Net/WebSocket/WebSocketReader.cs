namespace LightMq.Net.WebSocket;

/// <summary>
/// Takes a client's frames apart, in place: what is left of the bytes received is the inside of the binary
/// messages, without gaps. Frames of any length pass through; nothing is kept but a head that was cut and the
/// payload of one control frame.
/// </summary>
internal sealed class WebSocketReader
{
    private readonly byte[] _head = new byte[FrameHead.BytesMax];
    private byte[]? _control;
    private byte[]? _ping;
    private int _headLength;
    private int _controlLength;
    private int _pingLength = -1;
    private long _payloadLeft;
    private uint _mask;
    private Opcode _opcode;
    private bool _isInFrame;
    private bool _isInMessage;

    /// <summary>Nothing more is read: the peer closed, or broke the rules.</summary>
    public bool IsOver { get; private set; }

    /// <summary>The code of the Close frame that we owe, once it is over.</summary>
    public ushort CloseCode { get; private set; }

    /// <summary>The rule that was broken; null if none was.</summary>
    public string? Failure { get; private set; }

    /// <summary>
    /// Whether a Ping waits for its Pong. Only the latest counts (RFC 6455, 5.5.3), so a flood of them is
    /// bounded.
    /// </summary>
    public bool HasPing => _pingLength >= 0;

    /// <summary>The latest Ping's payload, which the Pong repeats; it counts as answered.</summary>
    public ReadOnlySpan<byte> TakePing()
    {
        var ping = _ping.AsSpan(0, _pingLength);
        _pingLength = -1;
        return ping;
    }

    /// <summary>
    /// Decodes bytes in any cut, over themselves; gives how many at the front are MQTT's.
    /// </summary>
    public int Decode(Span<byte> bytes)
    {
        var read = 0;
        var written = 0;
        while (!IsOver && read < bytes.Length)
        {
            if (!_isInFrame) read += ReadHead(bytes[read..]);
            else if ((_opcode & Opcode.Close) == 0)
            {
                var count = (int)Math.Min(_payloadLeft, bytes.Length - read);
                _mask = Masking.Move(bytes.Slice(read, count), bytes[written..], _mask);
                (read, written) = (read + count, written + count);
                _payloadLeft -= count;
                _isInFrame = _payloadLeft > 0;
            }
            else read += ReadControl(bytes[read..]);
        }
        return written;
    }

    private int ReadHead(ReadOnlySpan<byte> bytes)
    {
        int length;
        FrameHead head;
        if (_headLength == 0)
        {
            length = FrameHead.Read(bytes, out head);
            if (length > 0)
            {
                Begin(head);
                return length;
            }
        }
        var before = _headLength;
        var taken = Math.Min(FrameHead.BytesMax - before, bytes.Length);
        bytes[..taken].CopyTo(_head.AsSpan(before));
        _headLength += taken;
        length = FrameHead.Read(_head.AsSpan(0, _headLength), out head);
        if (length == 0) return taken;
        _headLength = 0;
        Begin(head);
        return length - before;
    }

    private void Begin(in FrameHead head)
    {
        if (Fault(head) is { } fault)
        {
            Fail(head.Opcode == Opcode.Text ? WebSocket.CloseCode.Unsupported
                : WebSocket.CloseCode.ProtocolError, fault);
            return;
        }
        (_opcode, _mask, _payloadLeft) = (head.Opcode, head.Mask, head.PayloadBytes);
        if (!head.IsControl)
        {
            _isInMessage = !head.IsLast;
            _isInFrame = _payloadLeft > 0;
            return;
        }
        _controlLength = 0;
        _isInFrame = true;
        if (_payloadLeft == 0) EndControl();
    }

    private string? Fault(in FrameHead head)
    {
        if (head.HasReserved) return "a reserved bit is set, but no extension was agreed (RFC 6455, 5.2)";
        if (!head.IsMasked) return "a client's frame without a mask (RFC 6455, 5.1)";
        if (!head.IsShortest) return "a length that is not in its shortest form (RFC 6455, 5.2)";
        switch (head.Opcode)
        {
            case Opcode.Binary:
                return _isInMessage ? "a message inside another (RFC 6455, 5.4)" : null;
            case Opcode.Continuation:
                return _isInMessage ? null : "a continuation of nothing (RFC 6455, 5.4)";
            case Opcode.Text:
                return "a text frame, but MQTT's are binary (MQTT-6.0.0-1)";
            case Opcode.Close or Opcode.Ping or Opcode.Pong:
                return head.IsLast && head.PayloadBytes <= FrameHead.ControlBytesMax ? null
                    : "a control frame in fragments or above 125 bytes (RFC 6455, 5.5)";
            default:
                return $"opcode {(int)head.Opcode}, which is reserved (RFC 6455, 5.2)";
        }
    }

    private int ReadControl(ReadOnlySpan<byte> bytes)
    {
        _control ??= new byte[FrameHead.ControlBytesMax];
        var count = (int)Math.Min(_payloadLeft, bytes.Length);
        _mask = Masking.Move(bytes[..count], _control.AsSpan(_controlLength), _mask);
        _controlLength += count;
        _payloadLeft -= count;
        if (_payloadLeft == 0) EndControl();
        return count;
    }

    private void EndControl()
    {
        _isInFrame = false;
        if (_opcode == Opcode.Ping)
        {
            (_control, _ping) = (_ping, _control);
            _pingLength = _controlLength;
        }
        else if (_opcode == Opcode.Close)
        {
            var code = WebSocket.CloseCode.Answer(_control.AsSpan(0, _controlLength), out var failure);
            if (failure is not null) Fail(code, failure);
            else (IsOver, CloseCode) = (true, code);
        }
    }

    private void Fail(ushort code, string failure) => (IsOver, CloseCode, Failure) = (true, code, failure);
}
