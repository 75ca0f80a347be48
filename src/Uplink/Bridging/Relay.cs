namespace LightMq.Uplink.Bridging;

/// <summary>
/// The one queue of a direction: what waits for the target, and what is under way to it. The source is
/// owed its acknowledgements in order, each after the target's.
/// </summary>
internal sealed class Relay
{
    /// <summary>Smallest packet id; those below are for what the host itself sends.</summary>
    public const ushort FirstId = 16;

    private readonly Deque<Parcel> _waiting = new();
    private readonly Deque<Parcel> _sent = new();
    private readonly Dictionary<ushort, Parcel> _inFlight = [];
    private ushort _lastId = FirstId - 1;

    /// <summary>Messages under way.</summary>
    public int InFlight => _inFlight.Count;

    /// <summary>Their bytes.</summary>
    public long InFlightBytes { get; private set; }

    /// <summary>Messages that were sent and still hold back acknowledgements.</summary>
    public int Sent => _sent.Count;

    /// <summary>Messages that wait.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>Bytes of QoS 0 that wait.</summary>
    public long WaitingBytesOfQos0 { get; private set; }

    /// <summary>Bytes of QoS ≥ 1 that wait or are under way.</summary>
    public long Bytes { get; private set; }

    /// <summary>The next to be sent; null: nothing waits.</summary>
    public Parcel? Next => _waiting.Count > 0 ? _waiting.Front : null;

    /// <summary>The oldest that is under way or held; null: nothing is.</summary>
    public Parcel? Oldest => _sent.Count > 0 ? _sent.Front : null;

    /// <summary>Puts a message behind all others.</summary>
    public void Add(Parcel parcel)
    {
        Count(parcel, 1);
        _waiting.PushBack(parcel);
    }

    /// <summary>Puts a message before all that wait.</summary>
    public void Insert(Parcel parcel)
    {
        Count(parcel, 1);
        _waiting.PushFront(parcel);
    }

    /// <summary>Takes the next one away, for good: QoS 0.</summary>
    public Parcel Take()
    {
        var parcel = _waiting.PopFront();
        Count(parcel, -1);
        return parcel;
    }

    /// <summary>The next one goes out, with its former packet id if it has one.</summary>
    public Parcel Send(long now)
    {
        var parcel = _waiting.PopFront();
        _sent.PushBack(parcel);
        parcel.IsSent = true;
        if (parcel.IsDone) return parcel;
        if (parcel.TargetId == 0 || _inFlight.ContainsKey(parcel.TargetId)) parcel.TargetId = FreeId();
        (parcel.IsInFlight, parcel.SentAt) = (true, now);
        _inFlight[parcel.TargetId] = parcel;
        InFlightBytes += parcel.Message.Bytes;
        return parcel;
    }

    /// <summary>The target acknowledged a packet id; null: it was not under way.</summary>
    public Parcel? Acknowledged(ushort id)
    {
        if (!_inFlight.Remove(id, out var parcel)) return null;
        parcel.IsInFlight = false;
        InFlightBytes -= parcel.Message.Bytes;
        return parcel;
    }

    /// <summary>Takes the oldest away if it is done: its source may be told.</summary>
    public Parcel? PopDone()
    {
        if (_sent.Count == 0 || !_sent.Front.IsDone) return null;
        var parcel = _sent.PopFront();
        Count(parcel, -1);
        return parcel;
    }

    /// <summary>The connection to the target is gone: what was under way waits again, in its order.</summary>
    public void TargetLost()
    {
        _inFlight.Clear();
        InFlightBytes = 0;
        while (_sent.Count > 0)
        {
            var parcel = _sent.PopBack();
            parcel.IsSent = parcel.IsInFlight = false;
            if (parcel.IsForgotten) Count(parcel, -1);
            else _waiting.PushFront(parcel);
        }
    }

    /// <summary>
    /// The connection to the source is gone: it gives everything again that was not acknowledged. What is
    /// under way stays only until it is acknowledged.
    /// </summary>
    public void SourceLost()
    {
        for (var i = 0; i < _sent.Count; i++)
        {
            var parcel = _sent[i];
            parcel.IsForgotten = true;
            if (!parcel.IsInFlight) parcel.IsDone = true;
        }
        while (_waiting.Count > 0)
        {
            var parcel = _waiting.PopFront();
            Count(parcel, -1);
            parcel.IsForgotten = true;
        }
    }

    /// <summary>The first that waits and is not done: what the target closed at.</summary>
    public Parcel? FirstUndone()
    {
        for (var i = 0; i < _waiting.Count; i++)
            if (!_waiting[i].IsDone) return _waiting[i];
        return null;
    }

    private ushort FreeId()
    {
        do
        {
            _lastId = _lastId == ushort.MaxValue ? FirstId : (ushort)(_lastId + 1);
        }
        while (_inFlight.ContainsKey(_lastId));
        return _lastId;
    }

    private void Count(Parcel parcel, int sign)
    {
        // A refused message has become a smaller one: what is counted is what it came with.
        if (parcel.CountedBytes == 0) parcel.CountedBytes = parcel.Message.Bytes;
        if (parcel.IsQos0) WaitingBytesOfQos0 += sign * parcel.CountedBytes;
        else Bytes += sign * parcel.CountedBytes;
    }
}
