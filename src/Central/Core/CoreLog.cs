using System.Text;
using LightMq.Broker.Streams;
using LightMq.Store.Disk;

namespace LightMq.Central.Core;

/// <summary>
/// The embedded core (LMQ-CORE-1): an append-only log of what came up, read by partition and offset. Records
/// gather until <see cref="Commit"/>, which returns once they are durable. One thread writes; any thread
/// reads.
/// </summary>
public sealed class CoreLog : IDisposable
{
    private const int RunsPerReadMax = 10_000;

    private readonly IDisk _disk;
    private readonly CoreOptions _options;
    private readonly Lock _gate = new();
    private readonly Partitions _partitions;
    private readonly List<Segment> _segments = [];
    private readonly GapList _gaps = new();
    private byte[] _batch = new byte[64 << 10];
    private int _length = BatchHead.Size;
    private int _count;
    private long _number;

    private CoreLog(IDisk disk, CoreOptions options)
    {
        (_disk, _options) = (disk, options);
        _partitions = new Partitions(options.Partitions);
    }

    /// <summary>How far each stream has come.</summary>
    public StreamMarks Marks { get; } = new();

    /// <summary>What was found damaged at the start, in words; empty: nothing.</summary>
    public List<string> Damage { get; } = [];

    /// <summary>Bytes kept.</summary>
    public long Bytes
    {
        get { lock (_gate) return _segments.Sum(static segment => segment.End); }
    }

    /// <summary>Parent topics of which anything was kept; each has as many partitions as all.</summary>
    public List<string> Topics
    {
        get { lock (_gate) return [.. _partitions.Topics.Keys.Order(StringComparer.Ordinal)]; }
    }

    /// <summary>The newest gaps that are kept, the oldest first.</summary>
    public List<KeptGap> Gaps
    {
        get { lock (_gate) return [.. _gaps.All]; }
    }

    /// <summary>How far each stream has come, as it is now.</summary>
    public List<KeyValuePair<StreamName, StreamMark>> Streams
    {
        get { lock (_gate) return [.. Marks.All]; }
    }

    private Segment Newest => _segments[^1];

    /// <summary>
    /// Opens the core of a disk, or makes one. What was not finished when the power went is cut off; what is
    /// damaged is passed over and told, and never removed.
    /// </summary>
    public static CoreLog Open(IDisk disk, CoreOptions options)
    {
        var log = new CoreLog(disk, options);
        var numbers = Segment.Find(disk);
        foreach (var number in numbers) log.Load(Segment.Open(disk, number), isLast: number == numbers[^1]);
        if (numbers.Count == 0) log.Begin(1);
        else if (log.Newest.End == 0) log.BeginAgain();
        return log;
    }

    /// <summary>Adds an entry to those that are written next.</summary>
    public void Add(in CoreEntry entry)
    {
        var (partition, offset) = (0, 0L);
        if (!entry.IsGap)
        {
            partition = _partitions.Choose(entry);
            lock (_gate) offset = _partitions.Of(Partitions.ParentOf(entry))[partition].Give();
        }
        var record = new CoreRecord(entry, (ushort)partition, offset);
        if (_batch.Length - _length < record.Length)
            Array.Resize(ref _batch, Math.Max(_batch.Length * 2, _length + record.Length));
        record.Write(_batch.AsSpan(_length));
        _length += record.Length;
        _count++;
    }

    /// <summary>
    /// Writes what was added and syncs. If it throws, nothing is lost: call it again once the disk takes
    /// writes.
    /// </summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public void Commit()
    {
        if (_count == 0) return;
        if (Newest.End >= _options.SegmentBytes) Begin(Newest.Number + 1);
        var body = _batch.AsSpan(BatchHead.Size, _length - BatchHead.Size);
        var head = new BatchHead(BatchKind.Records, _number + 1, _count, body.Length, Crc.Of(body));
        head.Write(_batch);
        if (_batch.Length < head.Length) Array.Resize(ref _batch, head.Length);
        _batch.AsSpan(_length, head.Length - _length).Clear();
        Newest.Write(_batch.AsSpan(0, head.Length));
        lock (_gate)
        {
            Index(Newest, Newest.End, _batch.AsSpan(BatchHead.Size, head.BodyBytes));
            Newest.End += head.Length;
        }
        _number++;
        (_length, _count) = (BatchHead.Size, 0);
        if (_batch.Length > 4 << 20) _batch = new byte[64 << 10];
    }

    /// <summary>Removes the oldest segments that are beyond what is kept.</summary>
    /// <returns>Segments removed.</returns>
    public int Trim(long now)
    {
        lock (_gate)
        {
            Marks.Prune(now);
            var removed = 0;
            while (_segments.Count > 1 && IsOver(_segments[0], now))
            {
                var oldest = _segments[0];
                foreach (var all in _partitions.Topics.Values)
                    foreach (var partition in all) partition.Forget(oldest.Number);
                _segments.RemoveAt(0);
                oldest.Remove();
                removed++;
            }
            if (removed > 0) Segment.SyncNames(_disk);
            return removed;
        }
    }

    /// <summary>Offsets of a partition: the oldest kept, and the next to be given out.</summary>
    /// <returns>Null: there is no such partition.</returns>
    public (long First, long Next)? BoundsOf(string parent, int partition)
    {
        lock (_gate)
            return FindPartition(parent, partition) is { } found ? (found.First, found.Next) : null;
    }

    /// <summary>
    /// Reads messages of a partition from an offset on. One that is no longer kept counts as the oldest that
    /// is.
    /// </summary>
    /// <param name="parent">Parent topic.</param>
    /// <param name="partition">Partition.</param>
    /// <param name="offset">First offset wanted.</param>
    /// <param name="countMax">Most messages.</param>
    /// <param name="bytesMax">Bytes after which no more are added.</param>
    public List<KeptMessage> Read(string parent, int partition, long offset, int countMax, long bytesMax)
    {
        var found = new List<KeptMessage>();
        lock (_gate)
        {
            if (FindPartition(parent, partition) is not { } place) return found;
            offset = Math.Max(offset, place.First);
            var index = place.FindRun(offset);
            for (var runs = 0; index >= 0 && runs < RunsPerReadMax; runs++, index++)
            {
                if (found.Count >= countMax || bytesMax <= 0 || place.RunAt(index) is not { } run) break;
                ReadRun(run, parent, partition, offset, countMax, ref bytesMax, found);
            }
        }
        return found;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var segment in _segments) segment.Dispose();
            _segments.Clear();
        }
    }

    private Partition? FindPartition(string parent, int partition) =>
        _partitions.Topics.TryGetValue(parent, out var all) && partition >= 0 && partition < all.Length
            ? all[partition] : null;

    private bool IsOver(Segment oldest, long now) =>
        (_options.KeptMilliseconds > 0 && now - oldest.NewestAt > _options.KeptMilliseconds)
        || (_options.KeptBytes > 0 && _segments.Sum(static segment => segment.End) > _options.KeptBytes);

    private void Begin(long number)
    {
        var segment = Segment.Open(_disk, number);
        var body = Snapshot.Write(_partitions, Marks);
        var head = new BatchHead(BatchKind.Snapshot, _number + 1, 0, body.Length, Crc.Of(body));
        var bytes = new byte[head.Length];
        head.Write(bytes);
        body.CopyTo(bytes, BatchHead.Size);
        segment.Write(bytes);
        Segment.SyncNames(_disk);
        segment.End = bytes.Length;
        _number++;
        lock (_gate) _segments.Add(segment);
    }

    /// <summary>The power went while a segment was begun.</summary>
    private void BeginAgain()
    {
        var number = Newest.Number;
        Newest.Dispose();
        _segments.RemoveAt(_segments.Count - 1);
        Begin(number);
    }

    private void Load(Segment segment, bool isLast)
    {
        _segments.Add(segment);
        long at = 0, last = 0;
        while (true)
        {
            if (segment.TryReadHead(at, out var head) && segment.ReadBody(at, head) is { } body)
            {
                Take(segment, at, head, body);
                last = at;
                at += head.Length;
                continue;
            }
            var next = segment.FindHead(at + BatchHead.SectorBytes);
            if (next < 0) break;
            Damage.Add($"segment {segment.Number}: {next - at} bytes from {at} on are not what was written");
            at = next;
        }
        segment.End = at;
        if (isLast) segment.Cut(last, at);
    }

    private void Take(Segment segment, long at, in BatchHead head, byte[] body)
    {
        _number = Math.Max(_number, head.Number);
        if (head.Kind == BatchKind.Records)
        {
            Index(segment, at, body);
            return;
        }
        try
        {
            Snapshot.Read(body, _partitions, Marks);
        }
        catch (FormatException wrong)
        {
            Damage.Add($"segment {segment.Number}: {wrong.Message}");
        }
    }

    private void Index(Segment segment, long at, ReadOnlySpan<byte> body)
    {
        while (CoreRecord.TryRead(ref body, out var record))
        {
            var entry = record.Entry;
            segment.NewestAt = Math.Max(segment.NewestAt, entry.TakenAt);
            if (entry.IsGap) _gaps.Add(entry);
            else
            {
                var all = _partitions.Of(Partitions.ParentOf(entry));
                if (record.Partition < all.Length)
                    all[record.Partition].Add(record.Offset, segment.Number, at);
            }
            if (entry.Sequence == 0) continue;
            var stream = new StreamName(Encoding.UTF8.GetString(entry.Gateway),
                Encoding.UTF8.GetString(entry.Client), entry.Epoch);
            Marks.Move(stream, Math.Max(entry.Sequence, entry.LastSequence), entry.TakenAt);
        }
    }

    private void ReadRun(in Run run, string parent, int partition, long offset, int countMax,
        ref long bytesMax, List<KeptMessage> found)
    {
        var number = run.Segment;
        var segment = _segments.Find(one => one.Number == number);
        if (segment is null || !segment.TryReadHead(run.At, out var head)
            || segment.ReadBody(run.At, head) is not { } body)
            throw new IOException($"the core cannot read segment {run.Segment} at {run.At}");
        var rest = (ReadOnlySpan<byte>)body;
        while (found.Count < countMax && bytesMax > 0)
        {
            var start = body.Length - rest.Length;
            if (!CoreRecord.TryRead(ref rest, out var record)) return;
            if (record.Entry.IsGap || record.Partition != partition) continue;
            if (record.Offset < offset || Partitions.ParentOf(record.Entry) != parent) continue;
            found.Add(new KeptMessage(record.Offset, body.AsMemory(start, record.Length)));
            bytesMax -= record.Length;
        }
    }
}
