namespace LightMq.Broker.Durability;

/// <summary>
/// Which slots of the store are in use, and how much of each. A slot without live places may be written anew
/// in the next group, because the acknowledgements that freed it are in the same group or an earlier one.
/// </summary>
internal sealed class SlotTable(long wasteBytesMax = 4 << 20)
{
    /// <summary>Highest key that a store of any size can hold.</summary>
    public const int KeyMax = 4_000_000;

    /// <summary>Free slots kept in the store to be written again; the others are deleted.</summary>
    public const int SpareMax = 32;

    private readonly List<Slot> _slots = [];
    private readonly PriorityQueue<int, int> _free = new();
    private readonly List<int> _surplus = [];
    private const long FreedBytesMin = 1 << 20;
    private int _freeOnDisk;
    private long _bytesMax;

    private struct Slot
    {
        public int Live;
        public int LiveBytes;
        public int Bytes;
        public bool IsFree;
        public bool IsOnDisk;
    }

    /// <summary>Bytes of slots in use, dead places included.</summary>
    public long Bytes { get; private set; }
    /// <summary>
    /// Whether a good part of the room that slots once took in the store is free again: a disk without room
    /// for more still takes what fits there.
    /// </summary>
    public bool HasFreed => Bytes + FreedBytesMin < _bytesMax / 4 * 3;

    /// <summary>Bytes of live places.</summary>
    public long LiveBytes { get; private set; }

    /// <summary>A slot to write; the lowest free one, so that the file stays short.</summary>
    public int Take()
    {
        if (_free.Count == 0)
        {
            _slots.Add(default);
            return _slots.Count - 1;
        }
        var key = _free.Dequeue();
        if (_slots[key].IsOnDisk) _freeOnDisk--;
        _slots[key] = new Slot { IsOnDisk = _slots[key].IsOnDisk };
        return key;
    }

    /// <summary>A live place was written into the slot.</summary>
    public void Hold(int key, int bytes)
    {
        var slot = _slots[key];
        slot.Live++;
        slot.LiveBytes += bytes;
        _slots[key] = slot;
        LiveBytes += bytes;
    }

    /// <summary>Whether any place in it is unfinished.</summary>
    public bool IsLive(int key) => _slots[key].Live > 0;

    /// <summary>The slot is complete; it is written if it is live.</summary>
    public void Seal(int key, int bytes)
    {
        var slot = _slots[key];
        slot.Bytes = bytes;
        slot.IsOnDisk |= slot.Live > 0;
        _slots[key] = slot;
        Bytes += bytes;
        _bytesMax = Math.Max(_bytesMax, Bytes);
        if (slot.Live == 0) Free(key);
    }

    /// <summary>A place is finished.</summary>
    public void Release(int key, int bytes)
    {
        var slot = _slots[key];
        slot.Live--;
        slot.LiveBytes -= bytes;
        _slots[key] = slot;
        LiveBytes -= bytes;
        if (slot.Live == 0 && slot.Bytes > 0) Free(key);
    }

    /// <summary>A slot found in the store at start; its live places follow by <see cref="Hold"/>.</summary>
    public void Restore(int key, int bytes)
    {
        while (_slots.Count <= key)
        {
            _slots.Add(new Slot { IsFree = true });
            _free.Enqueue(_slots.Count - 1, _slots.Count - 1);
        }
        _slots[key] = new Slot { Bytes = bytes, IsOnDisk = true };
        Bytes += bytes;
        _bytesMax = Math.Max(_bytesMax, Bytes);
    }

    /// <summary>After all were restored: those without live places are free.</summary>
    public void EndRestore()
    {
        _free.Clear();
        for (var key = 0; key < _slots.Count; key++)
        {
            if (_slots[key].Live > 0) continue;
            if (_slots[key].IsFree) _free.Enqueue(key, key);
            else Free(key);
        }
    }

    /// <summary>Free slots on the disk beyond the spare ones: to be deleted with the next group.</summary>
    public IReadOnlyList<int> TakeSurplus()
    {
        _surplus.Clear();
        if (_freeOnDisk <= 2 * SpareMax) return _surplus;
        for (var key = _slots.Count - 1; key >= 0 && _freeOnDisk > SpareMax; key--)
        {
            if (_slots[key] is not { IsFree: true, IsOnDisk: true }) continue;
            _surplus.Add(key);
            _slots[key] = new Slot { IsFree = true };
            _freeOnDisk--;
        }
        return _surplus;
    }

    /// <summary>Whether so much of the slots is dead that packing them anew pays.</summary>
    public bool IsSparse => Bytes > 4 * LiveBytes + wasteBytesMax;

    /// <summary>A slot with under a quarter of live bytes; -1: none.</summary>
    public int FindSparse()
    {
        for (var key = 0; key < _slots.Count; key++)
            if (_slots[key] is { Live: > 0, Bytes: > 0 } slot && slot.LiveBytes * 4L < slot.Bytes) return key;
        return -1;
    }

    private void Free(int key)
    {
        var slot = _slots[key];
        Bytes -= slot.Bytes;
        _slots[key] = new Slot { IsFree = true, IsOnDisk = slot.IsOnDisk };
        if (slot.IsOnDisk) _freeOnDisk++;
        _free.Enqueue(key, key);
    }
}
