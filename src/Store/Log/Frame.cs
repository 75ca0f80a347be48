using System.Buffers.Binary;
using LightMq.Store.Data;

namespace LightMq.Store.Log;

/// <summary>
/// Head of one page in the log (docs/FORMATS.md). The page follows without its longest run of zeros: the head
/// part, then the tail part. The checksum covers both and the checksum of the frame before.
/// </summary>
internal readonly record struct Frame(
    uint Generation, uint Index, uint Group, uint Previous, bool IsLast, int Head, int Tail, uint Crc)
{
    public const int HeaderBytes = 32;
    public const int BytesMax = HeaderBytes + Page.Bytes;
    private const uint Magic = 0x464D_514C; // "LQMF" on disk
    private const int CoveredBytes = 28;

    /// <summary>Bytes on disk.</summary>
    public int Length => HeaderBytes + Head + Tail;

    /// <summary>Writes head and page; gives the frame as it reads back.</summary>
    public static Frame Write(
        Span<byte> to, ReadOnlySpan<byte> page, uint generation, uint index, uint group, uint previous)
    {
        var (head, tail) = Parts(page);
        to[..HeaderBytes].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(to, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(to[4..], generation);
        BinaryPrimitives.WriteUInt32LittleEndian(to[8..], index);
        BinaryPrimitives.WriteUInt32LittleEndian(to[12..], group);
        BinaryPrimitives.WriteUInt32LittleEndian(to[16..], previous);
        var isLast = Page.IsConfirmed(page);
        to[20] = (byte)(isLast ? 1 : 0);
        BinaryPrimitives.WriteUInt16LittleEndian(to[22..], (ushort)head);
        BinaryPrimitives.WriteUInt16LittleEndian(to[24..], (ushort)tail);
        page[..head].CopyTo(to[HeaderBytes..]);
        page[^tail..].CopyTo(to[(HeaderBytes + head)..]);
        var crc = CrcOf(to[..(HeaderBytes + head + tail)]);
        BinaryPrimitives.WriteUInt32LittleEndian(to[CoveredBytes..], crc);
        return new Frame(generation, index, group, previous, isLast, head, tail, crc);
    }

    /// <summary>
    /// Reads the head; false when these bytes cannot be one. The checksum is not looked at.
    /// </summary>
    public static bool TryReadHeader(ReadOnlySpan<byte> bytes, out Frame frame)
    {
        frame = default;
        if (bytes.Length < HeaderBytes || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic)
            return false;
        frame = new Frame(
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]),
            bytes[20] == 1,
            BinaryPrimitives.ReadUInt16LittleEndian(bytes[22..]),
            BinaryPrimitives.ReadUInt16LittleEndian(bytes[24..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[CoveredBytes..]));
        return frame.Head + frame.Tail <= Page.Bytes;
    }

    /// <summary>Whether the whole frame in <paramref name="bytes"/> is as it was written.</summary>
    public bool Verifies(ReadOnlySpan<byte> bytes) => CrcOf(bytes[..Length]) == Crc;

    /// <summary>Gives the page back.</summary>
    public void CopyPage(ReadOnlySpan<byte> bytes, Span<byte> page)
    {
        bytes.Slice(HeaderBytes, Head).CopyTo(page);
        page[Head..^Tail].Clear();
        bytes.Slice(HeaderBytes + Head, Tail).CopyTo(page[^Tail..]);
    }

    private static uint CrcOf(ReadOnlySpan<byte> bytes) =>
        Disk.Crc.Of(bytes[HeaderBytes..], Disk.Crc.Of(bytes[..CoveredBytes]));

    // LiteDB clears what it frees, so pages are zero between their content and the directory at their end;
    // pages without a directory are zero from some point on. Whichever leaves less is taken.
    private static (int Head, int Tail) Parts(ReadOnlySpan<byte> page)
    {
        var trailing = page.LastIndexOfAnyExcept((byte)0) + 1;
        var (from, to) = Page.FreeRange(page);
        return from < to && Page.Bytes - (to - from) < trailing && !page[from..to].ContainsAnyExcept((byte)0)
            ? (from, Page.Bytes - to)
            : (trailing, 0);
    }
}
