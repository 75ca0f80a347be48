using LightMq.Broker.Streams;

namespace LightMq.Central.Core;

/// <summary>
/// Entries that wait for the core's thread, as bytes one behind the other. Bounded by who fills it: the
/// engine by <c>WaitingBytesMax</c>.
/// </summary>
internal sealed class CoreQueue
{
    private const int KeptBytesMax = 4 << 20;

    private byte[] _bytes = new byte[16 << 10];
    private int _length;

    /// <summary>The engine's number of the last entry.</summary>
    public long Number { get; set; }

    /// <summary>Whether nothing waits.</summary>
    public bool IsEmpty => _length == 0;

    /// <summary>Copies an entry.</summary>
    public void Add(in CoreEntry entry)
    {
        var record = new CoreRecord(entry, 0, 0);
        if (_bytes.Length - _length < record.Length)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + record.Length));
        record.Write(_bytes.AsSpan(_length));
        _length += record.Length;
    }

    /// <summary>Gives all entries to the core, in their order.</summary>
    public void AddTo(CoreLog log)
    {
        ReadOnlySpan<byte> rest = _bytes.AsSpan(0, _length);
        while (CoreRecord.TryRead(ref rest, out var record)) log.Add(record.Entry);
        _length = 0;
    }

    /// <summary>What waited is done.</summary>
    public void Clear()
    {
        (_length, Number) = (0, 0);
        if (_bytes.Length > KeptBytesMax) _bytes = new byte[16 << 10];
    }
}

/// <summary>What waits for the next commit. For any thread.</summary>
public sealed class CommitSignal
{
    private TaskCompletionSource _next = Make();

    /// <summary>Done with the next commit; to be taken before one looks at what is there.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    /// <summary>Something was committed.</summary>
    public void Pulse() => Interlocked.Exchange(ref _next, Make()).SetResult();

    private static TaskCompletionSource Make() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
