using System.Buffers.Binary;

namespace LightMq.Net.WebSocket;

/// <summary>What a frame is (RFC 6455, 5.2).</summary>
internal enum Opcode : byte
{
    Continuation = 0, Text = 1, Binary = 2, Close = 8, Ping = 9, Pong = 10,
}

/// <summary>A frame before its payload.</summary>
/// <param name="Opcode">What it is; perhaps a reserved number.</param>
/// <param name="IsLast">The last frame of its message.</param>
/// <param name="HasReserved">One of the reserved bits is set.</param>
/// <param name="IsMasked">The payload is masked.</param>
/// <param name="IsShortest">The length has its shortest form and 63 bits, as it must.</param>
/// <param name="PayloadBytes">Length of the payload.</param>
/// <param name="Mask">The mask's four bytes, the first lowest.</param>
internal readonly record struct FrameHead(
    Opcode Opcode, bool IsLast, bool HasReserved, bool IsMasked, bool IsShortest, long PayloadBytes,
    uint Mask)
{
    /// <summary>Longest head: two bytes, eight of length, four of mask.</summary>
    public const int BytesMax = 14;

    /// <summary>Longest payload of a control frame (5.5).</summary>
    public const int ControlBytesMax = 125;

    private const byte Last = 0x80, Reserved = 0x70, Masked = 0x80, Medium = 126, Long = 127;

    public bool IsControl => ((int)Opcode & 8) != 0;

    /// <summary>Gives the head's length; 0 while it is not whole.</summary>
    public static int Read(ReadOnlySpan<byte> bytes, out FrameHead head)
    {
        head = default;
        if (bytes.Length < 2) return 0;
        var isMasked = (bytes[1] & Masked) != 0;
        var form = bytes[1] & ~Masked;
        var length = 2 + (form == Long ? 8 : form == Medium ? 2 : 0);
        var whole = length + (isMasked ? 4 : 0);
        if (bytes.Length < whole) return 0;
        var payload = form switch
        {
            Medium => BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]),
            Long => BinaryPrimitives.ReadInt64BigEndian(bytes[2..]),
            _ => form,
        };
        head = new FrameHead((Opcode)(bytes[0] & 0x0F), (bytes[0] & Last) != 0, (bytes[0] & Reserved) != 0,
            isMasked, form < Medium || payload > (form == Medium ? Medium - 1 : ushort.MaxValue),
            payload, isMasked ? BinaryPrimitives.ReadUInt32LittleEndian(bytes[length..]) : 0);
        return whole;
    }

    /// <summary>
    /// Writes the head of a whole unmasked message, as a server sends it; gives its 2, 4 or 10 bytes.
    /// </summary>
    public static int Write(Span<byte> to, Opcode opcode, int payloadBytes)
    {
        to[0] = (byte)(Last | (byte)opcode);
        if (payloadBytes < Medium)
        {
            to[1] = (byte)payloadBytes;
            return 2;
        }
        if (payloadBytes <= ushort.MaxValue)
        {
            to[1] = Medium;
            BinaryPrimitives.WriteUInt16BigEndian(to[2..], (ushort)payloadBytes);
            return 4;
        }
        to[1] = Long;
        BinaryPrimitives.WriteInt64BigEndian(to[2..], payloadBytes);
        return 10;
    }
}
