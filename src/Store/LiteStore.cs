using LightMq.Broker.Durability;
using LightMq.Store.Data;
using LightMq.Store.Disk;

namespace LightMq.Store;

/// <summary>
/// The durable map of the engine: five collections of int keys and bytes, changed by whole groups only.
/// Used by one thread at a time; does the same operations on the same disk. After an <see
/// cref="IOException"/> it must be disposed and opened again: until then it confirms nothing any more.
/// </summary>
public sealed class LiteStore : IDisposable
{
    private readonly Database _database;
    private readonly DataFile _data;
    private uint _pageMax;
    private bool _broken;
    private bool _disposed;

    private LiteStore(Opening opened, StoreOptions options)
    {
        Options = options;
        Report = opened.Report;
        _database = opened.Database;
        _data = opened.Data;
        _pageMax = opened.PageMax;
    }

    /// <summary>What it was opened with.</summary>
    public StoreOptions Options { get; }

    /// <summary>What was found at opening.</summary>
    public OpenReport Report { get; }

    /// <summary>
    /// Whether the disk has no room beyond what is reserved. Groups are still stored: those that replace or
    /// delete always, those that add until the reserve is used up.
    /// </summary>
    public bool IsFull { get; private set; }

    /// <summary>Whether the log is long enough for a checkpoint; the next commit does it otherwise.</summary>
    public bool WantsCheckpoint => _database.LogBytes > Options.CheckpointBytes;

    /// <summary>
    /// Longest value, in bytes: what LiteDB takes as one document (16,683,050), less what stands around it.
    /// </summary>
    public const int ValueBytesMax = 16_682_000;

    /// <summary>Values that <see cref="ReadAll"/> or <see cref="Load"/> met and could not verify.</summary>
    public int DamagedValues { get; private set; }

    /// <summary>
    /// Opens the store in <paramref name="disk"/>, makes it where there is none, and salvages what verifies
    /// where it is damaged (<see cref="Report"/>).
    /// </summary>
    /// <param name="disk">Where it lies; stays the caller's.</param>
    /// <param name="options">Sizes.</param>
    /// <param name="rebuild">Build it anew from its values, because LiteDB failed on its structure.</param>
    /// <param name="isVerified">
    /// This process has read every page of it before and only ran out of room since: do not read them again.
    /// </param>
    /// <exception cref="StoreUnavailableException">A newer version wrote it.</exception>
    /// <exception cref="IOException">The disk refused; trying again may help.</exception>
    public static LiteStore Open(
        IDisk disk, StoreOptions options, bool rebuild = false, bool isVerified = false)
    {
        Opening opened;
        try
        {
            opened = Opening.Run(disk, options, rebuild, isVerified);
        }
        catch (StructureException) when (!rebuild)
        {
            opened = Opening.Run(disk, options, rebuild: true, isVerified: false);
        }
        var store = new LiteStore(opened, options);
        store.IsFull = !store._data.Reserve(store._pageMax, options.ReserveBytes);
        return store;
    }

    /// <summary>Shows every stored value, each key once, in no set order.</summary>
    public void ReadAll(StoreVisitor visitor)
    {
        Checkpoint();
        var scan = new ValueScan(_data.Read, _pageMax + 1) { Progress = Options.Progress };
        scan.Run((ValueScan.Place _, in StoredValue value) =>
            visitor(value.Collection, value.Key, value.Bytes));
        DamagedValues += scan.Broken;
    }

    /// <summary>Makes the group durable: when this returns, it survives a power cut.</summary>
    /// <exception cref="DiskFullException">There is no room. Reopen, then repeat the group.</exception>
    /// <exception cref="IOException">It is not known whether the group is durable. Reopen, then repeat it.
    /// </exception>
    /// <exception cref="ArgumentException">A value is longer than <see cref="ValueBytesMax"/>.</exception>
    public void Commit(StoreGroup group)
    {
        Check(group);
        Guard(() => CommitChecked(group));
    }

    /// <summary>Refuses a group that can never be stored: who made it did not keep to the bound.</summary>
    /// <exception cref="ArgumentException">A value is longer than <see cref="ValueBytesMax"/>.</exception>
    public static void Check(StoreGroup group)
    {
        foreach (ref readonly var change in group.Changes)
        {
            if (change.IsDelete || group.ValueOf(change).Length <= ValueBytesMax) continue;
            throw new ArgumentException(
                $"the value {change.Collection} {change.Key} has {group.ValueOf(change).Length} bytes: "
                + $"the store takes at most {ValueBytesMax}", nameof(group));
        }
    }

    private bool CommitChecked(StoreGroup group)
    {
        if (WantsCheckpoint) _database.Checkpoint();
        if (!_database.Apply(group)) return false;
        _pageMax = Math.Max(_pageMax, _database.PageMax);
        IsFull = !_data.Reserve(_pageMax, Options.ReserveBytes);
        _database.Write();
        return true;
    }

    /// <summary>A slot's content, or null where it does not exist or does not verify.</summary>
    public byte[]? Load(int slot) => Guard(() =>
    {
        var bytes = _database.Find(StoreCollection.Slots, slot);
        if (bytes is null) return null;
        if (Envelope.TryOpen(bytes, out var value) && value.Key == slot) return value.Bytes.ToArray();
        DamagedValues++;
        return null;
    });

    /// <summary>Moves the log into the data file, and looks whether a full disk has room again.</summary>
    public void Checkpoint() => Guard(() =>
    {
        _database.Checkpoint();
        IsFull = !_data.Reserve(_pageMax, Options.ReserveBytes);
        return true;
    });

    /// <summary>
    /// Checkpoints where nothing failed before, and closes. Never throws: all is durable already.
    /// </summary>
    public void Dispose()
    {
        if (_disposed) return;
        try
        {
            if (!_broken) Guard(() => { _database.Checkpoint(); return true; });
        }
        catch (IOException)
        {
            // The log holds everything; the next start takes it over.
        }
        _disposed = true;
        _database.Dispose();
    }

    private T Guard<T>(Func<T> work)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_broken) throw new IOException("the store failed before and was not reopened");
        _broken = true;
        var result = work();
        _broken = false;
        return result;
    }
}
