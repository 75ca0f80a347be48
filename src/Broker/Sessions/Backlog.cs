using LightMq.Lmq;

namespace LightMq.Broker.Sessions;

/// <summary>
/// Messages that waited when their client came back, apart from the stream that arrives online (LMQ-OFF-1):
/// sorted by queue number, with gaps of any width. A place is found in O(log n), removed wherever it lies,
/// and both ends are near. Some of the places are drawn: they are to be sent next, in the order of drawing.
/// </summary>
internal sealed class Backlog
{
    // Places read ahead; those that are gone are forgotten whenever there are twice as many.
    private const int ReadAheadMin = 1_024;

    private readonly List<BacklogChunk> _chunks = [];
    private readonly Dictionary<ushort, long> _inFlight = [];
    private readonly SortedSet<long> _marked = [];
    private readonly Queue<long> _drawn = [];
    private readonly List<long> _readAhead = [];
    private int _pruneAt = ReadAheadMin;
    private long _openFrom;
    private long _openUntil = long.MaxValue;

    /// <summary>Places that wait or are in flight.</summary>
    public int Count { get; private set; }

    /// <summary>Oldest place.</summary>
    public long First => _chunks[0].First;

    /// <summary>
    /// Places that are more than waiting: in flight, sent before, half acknowledged, or not kept. Rising.
    /// </summary>
    public IReadOnlyCollection<long> Marked => _marked;

    /// <summary>Places whose messages were read back though nobody had asked for them yet.</summary>
    public IReadOnlyList<long> ReadAhead => _readAhead;

    /// <summary>Places drawn and not yet sent; those that were dropped meanwhile may be among them.</summary>
    public IReadOnlyCollection<long> Drawn => _drawn;

    /// <summary>Adds a place behind all others.</summary>
    public void Append(long sequence, in Delivery delivery)
    {
        if (_chunks.Count == 0 || _chunks[^1].IsFull) _chunks.Add(new BacklogChunk());
        _chunks[^1].Append(sequence, delivery);
        Count++;
        if (delivery.State != DeliveryState.Waiting || delivery.ComesAgain || !delivery.IsKept)
            _marked.Add(sequence);
    }

    /// <summary>Whether a place of this number is here.</summary>
    public bool Holds(long sequence) => ChunkOf(sequence) is { } chunk && chunk.IndexOf(sequence) >= 0;

    /// <summary>The place of a number that is here; valid until something is added or removed.</summary>
    public ref Delivery At(long sequence)
    {
        var chunk = ChunkOf(sequence)!;
        return ref chunk.Places[chunk.IndexOf(sequence)];
    }

    /// <summary>A place is done with.</summary>
    public void Remove(long sequence)
    {
        var index = IndexOfChunk(sequence);
        _chunks[index].Remove(sequence);
        if (_chunks[index].Live == 0) _chunks.RemoveAt(index);
        Count--;
        _marked.Remove(sequence);
    }

    /// <summary>The next place behind a number; 0: none.</summary>
    public long After(long sequence)
    {
        var index = Math.Max(0, IndexOfChunk(sequence));
        for (; index < _chunks.Count; index++)
            if (_chunks[index].After(sequence) is var next and not 0) return next;
        return 0;
    }

    /// <summary>The last place before a number; 0: none.</summary>
    public long Before(long sequence)
    {
        for (var index = IndexOfChunk(sequence); index >= 0; index--)
            if (_chunks[index].Before(sequence) is var last and not 0) return last;
        return 0;
    }

    /// <summary>The first place, by age, that is neither drawn nor in flight; 0: none.</summary>
    public long NextOpen(PullOrder order)
    {
        if (order == PullOrder.OldestFirst)
        {
            var sequence = After(_openFrom);
            while (sequence != 0 && At(sequence).IsTaken) sequence = After(sequence);
            _openFrom = sequence == 0 ? long.MaxValue - 1 : sequence - 1;
            return sequence;
        }
        var newest = Before(_openUntil);
        while (newest != 0 && At(newest).IsTaken) newest = Before(newest);
        _openUntil = newest == 0 ? 0 : newest + 1;
        return newest;
    }

    /// <summary>The place is to be sent, behind those drawn before.</summary>
    public void Draw(long sequence)
    {
        At(sequence).IsTaken = true;
        _drawn.Enqueue(sequence);
    }

    /// <summary>The place that is to be sent next; 0: none.</summary>
    public long NextDrawn()
    {
        while (_drawn.TryPeek(out var sequence))
        {
            if (Holds(sequence)) return sequence;
            _drawn.Dequeue();
        }
        return 0;
    }

    /// <summary>What was drawn last is taken back, except what the client has a right to now.</summary>
    public void Undraw()
    {
        for (var left = _drawn.Count; left > 0; left--)
        {
            var sequence = _drawn.Dequeue();
            if (!Holds(sequence)) continue;
            if (_marked.Contains(sequence)) _drawn.Enqueue(sequence);
            else At(sequence).IsTaken = false;
        }
        OpenAll();
    }

    /// <summary>The place that was to be sent next is on its way.</summary>
    public void Sent(long sequence, ushort packetId)
    {
        _drawn.Dequeue();
        _marked.Add(sequence);
        if (packetId != 0) _inFlight[packetId] = sequence;
    }

    /// <summary>Whether a place was sent on this connection.</summary>
    public bool IsInFlight(long sequence, ushort packetId) =>
        _inFlight.TryGetValue(packetId, out var sent) && sent == sequence;

    /// <summary>The place that was sent with this packet id and is not done; 0: none.</summary>
    public long SequenceOf(ushort packetId)
    {
        if (!_inFlight.TryGetValue(packetId, out var sequence)) return 0;
        if (Holds(sequence)) return sequence;
        _inFlight.Remove(packetId);
        return 0;
    }

    /// <summary>The connection is gone: nothing is drawn or in flight any more.</summary>
    public void Rewind()
    {
        foreach (var sequence in _inFlight.Values)
        {
            if (!Holds(sequence)) continue;
            ref var delivery = ref At(sequence);
            delivery.IsTaken = false;
            delivery.Rewind();
        }
        foreach (var sequence in _drawn)
            if (Holds(sequence)) At(sequence).IsTaken = false;
        _inFlight.Clear();
        _drawn.Clear();
        OpenAll();
    }

    /// <summary>A message was read back before its turn.</summary>
    public void HasRead(long sequence)
    {
        if (_readAhead.Count >= _pruneAt)
        {
            _readAhead.RemoveAll(read => !Holds(read));
            _pruneAt = Math.Max(ReadAheadMin, 2 * _readAhead.Count);
        }
        _readAhead.Add(sequence);
    }

    /// <summary>None is ahead any more.</summary>
    public void ForgetReadAhead() => _readAhead.Clear();

    /// <summary>
    /// Calls for each run of numbers that are not here, from <see cref="First"/> on: its first, and one
    /// behind its last.
    /// </summary>
    public void Gaps(long until, Action<long, long> gap)
    {
        var next = First;
        foreach (var chunk in _chunks)
        {
            if (chunk.IsSolid)
            {
                if (chunk.First > next) gap(next, chunk.First);
                next = chunk.Last + 1;
                continue;
            }
            for (var sequence = chunk.First; sequence != 0; sequence = chunk.After(sequence))
            {
                if (sequence > next) gap(next, sequence);
                next = sequence + 1;
            }
        }
        if (until > next) gap(next, until);
    }

    private void OpenAll() => (_openFrom, _openUntil) = (0, long.MaxValue);

    private BacklogChunk? ChunkOf(long sequence)
    {
        var index = IndexOfChunk(sequence);
        return index < 0 ? null : _chunks[index];
    }

    /// <summary>The last chunk that begins at or before a number; -1: none does.</summary>
    private int IndexOfChunk(long sequence)
    {
        var (low, high) = (0, _chunks.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_chunks[middle].First <= sequence) low = middle + 1;
            else high = middle;
        }
        return low - 1;
    }
}
