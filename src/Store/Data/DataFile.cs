using LightMq.Store.Disk;

namespace LightMq.Store.Data;

/// <summary>What was found where a page should be.</summary>
internal enum PageState
{
    Blank,
    Sound,
    Damaged,
}

/// <summary>
/// The data file: LiteDB's pages, each with our checksum in it, and room held in reserve so that a checkpoint
/// never needs more than there is.
/// </summary>
internal sealed class DataFile(IDiskFile file) : IDisposable
{
    private readonly byte[] _page = new byte[Page.Bytes];
    private long _length = file.Length;
    private bool _dirty;

    /// <summary>Whole pages that the file has room for.</summary>
    public uint Pages => (uint)(_length / Page.Bytes);

    /// <summary>Reads a page as LiteDB wants it. A page that cannot be read counts as damaged.</summary>
    public PageState Read(uint id, Span<byte> page)
    {
        try
        {
            if (id >= Pages || file.ReadPatiently((long)id * Page.Bytes, page) < Page.Bytes)
                return PageState.Blank;
        }
        catch (DamagedException)
        {
            return PageState.Damaged;
        }
        if (!page.ContainsAnyExcept((byte)0)) return PageState.Blank;
        if (!Page.Verifies(page, id)) return PageState.Damaged;
        Page.Unseal(page);
        return PageState.Sound;
    }

    /// <summary>Whether the first page says so, sound or not.</summary>
    public bool IsLiteDb() => file.Read(0, _page) == Page.Bytes && Page.IsLiteDbHeader(_page);

    /// <summary>Writes a page, from wherever it comes; durable after <see cref="Sync"/>.</summary>
    public void Write(uint id, ReadOnlySpan<byte> page)
    {
        page.CopyTo(_page);
        Page.Seal(_page);
        _dirty = true;
        file.Write((long)id * Page.Bytes, _page);
        _length = Math.Max(_length, (id + 1L) * Page.Bytes);
    }

    /// <summary>Makes what was written durable.</summary>
    public void Sync()
    {
        if (!_dirty) return;
        file.Sync();
        _dirty = false;
    }

    /// <summary>
    /// Makes sure there is room for all pages up to <paramref name="pageMax"/>, and tries to keep
    /// <paramref name="reserveBytes"/> beyond. False: they are no longer there.
    /// </summary>
    /// <exception cref="DiskFullException">Not even the pages themselves have room.</exception>
    public bool Reserve(uint pageMax, int reserveBytes)
    {
        var needed = (pageMax + 1L) * Page.Bytes;
        if (_length >= needed + reserveBytes / 2) return true;
        try
        {
            Allocate((needed + reserveBytes + Page.Bytes - 1) / Page.Bytes * Page.Bytes);
            return true;
        }
        catch (DiskFullException)
        {
            if (_length < needed) Allocate(needed);
            return false;
        }
    }

    public void Dispose() => file.Dispose();

    private void Allocate(long length)
    {
        file.Allocate(length);
        // Now, not at the next checkpoint: after a power cut the room may be somebody else's otherwise.
        file.Sync();
        _length = Math.Max(_length, length);
    }
}
