using LightMq.Broker.Durability;

namespace LightMq.Store;

/// <summary>
/// Where the host brings groups. Answers come through <see cref="StoreCallbacks"/>, on any thread and
/// possibly before the call has returned: the host posts them to its loop.
/// </summary>
public interface IGroupStore : IDisposable
{
    /// <summary>
    /// Makes the group durable. One at a time: the next may come after <see cref="StoreCallbacks.Stored"/>,
    /// and until then the group is the store's.
    /// </summary>
    void Submit(StoreGroup group);

    /// <summary>Reads a slot back; answers come in the order asked.</summary>
    void Load(int slot);

    /// <summary>Whether the disk takes what it is given.</summary>
    bool IsHealthy { get; }

    /// <summary>
    /// Timestamp (of the <see cref="TimeProvider"/> given) at which the store last moved on. Waiting on a
    /// disk that refuses counts as moving; hanging in a call to it does not. The watchdog looks at it.
    /// </summary>
    long LastProgress { get; }
}

/// <summary>What a store tells its host.</summary>
public sealed record StoreCallbacks
{
    /// <summary>The group of this number is durable.</summary>
    public required Action<long> Stored { get; init; }

    /// <summary>A slot's content; empty where it could not be read.</summary>
    public required Action<int, byte[]> Loaded { get; init; }

    /// <summary>The disk has no more room (true), or has room again.</summary>
    public required Action<bool> DiskFull { get; init; }

    /// <summary>The disk refused, and why; the store tries again until it is disposed.</summary>
    public required Action<string> Failed { get; init; }

    /// <summary>The disk works again. The report says whether something had to be quarantined.</summary>
    public required Action<OpenReport> Recovered { get; init; }
}

/// <summary>Takes one stored value; the bytes are only valid during the call.</summary>
public delegate void StoreVisitor(
    StoreCollection collection, int key, ReadOnlySpan<byte> value);
