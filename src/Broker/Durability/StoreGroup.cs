using System.Buffers;
using System.Runtime.InteropServices;

namespace LightMq.Broker.Durability;

/// <summary>The six shelves of the store. Keys are integers given out by the engine.</summary>
public enum StoreCollection : byte
{
    /// <summary>Boot counter and epoch.</summary>
    Meta,
    /// <summary>One value per client: id, subscriptions, will.</summary>
    Sessions,
    /// <summary>One value per client: its acknowledged floor and QoS 2 ids.</summary>
    Progress,
    /// <summary>One value per retained topic.</summary>
    Retained,
    /// <summary>Queued messages, many to a value, packed.</summary>
    Slots,
    /// <summary>Changes of the registry, one value per entry.</summary>
    Registry,
}

/// <summary>One change of a <see cref="StoreGroup"/>; a length of -1 deletes the key.</summary>
public readonly record struct StoreChange(StoreCollection Collection, int Key, int Offset, int Length)
{
    /// <summary>Whether the key is to be removed.</summary>
    public bool IsDelete => Length < 0;
}

/// <summary>
/// Changes that become durable together or not at all. Later changes to a key win. Applying a group twice has
/// the effect of applying it once, so a host may always try again.
/// </summary>
public sealed class StoreGroup
{
    private readonly List<StoreChange> _changes = [];
    private byte[] _bytes = [];
    private int _length;

    /// <summary>Rises by one per group; named in <see cref="Input.Stored"/>.</summary>
    public long Number { get; set; }

    /// <summary>The changes in the order in which they were made.</summary>
    public ReadOnlySpan<StoreChange> Changes => CollectionsMarshal.AsSpan(_changes);

    /// <summary>Bytes of all values together.</summary>
    public int Bytes => _length;

    /// <summary>Whether nothing is to be stored.</summary>
    public bool IsEmpty => _changes.Count == 0;

    /// <summary>The value of a change that is no delete.</summary>
    public ReadOnlySpan<byte> ValueOf(in StoreChange change) => _bytes.AsSpan(change.Offset, change.Length);

    /// <summary>Sets <paramref name="key"/> to <paramref name="value"/>, which is copied.</summary>
    public void Put(StoreCollection collection, int key, ReadOnlySpan<byte> value)
    {
        if (_bytes.Length - _length < value.Length) Grow(value.Length);
        value.CopyTo(_bytes.AsSpan(_length));
        _changes.Add(new StoreChange(collection, key, _length, value.Length));
        _length += value.Length;
    }

    /// <summary>Removes <paramref name="key"/>; nothing happens where it does not exist.</summary>
    public void Delete(StoreCollection collection, int key) =>
        _changes.Add(new StoreChange(collection, key, 0, -1));

    /// <summary>Empties the group for its next use, keeping at most 1 MiB of buffer.</summary>
    public void Reset()
    {
        _changes.Clear();
        _length = 0;
        if (_bytes.Length <= 1 << 20) return;
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }

    private void Grow(int more)
    {
        var target = ArrayPool<byte>.Shared.Rent(Math.Max(4096, checked(_length + more) * 2));
        _bytes.AsSpan(0, _length).CopyTo(target);
        if (_bytes.Length > 0) ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = target;
    }
}
