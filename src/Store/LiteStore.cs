using System.Buffers.Binary;
using LightMq.Broker.Durability;
using LightMq.Store.Disk;

namespace LightMq.Store;

/// <summary>
/// The durable map of the engine: five collections of int keys and bytes, changed by whole groups only. Used by
/// one thread at a time; deterministic for a given disk. After any exception but
/// <see cref="ArgumentException"/> it must be disposed and opened again: nothing is confirmed any more.
/// </summary>
public sealed class LiteStore : IDisposable
{
    private readonly Dictionary<(StoreCollection, int), byte[]> _values = [];
    private readonly IDisk _disk;

    private LiteStore(IDisk disk, StoreOptions options)
    {
        _disk = disk;
        Options = options;
        Report = new OpenReport { Created = !disk.Exists("values") };
        if (!Report.Created) Read();
    }

    /// <summary>What it was opened with.</summary>
    public StoreOptions Options { get; }

    /// <summary>What was found at opening.</summary>
    public OpenReport Report { get; }

    /// <summary>Whether the disk has no room beyond what is reserved already.</summary>
    public bool IsFull { get; private set; }

    /// <summary>
    /// Opens the store in <paramref name="disk"/>, makes it where there is none, and salvages what verifies
    /// where it is damaged (<see cref="Report"/>).
    /// </summary>
    /// <exception cref="StoreUnavailableException">A person must act first.</exception>
    /// <exception cref="IOException">The disk refused; trying again may help.</exception>
    public static LiteStore Open(IDisk disk, StoreOptions options) => new(disk, options);

    /// <summary>Shows every stored value, each key once, in no set order.</summary>
    public void ReadAll(StoreVisitor visitor)
    {
        foreach (var ((collection, key), value) in _values) visitor(collection, key, value);
    }

    /// <summary>Makes the group durable: when this returns, it survives a power cut.</summary>
    /// <exception cref="IOException">It is not known whether the group is durable. Reopen, then repeat it.</exception>
    public void Commit(StoreGroup group)
    {
        foreach (ref readonly var change in group.Changes)
        {
            if (change.IsDelete) _values.Remove((change.Collection, change.Key));
            else _values[(change.Collection, change.Key)] = group.ValueOf(change).ToArray();
        }
        Write();
    }

    /// <summary>A slot's content, or null where it does not exist or is damaged.</summary>
    public byte[]? Load(int slot) => _values.GetValueOrDefault((StoreCollection.Slots, slot));

    /// <summary>Whether the log is long enough for a checkpoint.</summary>
    public bool WantsCheckpoint => false;

    /// <summary>Moves the log into the data file.</summary>
    public void Checkpoint() { }

    /// <summary>Syncs and closes; never throws for the disk's sake.</summary>
    public void Dispose() => _values.Clear();

    private void Read()
    {
        using var file = _disk.Open("values");
        Span<byte> head = stackalloc byte[9];
        for (long at = 0; at < file.Length;)
        {
            file.Read(at, head);
            var value = new byte[BinaryPrimitives.ReadInt32LittleEndian(head[5..])];
            file.Read(at + 9, value);
            _values[((StoreCollection)head[0], BinaryPrimitives.ReadInt32LittleEndian(head[1..]))] = value;
            at += 9 + value.Length;
        }
    }

    private void Write()
    {
        using (var file = _disk.Open("values.new"))
        {
            file.SetLength(0);
            long at = 0;
            var head = new byte[9];
            foreach (var ((collection, key), value) in _values)
            {
                head[0] = (byte)collection;
                BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(1), key);
                BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(5), value.Length);
                file.Write(at, head);
                file.Write(at + 9, value);
                at += 9 + value.Length;
            }
            file.Sync();
        }
        _disk.Rename("values.new", "values");
        _disk.SyncDirectory("");
    }
}
