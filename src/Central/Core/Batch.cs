using System.Buffers.Binary;
using LightMq.Store.Disk;

namespace LightMq.Central.Core;

/// <summary>What a batch holds.</summary>
internal enum BatchKind : byte
{
    /// <summary>Records, in the order in which they were accepted.</summary>
    Records = 1,
    /// <summary>What was known when a segment began: offsets and marks.</summary>
    Snapshot = 2,
}

/// <summary>
/// Head of what is written and synced at once. Head and body have sums of their own, so that a damaged body
/// does not hide what follows it.
/// </summary>
/// <param name="Kind">What it holds.</param>
/// <param name="Number">Counts on over all segments.</param>
/// <param name="Count">Records in it.</param>
/// <param name="BodyBytes">Bytes behind the head.</param>
/// <param name="BodySum">CRC-32C of them.</param>
internal readonly record struct BatchHead(BatchKind Kind, long Number, int Count, int BodyBytes, uint BodySum)
{
    /// <summary>Bytes of a head.</summary>
    public const int Size = 32;

    /// <summary>Largest body.</summary>
    public const int BodyBytesMax = 256 << 20;

    private const uint Magic = 0x42514D4C; // "LMQB"

    /// <summary>Every batch begins in a sector of its own: writing one never touches another.</summary>
    public const int SectorBytes = 512;

    /// <summary>Bytes with the body, and up to the next sector.</summary>
    public int Length => RoundUp(Size + BodyBytes);

    /// <summary>The next multiple of a sector.</summary>
    public static int RoundUp(int bytes) => (bytes + SectorBytes - 1) / SectorBytes * SectorBytes;

    /// <summary>Writes the head.</summary>
    public void Write(Span<byte> to)
    {
        to[..Size].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(to, Magic);
        to[4] = (byte)Kind;
        BinaryPrimitives.WriteInt64LittleEndian(to[8..], Number);
        BinaryPrimitives.WriteInt32LittleEndian(to[16..], Count);
        BinaryPrimitives.WriteInt32LittleEndian(to[20..], BodyBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(to[24..], BodySum);
        BinaryPrimitives.WriteUInt32LittleEndian(to[28..], Crc.Of(to[..28]));
    }

    /// <summary>Reads a head; false: there is none here.</summary>
    public static bool TryRead(ReadOnlySpan<byte> from, out BatchHead head)
    {
        head = default;
        if (from.Length < Size || BinaryPrimitives.ReadUInt32LittleEndian(from) != Magic) return false;
        if (BinaryPrimitives.ReadUInt32LittleEndian(from[28..]) != Crc.Of(from[..28])) return false;
        head = new BatchHead((BatchKind)from[4], BinaryPrimitives.ReadInt64LittleEndian(from[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(from[16..]),
            BinaryPrimitives.ReadInt32LittleEndian(from[20..]),
            BinaryPrimitives.ReadUInt32LittleEndian(from[24..]));
        return head is { Kind: BatchKind.Records or BatchKind.Snapshot, Count: >= 0, BodyBytes: >= 0 }
            && head.BodyBytes <= BodyBytesMax;
    }
}
