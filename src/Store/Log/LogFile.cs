using System.Buffers.Binary;
using LightMq.Store.Data;
using LightMq.Store.Disk;

namespace LightMq.Store.Log;

/// <summary>
/// The log on disk: two header blocks that name the generation, then groups of frames, each group beginning
/// in a block of its own so that writing one never touches another (docs/FORMATS.md, ADR 0011). Pages
/// gather in memory until <see cref="WriteGroup"/>.
/// </summary>
internal sealed class LogFile : IDisposable
{
    public const int BlockBytes = 4096;
    public const int HeaderBytes = 2 * BlockBytes;
    private const int HeaderCovered = 16;
    private const int KeptBufferMax = 1 << 20;
    private readonly IDiskFile _file;
    private readonly List<Place> _places = [];
    private readonly byte[] _frame = new byte[Frame.BytesMax];
    private byte[] _group = new byte[16 * BlockBytes];
    private int _gathered;
    private uint _groupNumber = 1;
    private uint _crc;
    private long _end = HeaderBytes;

    private readonly record struct Place(long Offset, int Length);

    private LogFile(IDiskFile file) => _file = file;

    /// <summary>Counts up each time the log begins anew; 0: no header is readable.</summary>
    public uint Generation { get; private set; }

    /// <summary>Pages in this generation, with those that only gather yet.</summary>
    public int Pages => _places.Count;

    /// <summary>Number of the group that gathers, counting on over all generations.</summary>
    public long GroupNumber => ((long)Generation << 32) | _groupNumber;

    /// <summary>Bytes of groups on disk.</summary>
    public long Bytes => _end - HeaderBytes;

    /// <summary>The highest page id that was appended.</summary>
    public uint PageMax { get; private set; }

    /// <summary>
    /// Makes a log of zeros that are really written, so that later syncs change no metadata.
    /// </summary>
    public static LogFile Create(IDiskFile file, int bytes)
    {
        var zeros = new byte[Math.Min(bytes, 1 << 18)];
        for (long at = 0; at < bytes; at += zeros.Length)
            file.Write(at, zeros.AsSpan(0, (int)Math.Min(zeros.Length, bytes - at)));
        file.Sync();
        var log = new LogFile(file);
        log.BeginGeneration();
        return log;
    }

    /// <summary>Opens a log without looking at its frames (<see cref="LogScan"/> does).</summary>
    public static LogFile Open(IDiskFile file)
    {
        var log = new LogFile(file);
        var (generation, crc) = ReadHeaders(file);
        log.Generation = generation;
        log._crc = crc;
        return log;
    }

    /// <summary>The newest header that verifies; generation 0 when none does.</summary>
    public static (uint Generation, uint Crc) ReadHeaders(IDiskFile file)
    {
        (uint Generation, uint Crc) newest = default;
        Span<byte> header = stackalloc byte[HeaderCovered + 4];
        for (var slot = 0; slot < 2; slot++)
        {
            if (file.Read(slot * BlockBytes, header) < header.Length) continue;
            var crc = BinaryPrimitives.ReadUInt32LittleEndian(header[HeaderCovered..]);
            if (!header.StartsWith("LMQLOG\0\u0001"u8) || Crc.Of(header[..HeaderCovered]) != crc) continue;
            var generation = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
            if (generation > newest.Generation) newest = (generation, crc);
        }
        return newest;
    }

    /// <summary>
    /// Forgets all frames; durable when it returns. The caller has made everything durable elsewhere.
    /// </summary>
    public void BeginGeneration()
    {
        var (generation, _) = ReadHeaders(_file);
        // What we read may be a header that an earlier process could not sync: make it sure before its
        // predecessor is overwritten.
        if (generation > 0) WriteHeader(generation);
        Generation = generation + 1;
        _crc = WriteHeader(Generation);
        _places.Clear();
        _gathered = 0;
        _groupNumber = 1;
        _end = HeaderBytes;
    }

    /// <summary>Adds a page to the group that gathers.</summary>
    public void Append(ReadOnlySpan<byte> page)
    {
        if (_group.Length - _gathered < Frame.BytesMax) Array.Resize(ref _group, _group.Length * 2);
        var frame = Frame.Write(
            _group.AsSpan(_gathered), page, Generation, (uint)_places.Count, _groupNumber, _crc);
        _places.Add(new Place(_end + _gathered, frame.Length));
        _crc = frame.Crc;
        _gathered += frame.Length;
        PageMax = Math.Max(PageMax, Page.IdOf(page));
    }

    /// <summary>Writes the gathered group and syncs: once this returns, the group is durable.</summary>
    public void WriteGroup()
    {
        var length = (_gathered + BlockBytes - 1) / BlockBytes * BlockBytes;
        if (_group.Length < length) Array.Resize(ref _group, length);
        _group.AsSpan(_gathered, length - _gathered).Clear();
        _file.Write(_end, _group.AsSpan(0, length));
        _file.Sync();
        _end += length;
        _gathered = 0;
        _groupNumber++;
        if (_group.Length > KeptBufferMax) _group = new byte[16 * BlockBytes];
    }

    /// <summary>Reads a page of this generation back.</summary>
    public void ReadPage(int index, Span<byte> page)
    {
        var place = _places[index];
        Span<byte> bytes = _frame.AsSpan(0, place.Length);
        if (place.Offset >= _end) bytes = _group.AsSpan((int)(place.Offset - _end), place.Length);
        else if (_file.Read(place.Offset, bytes) < bytes.Length) throw Damaged(index);
        if (!Frame.TryReadHeader(bytes, out var frame) || !frame.Verifies(bytes) || frame.Index != index)
            throw Damaged(index);
        frame.CopyPage(bytes, page);
    }

    public void Dispose() => _file.Dispose();

    private uint WriteHeader(uint generation)
    {
        var block = new byte[BlockBytes];
        "LMQLOG\0\u0001"u8.CopyTo(block);
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(8), generation);
        var crc = Crc.Of(block.AsSpan(0, HeaderCovered));
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(HeaderCovered), crc);
        _file.Write(generation % 2 * BlockBytes, block);
        _file.Sync();
        return crc;
    }

    private DamagedException Damaged(int index) =>
        new($"page {index} of generation {Generation} of the log is damaged");
}
