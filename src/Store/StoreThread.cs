using LightMq.Broker.Durability;
using LightMq.Store.Disk;

namespace LightMq.Store;

/// <summary>
/// The one thread that owns the <see cref="LiteStore"/>. Whatever the disk refuses, it closes, reopens and
/// repeats the same group, waiting longer each time, until it is stored or the host stops.
/// </summary>
public sealed class StoreThread : IGroupStore
{
    private const int RetryMillisecondsMin = 50;
    private const int HeartbeatMilliseconds = 1_000;

    // A call to the disk that takes longer hangs, as far as a stop is concerned.
    private const int HangMilliseconds = 5_000;

    // Each rebuild leaves a copy in quarantine: where it does not help, do not fill the disk with them.
    private const int RebuildsMax = 2;

    private readonly IDisk _disk;
    private readonly StoreOptions _options;
    private readonly StoreCallbacks _callbacks;
    private readonly TimeProvider _time;
    private readonly Thread _thread;
    private readonly object _gate = new();
    private readonly Queue<int> _loads = new();
    private StoreGroup? _group;
    private LiteStore? _store;
    private bool _stopping;
    private bool _full;
    private int _rebuilds;
    private bool _structureFailed;
    private bool _isVerified;
    private volatile bool _healthy = true;
    private long _lastProgress;

    /// <summary>
    /// Takes over <paramref name="store"/>, which the host opened and read; <paramref name="disk"/> stays the
    /// host's and is needed to reopen.
    /// </summary>
    public StoreThread(
        IDisk disk, LiteStore store, StoreCallbacks callbacks, TimeProvider time)
    {
        _disk = disk;
        _store = store;
        _options = store.Options with { Progress = Progress };
        _callbacks = callbacks;
        _time = time;
        _lastProgress = time.GetTimestamp();
        _thread = new Thread(Run) { Name = "store", IsBackground = true };
        _thread.Start();
    }

    /// <inheritdoc/>
    public bool IsHealthy => _healthy;

    /// <inheritdoc/>
    public long LastProgress => Volatile.Read(ref _lastProgress);

    /// <inheritdoc/>
    public void Submit(StoreGroup group)
    {
        LiteStore.Check(group);
        lock (_gate)
        {
            if (_group is not null) throw new InvalidOperationException("a group is under way already");
            _group = group;
            Monitor.PulseAll(_gate);
        }
    }

    /// <inheritdoc/>
    public void Load(int slot)
    {
        lock (_gate)
        {
            _loads.Enqueue(slot);
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>
    /// Stops: finishes the group under way where the disk allows, moves the log into the data file, closes. A
    /// disk that hangs is left alone: what it has is what <c>kill -9</c> would leave.
    /// </summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopping = true;
            Monitor.PulseAll(_gate);
        }
        while (!_thread.Join(HeartbeatMilliseconds))
            if (_time.GetElapsedTime(LastProgress).TotalMilliseconds > HangMilliseconds) return;
    }

    private void Run()
    {
        while (Next(out var group, out var slot))
        {
            if (group is not null) Store(group);
            else if (slot is { } wanted) Answer(wanted);
            else Idle();
        }
        _store?.Dispose();
    }

    // What to do next: a group first, then loads, then (both null) house-keeping. False: stop; who asked for
    // loads is no longer there then.
    private bool Next(out StoreGroup? group, out int? slot)
    {
        lock (_gate)
        {
            while (true)
            {
                Progress();
                group = _group;
                if (group is null && _stopping)
                {
                    slot = null;
                    return false;
                }
                slot = group is null && _loads.Count > 0 ? _loads.Dequeue() : null;
                if (group is not null || slot is not null) return true;
                if (!Monitor.Wait(_gate, HeartbeatMilliseconds)) return true;
            }
        }
    }

    private void Store(StoreGroup group)
    {
        var number = group.Number;
        var stored = Try(store => store.Commit(group));
        lock (_gate) _group = null;
        if (!stored) return;
        TellFull();
        _callbacks.Stored(number);
    }

    private void Answer(int slot)
    {
        byte[]? bytes = null;
        if (Try(store => bytes = store.Load(slot))) _callbacks.Loaded(slot, bytes ?? []);
    }

    private void Idle()
    {
        if (_store is null || !(_store.WantsCheckpoint || _store.IsFull)) return;
        if (Try(static store => store.Checkpoint())) TellFull();
    }

    // False: the host stops and the disk still refuses.
    private bool Try(Action<LiteStore> work)
    {
        var wait = RetryMillisecondsMin;
        while (true)
        {
            try
            {
                _store ??= Reopen();
                work(_store);
                if (!_healthy) _callbacks.Recovered(_store.Report);
                _healthy = true;
                _rebuilds = 0;
                return true;
            }
            catch (Exception refused) when (refused is IOException or StoreUnavailableException)
            {
                Refused(refused);
            }
            if (!Pause(wait)) return false;
            wait = Math.Min(wait * 2, _options.RetryMillisecondsMax);
        }
    }

    private LiteStore Reopen()
    {
        var rebuild = _structureFailed && _rebuilds < RebuildsMax;
        if (rebuild) _rebuilds++;
        return LiteStore.Open(_disk, _options, rebuild, _isVerified);
    }

    private void Refused(Exception reason)
    {
        _healthy = false;
        _structureFailed = reason is StructureException;
        // Verifying reads the whole file: not again for each attempt on a disk that is only full.
        _isVerified = reason is DiskFullException && (_isVerified || _store is not null);
        _store?.Dispose();
        _store = null;
        if (reason is DiskFullException && !_full) _callbacks.DiskFull(_full = true);
        _callbacks.Failed(reason.Message);
    }

    private void TellFull()
    {
        if (_store!.IsFull != _full) _callbacks.DiskFull(_full = _store.IsFull);
    }

    // False: stop. Waiting is progress: the watchdog must not kill a broker whose disk is full.
    private bool Pause(int milliseconds)
    {
        lock (_gate)
        {
            for (var left = milliseconds; left > 0 && !_stopping; left -= HeartbeatMilliseconds)
            {
                Progress();
                Monitor.Wait(_gate, Math.Min(left, HeartbeatMilliseconds));
            }
            return !_stopping;
        }
    }

    private void Progress() => Volatile.Write(ref _lastProgress, _time.GetTimestamp());
}
