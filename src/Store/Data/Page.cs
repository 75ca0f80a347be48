using System.Buffers.Binary;
using LightMq.Store.Disk;

namespace LightMq.Store.Data;

/// <summary>
/// What we need to know of LiteDB 5's pages (docs/FORMATS.md). In the data file the transaction id, which
/// means nothing there, holds our checksum of the page.
/// </summary>
internal static class Page
{
    public const int Bytes = 8192;
    public const int ContentStart = 32;
    public const byte DataType = 4;

    private const int TypeAt = 4;
    private const int TransactionAt = 14;
    private const int ConfirmedAt = 18;
    private const int NextFreeAt = 28;
    private const int HighestAt = 30;
    private const int CreatedAt = 68;
    private const int LastPageAt = 64;
    private const uint NoTransaction = uint.MaxValue;

    public static uint IdOf(ReadOnlySpan<byte> page) => BinaryPrimitives.ReadUInt32LittleEndian(page);

    public static byte TypeOf(ReadOnlySpan<byte> page) => page[TypeAt];

    public static bool IsConfirmed(ReadOnlySpan<byte> page) => page[ConfirmedAt] != 0;

    /// <summary>Of the header page: the highest page id in use.</summary>
    public static uint LastPageOf(ReadOnlySpan<byte> header) =>
        BinaryPrimitives.ReadUInt32LittleEndian(header[LastPageAt..]);

    public static bool IsLiteDbHeader(ReadOnlySpan<byte> page) =>
        page.Slice(ContentStart, 27).SequenceEqual("** This is a LiteDB file **"u8) && page[59] == 8;

    /// <summary>The range that should be zero; empty where the page has no directory.</summary>
    public static (int From, int To) FreeRange(ReadOnlySpan<byte> page)
    {
        var from = BinaryPrimitives.ReadUInt16LittleEndian(page[NextFreeAt..]);
        var directory = page[HighestAt] == byte.MaxValue ? 0 : (page[HighestAt] + 1) * 4;
        return from < ContentStart ? (0, 0) : (from, Bytes - directory);
    }

    /// <summary>Position and length of a directory entry; length 0: not in use, or not sound.</summary>
    public static (int At, int Length) Entry(ReadOnlySpan<byte> page, int index)
    {
        if (page[HighestAt] == byte.MaxValue || index > page[HighestAt]) return (0, 0);
        var entry = page[(Bytes - (index + 1) * 4)..];
        var length = BinaryPrimitives.ReadUInt16LittleEndian(entry);
        var at = BinaryPrimitives.ReadUInt16LittleEndian(entry[2..]);
        return at < ContentStart || at + length > Bytes ? (0, 0) : (at, length);
    }

    /// <summary>Entries that the directory of the page has room for.</summary>
    public static int EntriesOf(ReadOnlySpan<byte> page) =>
        page[HighestAt] == byte.MaxValue ? 0 : page[HighestAt] + 1;

    /// <summary>Makes a page of the log, or of LiteDB, into one of the data file.</summary>
    public static void Seal(Span<byte> page)
    {
        page[ConfirmedAt] = 0;
        // The time of creation: nobody asks for it, and it would make runs differ.
        if (IdOf(page) == 0) page.Slice(CreatedAt, 8).Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(page[TransactionAt..], CrcOf(page));
    }

    /// <summary>Whether a page of the data file is as it was written, and stands where it should.</summary>
    public static bool Verifies(ReadOnlySpan<byte> page, uint id) =>
        IdOf(page) == id
        && BinaryPrimitives.ReadUInt32LittleEndian(page[TransactionAt..]) == CrcOf(page);

    /// <summary>Makes a page of the data file into one that LiteDB knows.</summary>
    public static void Unseal(Span<byte> page) =>
        BinaryPrimitives.WriteUInt32LittleEndian(page[TransactionAt..], NoTransaction);

    private static uint CrcOf(ReadOnlySpan<byte> page) =>
        Crc.Of(page[(TransactionAt + 4)..], Crc.Of(page[..TransactionAt]));
}
