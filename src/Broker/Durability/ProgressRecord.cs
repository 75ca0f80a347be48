using LightMq.Broker.Sessions;

namespace LightMq.Broker.Durability;

/// <summary>Queue numbers that stand alike.</summary>
/// <param name="From">The first.</param>
/// <param name="Until">One behind the last.</param>
/// <param name="State">Done; Released: PUBREC came; Sent: it is sent again at once.</param>
internal readonly record struct StoredRange(long From, long Until, DeliveryState State);

/// <summary>
/// The stored form of how far a client's acknowledgements have come (docs/FORMATS.md, "Progress"): in runs of
/// numbers, so that it stays small while a backlog stands and any number of later messages goes by.
/// </summary>
internal sealed class ProgressRecord
{
    private const byte Version = 1;
    private readonly List<StoredRange> _ranges = [];

    public ProgressRecord(ReadOnlySpan<byte> value)
    {
        var from = new ByteReader(value);
        if (from.U8() != Version) throw new FormatException("a stored progress has an unknown version");
        Head = from.I64();
        for (var left = from.I32(); left > 0; left--)
        {
            var (first, count) = (from.I64(), from.I64());
            _ranges.Add(new StoredRange(first, checked(first + count), (DeliveryState)from.U8()));
        }
        _ranges.Sort((a, b) => a.From.CompareTo(b.From));
        for (var left = from.I32(); left > 0; left--) ExactIds.Add(from.U16());
    }

    /// <summary>All below is finished.</summary>
    public long Head { get; }

    /// <summary>What stands out of turn from there on, rising.</summary>
    public IReadOnlyList<StoredRange> Ranges => _ranges;

    /// <summary>Packet ids of QoS 2 publishes whose PUBREL has not come.</summary>
    public List<ushort> ExactIds { get; } = [];

    /// <summary>One behind the last number that it knows to be used.</summary>
    public long Next => _ranges.Count == 0 ? Head : Math.Max(Head, _ranges[^1].Until);

    /// <summary>How a number stands: waiting, unless something else is known.</summary>
    public DeliveryState StateOf(long sequence)
    {
        if (sequence < Head) return DeliveryState.Done;
        var (low, high) = (0, _ranges.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_ranges[middle].Until <= sequence) low = middle + 1;
            else high = middle;
        }
        return low < _ranges.Count && _ranges[low].From <= sequence
            ? _ranges[low].State : DeliveryState.Waiting;
    }

    /// <summary>Writes the progress of a session.</summary>
    public static void Write(ByteWriter to, Session session)
    {
        to.U8(Version);
        WriteQueue(to, session);
        var ids = session.HasReceipts ? session.Receipts.ExactIds : [];
        to.I32(ids.Count);
        foreach (var id in ids) to.U16(id);
    }

    private static void WriteQueue(ByteWriter to, Session session)
    {
        var queue = session.HasQueue ? session.Queue : null;
        to.I64(queue is null ? 1 : queue.Backlog?.First ?? queue.Head);
        var runs = new Runs(to);
        if (queue is not null)
        {
            if (queue.Backlog is { } backlog) WriteBacklog(runs, backlog, queue.Head);
            WriteRing(runs, queue, session.IsKeptForDays);
        }
        runs.End();
    }

    private static void WriteBacklog(Runs runs, Backlog backlog, long until)
    {
        backlog.Gaps(until, (from, behind) => runs.Add(from, behind, DeliveryState.Done));
        foreach (var sequence in backlog.Marked)
            if (StateOf(backlog.At(sequence)) is var state && state != DeliveryState.Waiting)
                runs.Add(sequence, sequence + 1, state);
    }

    private static void WriteRing(Runs runs, DeliveryQueue queue, bool isPaced)
    {
        var end = Math.Min(Math.Max(queue.NewestDone + 1, queue.Reached), queue.Tail);
        for (var sequence = queue.Head; sequence < end; sequence++)
        {
            var state = StateOf(queue.At(sequence));
            if (state == DeliveryState.Waiting || (state == DeliveryState.Sent && !isPaced)) continue;
            runs.Add(sequence, sequence + 1, state);
        }
    }

    /// <summary>What is not kept is not known after a restart: it counts as done.</summary>
    private static DeliveryState StateOf(in Delivery delivery) => delivery switch
    {
        { State: DeliveryState.Done } or { IsKept: false } => DeliveryState.Done,
        { State: DeliveryState.Received or DeliveryState.Released } => DeliveryState.Released,
        { State: DeliveryState.Sent } or { ComesAgain: true } => DeliveryState.Sent,
        _ => DeliveryState.Waiting,
    };

    /// <summary>Joins what is added, one behind the other, to runs.</summary>
    private sealed class Runs
    {
        private readonly ByteWriter _to;
        private readonly int _countAt;
        private StoredRange _last;
        private int _count;

        public Runs(ByteWriter to)
        {
            _to = to;
            _countAt = to.Length;
            to.I32(0);
        }

        public void Add(long from, long until, DeliveryState state)
        {
            if (_last.Until == from && _last.State == state) _last = _last with { Until = until };
            else
            {
                Flush();
                _last = new StoredRange(from, until, state);
            }
        }

        public void End()
        {
            Flush();
            _to.Patch(_countAt, _count);
        }

        private void Flush()
        {
            if (_last.Until == 0) return;
            _to.I64(_last.From);
            _to.I64(_last.Until - _last.From);
            _to.U8((byte)_last.State);
            _count++;
        }
    }
}
