using LightMq.DeviceAgent.Settings;

namespace LightMq.DeviceAgent.Link;

/// <summary>A message on its way to the broker.</summary>
/// <param name="Stream">Whose: a sensor, an output, results, events.</param>
/// <param name="Topic">Topic.</param>
/// <param name="Payload">Payload.</param>
internal sealed record Outgoing(string Stream, string Topic, byte[] Payload)
{
    /// <summary>How often it was sent.</summary>
    public int Tries { get; set; }

    /// <summary>Called once the broker has it, by any thread; null: nobody asks.</summary>
    public Action? Delivered { get; init; }
}

/// <summary>
/// What waits for the broker, in order. When it is full the oldest message of the stream that has the most
/// goes, so that one that floods pushes nobody else out; each that goes is counted. For any thread.
/// </summary>
/// <param name="settings">Bounds.</param>
internal sealed class Outbox(QueueSettings settings)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Outgoing> _waiting = new();
    private readonly Dictionary<string, int> _perStream = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> _skipped = new(StringComparer.Ordinal);
    private QueueSettings _settings = settings;
    private TaskCompletionSource _added = NewSignal();
    private long _bytes;
    private long _delivered;

    /// <summary>Bounds, which may change.</summary>
    public QueueSettings Settings
    {
        set
        {
            lock (_gate)
            {
                _settings = value;
                Shed();
            }
        }
    }

    /// <summary>Messages that wait.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _waiting.Count;
        }
    }

    /// <summary>Messages that the broker has acknowledged.</summary>
    public long Delivered => Interlocked.Read(ref _delivered);

    /// <summary>Messages that were skipped, by stream.</summary>
    public IReadOnlyDictionary<string, long> Skipped
    {
        get
        {
            lock (_gate) return new Dictionary<string, long>(_skipped);
        }
    }

    /// <summary>All messages that were skipped.</summary>
    public long SkippedCount
    {
        get
        {
            lock (_gate) return _skipped.Values.Sum();
        }
    }

    /// <summary>A message more.</summary>
    public void Add(Outgoing message)
    {
        lock (_gate)
        {
            _waiting.AddLast(message);
            Weigh(message, 1);
            Shed();
            _added.TrySetResult();
        }
    }

    /// <summary>The next message; null: none waits. It is back by <see cref="Return"/>, or gone.</summary>
    public Outgoing? Take()
    {
        lock (_gate)
        {
            if (_waiting.First is not { } first)
            {
                if (_added.Task.IsCompleted) _added = NewSignal();
                return null;
            }
            _waiting.RemoveFirst();
            Weigh(first.Value, -1);
            return first.Value;
        }
    }

    /// <summary>Ends once a message has come since <see cref="Take"/> gave none.</summary>
    public Task Added
    {
        get
        {
            lock (_gate) return _waiting.Count > 0 ? Task.CompletedTask : _added.Task;
        }
    }

    /// <summary>Whoever waits looks again.</summary>
    public void Nudge()
    {
        lock (_gate) _added.TrySetResult();
    }

    /// <summary>The broker has it.</summary>
    public void Acknowledged(Outgoing message)
    {
        Interlocked.Increment(ref _delivered);
        message.Delivered?.Invoke();
    }

    /// <summary>Messages that were sent and not acknowledged come first again, in their order.</summary>
    public void Return(IReadOnlyList<Outgoing> messages)
    {
        lock (_gate)
        {
            foreach (var message in messages.Reverse())
            {
                _waiting.AddFirst(message);
                Weigh(message, 1);
            }
            Shed();
        }
    }

    /// <summary>A message is given up.</summary>
    public void Skip(Outgoing message)
    {
        lock (_gate) _skipped[message.Stream] = _skipped.GetValueOrDefault(message.Stream) + 1;
    }

    private void Shed()
    {
        while (_waiting.Count > _settings.MessagesMax || _bytes > _settings.BytesMax)
        {
            var stream = _perStream.MaxBy(static pair => pair.Value).Key;
            var oldest = _waiting.First!;
            while (oldest.Value.Stream != stream) oldest = oldest.Next!;
            _waiting.Remove(oldest);
            Weigh(oldest.Value, -1);
            Skip(oldest.Value);
        }
    }

    private void Weigh(Outgoing message, int by)
    {
        _bytes += by * (message.Payload.Length + 2L * message.Topic.Length);
        var count = _perStream.GetValueOrDefault(message.Stream) + by;
        if (count == 0) _perStream.Remove(message.Stream);
        else _perStream[message.Stream] = count;
    }

    // Whoever waits must not run inside the lock.
    private static TaskCompletionSource NewSignal() =>
        new(TaskCreationOptions.RunContinuationsAsynchronously);
}
