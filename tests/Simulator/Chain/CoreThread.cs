using LightMq.Broker.Streams;
using LightMq.Central.Core;
using LightMq.Simulator.Disk;
using LightMq.Simulator.World;

namespace LightMq.Simulator.Chain;

/// <summary>The thread that owns a central's core: it commits what has gathered, in its time.</summary>
public sealed class CoreThread(ChainWorld world, SimulatedDisk disk, CoreLog log, CentralTruth truth)
{
    private long _given;
    private bool _isBusy;
    private bool _isDead;

    /// <summary>Called with the number of the last entry that is durable.</summary>
    public Action<long>? Kept { get; set; }
    /// <summary>The power went in the middle of a write.</summary>
    public Action? PowerLost { get; set; }
    public CoreLog Log { get; } = log;

    /// <summary>The process is gone.</summary>
    public bool IsDead
    {
        get => _isDead;
        set
        {
            if (value && !_isDead) Log.Dispose();
            _isDead = value;
        }
    }

    private Scheduler Scheduler => world.Scheduler;

    /// <summary>Takes an entry over from the engine.</summary>
    public void Keep(in CoreEntry entry, long number)
    {
        _given = number;
        if (!world.Strikes(ChainBug.LoseEntry, 0.01))
        {
            Log.Add(entry);
            truth.Added(entry);
        }
        if (world.Bug == ChainBug.KeepBeforeSync) Kept?.Invoke(number);
        if (_isBusy) return;
        _isBusy = true;
        var most = world.Scenario.CoreMicroseconds;
        Scheduler.After(world.Random.Spread(most / 10 + 1, most), Commit);
    }

    private void Commit()
    {
        if (_isDead) return;
        var number = _given;
        Tempt();
        try
        {
            Log.Commit();
        }
        catch (IOException error)
        {
            Scheduler.Trace.Say($"core: {error.Message}");
            if (disk.IsOff) PowerLost?.Invoke();
            else Scheduler.After(world.Random.Spread(10_000, Scheduler.Second), Commit);
            return;
        }
        _isBusy = false;
        Scheduler.Trace.Say($"core has {number}");
        truth.Committed();
        Kept?.Invoke(number);
    }

    private void Tempt()
    {
        disk.FailAt = disk.PowerOffAt = 0;
        if (!world.IsFaulty) return;
        if (world.Random.Happens(world.Scenario.DiskFailChance))
            disk.FailAt = disk.Operations + world.Random.Next(1, 4);
        if (world.Random.Happens(world.Scenario.PowerInCommitChance))
            disk.PowerOffAt = disk.Operations + world.Random.Next(1, 4);
    }
}
