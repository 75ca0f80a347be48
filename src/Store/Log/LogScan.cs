using System.Buffers.Binary;
using LightMq.Store.Disk;

namespace LightMq.Store.Log;

/// <summary>
/// What a log holds after a stop of any kind: whole groups, in order, up to the first that is not whole.
/// That one was never confirmed, because a group is only written once the one before it is durable; so a
/// sound group beyond it means that confirmed bytes were damaged.
/// </summary>
internal sealed class LogScan
{
    private const int ChunkBytes = 1 << 18;
    private readonly IDiskFile _file;
    private readonly byte[] _bytes = new byte[Frame.BytesMax];
    private readonly Dictionary<uint, long> _newest = [];
    private readonly uint _generation;

    public LogScan(IDiskFile file)
    {
        _file = file;
        (_generation, var crc) = LogFile.ReadHeaders(file);
        if (_generation == 0) Damage = "the log has no readable header";
        else ReadGroups(crc);
        LookBeyond(_generation > 0 ? _end : LogFile.HeaderBytes);
    }

    private long _end = LogFile.HeaderBytes;
    private long _lastGroup = LogFile.HeaderBytes;

    /// <summary>Whole groups.</summary>
    public int Groups { get; private set; }

    /// <summary>Whether a group that is not whole was found at the end.</summary>
    public bool TailCut { get; private set; }

    /// <summary>What is wrong, or null.</summary>
    public string? Damage { get; private set; }

    /// <summary>
    /// The pages to take over, each in its newest version. With <see cref="Damage"/>, every frame that
    /// verifies counts, for salvage.
    /// </summary>
    public IEnumerable<uint> PageIds => _newest.Keys;

    /// <summary>Reads a page of <see cref="PageIds"/>; false when the log has none of that id.</summary>
    public bool TryReadPage(uint id, Span<byte> page)
    {
        if (!_newest.TryGetValue(id, out var offset) || !TryReadFrame(offset, out var frame)) return false;
        frame.CopyPage(_bytes, page);
        return true;
    }

    /// <summary>
    /// Writes the last group again and syncs. A sync that failed may have left it in the system's memory
    /// alone, where it reads as whole; the groups before it were durable before it was begun.
    /// </summary>
    public void SecureLastGroup()
    {
        if (Groups == 0) return;
        var bytes = new byte[_end - _lastGroup];
        if (TryRead(_lastGroup, bytes) < bytes.Length)
            throw new IOException("the log could not be read twice");
        _file.Write(_lastGroup, bytes);
        _file.Sync();
    }

    private void ReadGroups(uint crc)
    {
        uint index = 0;
        var found = new List<(uint Id, long Offset)>();
        for (var at = _end; ;)
        {
            if (!TryReadFrame(at, out var frame) || frame.Generation != _generation || frame.Index != index
                || frame.Group != Groups + 1 || frame.Previous != crc)
            {
                TailCut = found.Count > 0;
                return;
            }
            found.Add((IdInFrame(), at));
            crc = frame.Crc;
            index++;
            at += frame.Length;
            if (!frame.IsLast) continue;
            foreach (var (id, offset) in found) _newest[id] = offset;
            found.Clear();
            Groups++;
            _lastGroup = _end;
            _end = at = (at + LogFile.BlockBytes - 1) / LogFile.BlockBytes * LogFile.BlockBytes;
        }
    }

    // Groups begin at blocks: any sound beginning past the first broken group tells of damage before it.
    // Frames of the generation before lie behind those of the newest and are in the data file already: only
    // the highest generation counts, in the order of its groups, also where its header was damaged.
    private void LookBeyond(long from)
    {
        var chunk = new byte[ChunkBytes];
        var beyond = new List<(uint Generation, uint Group, long Offset)>();
        for (var at = from; at < _file.Length; at += ChunkBytes)
        {
            var count = TryRead(at, chunk);
            for (var block = 0; block + Frame.HeaderBytes <= count; block += LogFile.BlockBytes)
                if (IsBeyond(chunk.AsSpan(block), at + block, out var frame))
                    beyond.Add((frame.Generation, frame.Group, at + block));
        }
        if (beyond.Count == 0) return;
        var generation = beyond.Max(group => group.Generation);
        if (generation > _generation)
        {
            Damage ??= $"the log's header of generation {generation} is unreadable";
            _newest.Clear();
            Groups = 0;
        }
        Damage ??= $"group {Groups + 1} of the log is damaged, later ones are not";
        TailCut = false;
        foreach (var group in beyond.Where(group => group.Generation == generation).Order())
            TakeGroup(group.Offset, generation);
    }

    private bool IsBeyond(ReadOnlySpan<byte> head, long at, out Frame frame) =>
        Frame.TryReadHeader(head, out frame)
        && (frame.Generation > _generation || (frame.Generation == _generation && frame.Group > Groups + 1))
        && TryReadFrame(at, out _);

    private void TakeGroup(long at, uint generation)
    {
        while (TryReadFrame(at, out var frame) && frame.Generation == generation)
        {
            _newest[IdInFrame()] = at;
            at += frame.Length;
            if (frame.IsLast) break;
        }
    }

    private uint IdInFrame() => BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(Frame.HeaderBytes));

    private bool TryReadFrame(long at, out Frame frame)
    {
        frame = default;
        return TryRead(at, _bytes.AsSpan(0, Frame.HeaderBytes)) == Frame.HeaderBytes
            && Frame.TryReadHeader(_bytes, out frame)
            && TryRead(at, _bytes.AsSpan(0, frame.Length)) == frame.Length
            && frame.Verifies(_bytes);
    }

    // A bad spot is no torn write: it may hide a confirmed group.
    private int TryRead(long at, Span<byte> to)
    {
        try
        {
            return _file.ReadPatiently(at, to);
        }
        catch (DamagedException unreadable)
        {
            Damage ??= $"the log is unreadable: {unreadable.Message}";
            return 0;
        }
    }
}
