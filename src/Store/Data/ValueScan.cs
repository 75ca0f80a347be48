using System.Buffers.Binary;

namespace LightMq.Store.Data;

/// <summary>
/// Where pages come from: the data file, or the data file under what a damaged log still holds.
/// </summary>
internal delegate PageState PageSource(uint id, Span<byte> page);

/// <summary>
/// Finds every value by reading pages in their order, past LiteDB's indexes: the start reads a file this
/// way at the speed of the disk, and salvage finds what is left. Nothing it meets makes it throw.
/// </summary>
internal sealed class ValueScan(PageSource source, uint pages)
{
    private const int BlockHeaderBytes = 6;
    private const int BlocksMax = 4096;
    private const int PagesPerProgress = 512;
    private readonly byte[] _page = new byte[Page.Bytes];
    private readonly byte[] _extension = new byte[Page.Bytes];
    private byte[] _document = new byte[Page.Bytes];

    /// <summary>A place where a value begins.</summary>
    public readonly record struct Place(uint PageId, byte Index);

    /// <summary>Takes one value that verified.</summary>
    public delegate void Visitor(Place place, in StoredValue value);

    /// <summary>Called now and then.</summary>
    public Action Progress { get; init; } = static () => { };

    /// <summary>Values that begin somewhere but do not verify.</summary>
    public int Broken { get; private set; }

    /// <summary>Pages that do not verify.</summary>
    public int PagesDamaged { get; private set; }

    /// <summary>Visits all values.</summary>
    public void Run(Visitor visitor)
    {
        for (uint id = 0; id < pages; id++)
        {
            var state = source(id, _page);
            if (id % PagesPerProgress == 0) Progress();
            if (state == PageState.Damaged) PagesDamaged++;
            if (state == PageState.Sound && Page.TypeOf(_page) == Page.DataType) RunPage(id, visitor);
        }
    }

    /// <summary>Visits the value at one place, if it is there still.</summary>
    public void Visit(Place place, Visitor visitor)
    {
        if (source(place.PageId, _page) != PageState.Sound) return;
        if (TryAssemble(place.Index, out var length) && TryParse(_document.AsSpan(0, length), out var value))
            visitor(place, value);
    }

    private void RunPage(uint id, Visitor visitor)
    {
        for (var index = 0; index < Page.EntriesOf(_page); index++)
        {
            var (at, length) = Page.Entry(_page, index);
            if (length <= BlockHeaderBytes || _page[at] != 0) continue; // unused, or the middle of a document
            if (TryAssemble((byte)index, out var total)
                && TryParse(_document.AsSpan(0, total), out var value))
                visitor(new Place(id, (byte)index), value);
            else Broken++;
        }
    }

    // A document is a chain of blocks: extension mark, page and index of the next block, bytes.
    private bool TryAssemble(byte index, out int length)
    {
        length = 0;
        ReadOnlySpan<byte> page = _page;
        for (var blocks = 0; blocks < BlocksMax; blocks++)
        {
            var (at, count) = Page.Entry(page, index);
            if (count <= BlockHeaderBytes || (page[at] != 0) != (blocks > 0)) return false;
            var content = page.Slice(at + BlockHeaderBytes, count - BlockHeaderBytes);
            if (_document.Length < length + content.Length)
                Array.Resize(ref _document, Math.Max(_document.Length * 2, length + content.Length));
            content.CopyTo(_document.AsSpan(length));
            length += content.Length;
            var next = BinaryPrimitives.ReadUInt32LittleEndian(page[(at + 1)..]);
            index = page[at + 5];
            if (next == uint.MaxValue) return true;
            if (source(next, _extension) != PageState.Sound || Page.TypeOf(_extension) != Page.DataType)
                return false;
            page = _extension;
        }
        return false;
    }

    // BSON { "_id": int32, "v": binary }, as LiteDB writes it.
    private static bool TryParse(ReadOnlySpan<byte> document, out StoredValue value)
    {
        const int ValueAt = 21;
        value = default;
        if (document.Length < ValueAt + 1 || !document[4..9].SequenceEqual("\u0010_id\0"u8)) return false;
        if (!document[13..16].SequenceEqual("\u0005v\0"u8)) return false;
        var length = BinaryPrimitives.ReadInt32LittleEndian(document[16..]);
        if (length < 0 || length > document.Length - ValueAt - 1) return false;
        return Envelope.TryOpen(document.Slice(ValueAt, length), out value)
            && value.Key == BinaryPrimitives.ReadInt32LittleEndian(document[9..]);
    }
}
