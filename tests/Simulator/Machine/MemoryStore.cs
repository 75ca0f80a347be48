using LightMq.Broker.Durability;
using LightMq.Simulator.World;
using LightMq.Store.Disk;

namespace LightMq.Simulator.Machine;

/// <summary>
/// The quick store: atomic groups in a dictionary, failing as a disk does (an error does not say whether the
/// group became durable; nor does a power cut in the middle of a commit).
/// </summary>
public sealed class MemoryStore(Random random, DiskFaults faults) : IStoreModel
{
    private readonly SortedDictionary<(StoreCollection, int), byte[]> _durable = [];

    public bool IsFull => faults is { Active: true, IsFull: true };

    public void Idle()
    {
    }

    public void Open(StoredValue stored)
    {
        MayFail();
        foreach (var ((collection, key), value) in _durable) stored(collection, key, value);
    }

    public void Commit(StoreGroup group)
    {
        if (IsFull) throw new DiskFullException("simulated: no room left");
        if (faults.Active && random.Happens(faults.PowerChance))
        {
            if (random.Happens(0.5)) Apply(group);
            throw new PowerLostException();
        }
        MayFail();
        Apply(group);
        MayFail();
    }

    public byte[] Load(int slot)
    {
        MayFail();
        return _durable.GetValueOrDefault((StoreCollection.Slots, slot), []);
    }

    public void Close()
    {
    }

    public void Kill()
    {
    }

    public void PowerOff()
    {
    }

    public IStoreModel Copy()
    {
        var copy = new MemoryStore(random, faults);
        foreach (var (place, value) in _durable) copy._durable[place] = value;
        return copy;
    }

    private void Apply(StoreGroup group)
    {
        foreach (var change in group.Changes)
        {
            if (change.IsDelete) _durable.Remove((change.Collection, change.Key));
            else _durable[(change.Collection, change.Key)] = group.ValueOf(change).ToArray();
        }
    }

    private void MayFail()
    {
        if (faults.Active && random.Happens(faults.FailChance)) throw new IOException("simulated disk error");
    }
}
