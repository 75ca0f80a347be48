using LightMq.Broker.Durability;
using LightMq.Simulator.Disk;
using LightMq.Simulator.World;
using LightMq.Store;

namespace LightMq.Simulator.Machine;

/// <summary>The real store on a simulated disk that fails, fills up and loses what was not synced.</summary>
public sealed class DiskStore(Random random, DiskFaults faults) : IStoreModel
{
    private static readonly StoreOptions s_options = new()
    {
        LogBytes = 512 << 10,
        CheckpointBytes = 128 << 10,
        ReserveBytes = 64 << 10,
    };

    private readonly SimulatedDisk _disk = new(random.Next());
    private LiteStore? _store;

    public bool IsFull => _store?.IsFull == true;

    public void Idle()
    {
        Tempt(faults.FailChance, faults.PowerChance, 12);
        if (_store!.WantsCheckpoint || _store.IsFull) Guarded(_store.Checkpoint);
    }

    public void Open(StoredValue stored)
    {
        _store?.Dispose();
        _store = null;
        Tempt(faults.FailChance, faults.RecoveryPowerChance, (int)random.Spread(2, 200));
        Guarded(() =>
        {
            _store = LiteStore.Open(_disk, s_options);
            _store.ReadAll((collection, key, value) => stored(collection, key, value));
        });
    }

    public void Commit(StoreGroup group)
    {
        Tempt(faults.FailChance, faults.PowerChance, 12);
        Guarded(() =>
        {
            if (_store!.WantsCheckpoint) _store.Checkpoint();
            _store.Commit(group);
        });
    }

    public byte[] Load(int slot)
    {
        _disk.FailReads = faults.Active && random.Happens(faults.FailChance);
        byte[]? value = null;
        Guarded(() => value = _store!.Load(slot));
        return value ?? [];
    }

    public void Close() => Leave(() => _store?.Dispose());

    public void Kill() => Leave(_disk.PowerOn);

    public void PowerOff() => Leave(_disk.PowerOff);

    public IStoreModel Copy()
    {
        var copy = new DiskStore(random, faults);
        foreach (var name in _disk.AllNames) copy._disk.Plant(name, _disk.Content(name));
        return copy;
    }

    private void Leave(Action leave)
    {
        leave();
        _store = null;
    }

    // Lets one of the next operations fail, or the power go during it.
    private void Tempt(double failChance, double powerChance, int operations)
    {
        _disk.FailReads = false;
        _disk.SpaceBytes = faults is { Active: true, IsFull: true } ? 0 : long.MaxValue;
        _disk.FailAt = _disk.PowerOffAt = 0;
        if (!faults.Active) return;
        if (random.Happens(failChance)) _disk.FailAt = _disk.Operations + random.Next(1, operations);
        if (random.Happens(powerChance)) _disk.PowerOffAt = _disk.Operations + random.Next(1, operations);
    }

    private void Guarded(Action work)
    {
        try
        {
            work();
        }
        catch (IOException) when (_disk.IsOff)
        {
            throw new PowerLostException();
        }
        finally
        {
            _disk.FailReads = false;
        }
    }
}
