using LightMq.Broker.Durability;
using LightMq.Simulator.World;
using LightMq.Store.Disk;

namespace LightMq.Simulator.Machine;

/// <summary>The thread that owns the store: one job after another, each taking its time.</summary>
public sealed class StoreThread(Scheduler scheduler, IStoreModel store, long commitMicroseconds)
{
    private readonly Queue<Action> _jobs = new();
    private bool _busy;
    private bool _broken;
    private bool _full;
    private bool _asks;

    public Action<long>? Stored { get; set; }
    public Action<int, byte[]>? Loaded { get; set; }
    public Action<bool>? Full { get; set; }
    public Action? PowerLost { get; set; }
    /// <summary>The process is gone: nothing more is done.</summary>
    public bool IsDead { get; set; }
    /// <summary>Groups that are asked to be lost although they are answered (seeded bug).</summary>
    public Func<StoreGroup, StoreGroup>? Tamper { get; set; }

    public void Commit(StoreGroup group) => Put(() =>
    {
        store.Commit(Tamper == null ? group : Tamper(group));
        Tell(store.IsFull);
        Stored?.Invoke(group.Number);
    });

    public void Load(int slot) => Put(() => Loaded?.Invoke(slot, store.Load(slot)));

    private void Put(Action job)
    {
        _jobs.Enqueue(job);
        if (!_busy) Next();
    }

    private void Next()
    {
        _busy = true;
        scheduler.After(scheduler.Random.Spread(commitMicroseconds, commitMicroseconds * 10), Work);
    }

    private void Work()
    {
        if (IsDead) return;
        try
        {
            // After any error the store is opened afresh before the same job is tried again.
            if (_broken) store.Open((_, _, _) => { });
            _broken = false;
            _jobs.Peek()();
            _jobs.Dequeue();
        }
        catch (DiskFullException)
        {
            Tell(true);
            Retry();
            return;
        }
        catch (IOException error)
        {
            scheduler.Trace.Say($"disk: {error.Message}");
            _broken = true;
            Retry();
            return;
        }
        catch (PowerLostException)
        {
            PowerLost?.Invoke();
            return;
        }
        _busy = false;
        if (_jobs.Count > 0) Next();
    }

    // A full store is asked again each second that it has nothing to do, as the real thread does.
    private void Tell(bool full)
    {
        if (full && !_asks)
        {
            _asks = true;
            scheduler.After(Scheduler.Second, () =>
            {
                _asks = false;
                if (!IsDead && _full) Put(() =>
                {
                    store.Idle();
                    Tell(store.IsFull);
                });
            });
        }
        if (full == _full) return;
        _full = full;
        scheduler.Trace.Say($"disk full: {full}");
        Full?.Invoke(full);
    }

    private void Retry() => scheduler.After(scheduler.Random.Spread(10_000, Scheduler.Second), Work);
}
