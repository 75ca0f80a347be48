using LightMq.Broker.Durability;

namespace LightMq.Store;

/// <summary>
/// A store that forgets everything with its process: <c>--store memory</c>. Answers at once.
/// </summary>
public sealed class MemoryStore(StoreCallbacks callbacks, TimeProvider time) : IGroupStore
{
    private readonly Dictionary<int, byte[]> _slots = [];

    /// <inheritdoc/>
    public bool IsHealthy => true;

    /// <inheritdoc/>
    public long LastProgress => time.GetTimestamp();

    /// <summary>Keeps the slots of the group (nothing else is ever read back) and confirms it.</summary>
    public void Submit(StoreGroup group)
    {
        foreach (ref readonly var change in group.Changes)
        {
            if (change.Collection != StoreCollection.Slots) continue;
            if (change.IsDelete) _slots.Remove(change.Key);
            else Keep(change.Key, group.ValueOf(change));
        }
        callbacks.Stored(group.Number);
    }

    /// <inheritdoc/>
    public void Load(int slot) =>
        callbacks.Loaded(slot, _slots.TryGetValue(slot, out var value) ? value.AsSpan().ToArray() : []);

    /// <summary>Forgets everything.</summary>
    public void Dispose() => _slots.Clear();

    // Reuses the array of the slot's last content where it fits: steady state allocates nothing.
    private void Keep(int slot, ReadOnlySpan<byte> value)
    {
        if (_slots.TryGetValue(slot, out var old) && old.Length == value.Length) value.CopyTo(old);
        else _slots[slot] = value.ToArray();
    }
}
