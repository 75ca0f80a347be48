namespace LightMq.DeviceAgent;

/// <summary>
/// The one thread that owns all of the agent's state. What happens elsewhere, on a bus or at the broker,
/// comes in by <see cref="Post"/>; what is to happen later is put down by <see cref="After"/>.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class Loop(TimeProvider time)
{
    private readonly long _begin = time.GetTimestamp();
    private readonly Queue<Action> _posted = new();
    private readonly PriorityQueue<Alarm, (long, long)> _alarms = new();
    private long _turns;
    private long _alarmsMade;
    private bool _isOver;

    /// <summary>Turns so far.</summary>
    public long Turns => Interlocked.Read(ref _turns);

    /// <summary>Milliseconds since the loop was made.</summary>
    public long Now => (long)time.GetElapsedTime(_begin).TotalMilliseconds;

    /// <summary>Whether something has come that waits for its turn.</summary>
    public bool IsBusy
    {
        get
        {
            lock (_posted) return _posted.Count > 0;
        }
    }

    /// <summary>Something happened. For any thread; bounded by the senders, each of which waits for its turn.
    /// </summary>
    public void Post(Action happened)
    {
        lock (_posted)
        {
            _posted.Enqueue(happened);
            Monitor.Pulse(_posted);
        }
    }

    /// <summary>Something is to be done later. On the loop.</summary>
    public Alarm After(TimeSpan wait, Action action)
    {
        var alarm = new Alarm(action, Now + (long)Math.Max(0, wait.TotalMilliseconds));
        _alarms.Enqueue(alarm, (alarm.DueAt, ++_alarmsMade));
        return alarm;
    }

    /// <summary>Does what has come and what is due.</summary>
    /// <returns>Milliseconds until the next alarm; null: there is none.</returns>
    public long? Turn()
    {
        while (Take() is { } happened) happened();
        while (_alarms.TryPeek(out var alarm, out _))
        {
            if (!alarm.IsCancelled && alarm.DueAt > Now) break;
            _alarms.Dequeue();
            if (!alarm.IsCancelled) alarm.Ring();
        }
        Interlocked.Increment(ref _turns);
        return _alarms.TryPeek(out var next, out _) ? Math.Max(0, next.DueAt - Now) : null;
    }

    /// <summary>Turns until <see cref="End"/>.</summary>
    public void Run()
    {
        while (true)
        {
            var wait = (int)Math.Min(Turn() ?? 60_000, 60_000);
            lock (_posted)
            {
                if (_posted.Count > 0) continue;
                if (_isOver) return;
                // An alarm that is due in less than a millisecond: turn again.
                if (wait > 0) Monitor.Wait(_posted, wait);
            }
        }
    }

    /// <summary>The loop ends once what has come is done. For any thread.</summary>
    public void End()
    {
        lock (_posted)
        {
            _isOver = true;
            Monitor.Pulse(_posted);
        }
    }

    private Action? Take()
    {
        lock (_posted) return _posted.TryDequeue(out var happened) ? happened : null;
    }
}

/// <summary>Something that is to be done later, unless it is cancelled.</summary>
internal sealed class Alarm(Action action, long dueAt)
{
    /// <summary>When, by <see cref="Loop.Now"/>.</summary>
    public long DueAt => dueAt;

    /// <summary>Whether it is not to be done.</summary>
    public bool IsCancelled { get; private set; }

    /// <summary>Does it.</summary>
    public void Ring()
    {
        IsCancelled = true;
        action();
    }

    /// <summary>It is not to be done any more.</summary>
    public void Cancel() => IsCancelled = true;
}
