using System.Buffers.Binary;

namespace LightMq.Broker.Durability;

/// <summary>Appends little-endian values to a buffer that grows and is used again.</summary>
internal sealed class ByteWriter
{
    private byte[] _bytes = new byte[256];

    public int Length { get; private set; }
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public void Reset()
    {
        Length = 0;
        if (_bytes.Length > 1 << 20) _bytes = new byte[256];
    }

    public void U8(byte value) => Room(1)[0] = value;
    public void U16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Room(2), value);
    public void I32(int value) => BinaryPrimitives.WriteInt32LittleEndian(Room(4), value);
    public void I64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Room(8), value);
    public void Raw(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Room(bytes.Length));

    /// <summary>Length in 16 bits, then the bytes.</summary>
    public void Short(ReadOnlySpan<byte> bytes)
    {
        U16(checked((ushort)bytes.Length));
        Raw(bytes);
    }

    /// <summary>Length in 32 bits, then the bytes.</summary>
    public void Long(ReadOnlySpan<byte> bytes)
    {
        I32(bytes.Length);
        Raw(bytes);
    }

    public Span<byte> Room(int bytes)
    {
        if (_bytes.Length - Length < bytes)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + bytes));
        var room = _bytes.AsSpan(Length, bytes);
        Length += bytes;
        return room;
    }

    /// <summary>Sets a 32-bit value written earlier.</summary>
    public void Patch(int at, int value) => BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(at), value);
}

/// <summary>
/// Reads what <see cref="ByteWriter"/> wrote; anything short is a <see cref="FormatException"/>.
/// </summary>
internal ref struct ByteReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly bool IsAtEnd => _rest.IsEmpty;
    public byte U8() => Take(1)[0];
    public ushort U16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));
    public int I32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));
    public long I64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));
    public ReadOnlySpan<byte> Short() => Take(U16());
    public ReadOnlySpan<byte> Long() => Take(I32());

    public ReadOnlySpan<byte> Take(int length)
    {
        if (length < 0 || length > _rest.Length) throw new FormatException("a stored value ends too early");
        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }
}
