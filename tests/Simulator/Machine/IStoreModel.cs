using LightMq.Broker.Durability;

namespace LightMq.Simulator.Machine;

/// <summary>Takes one stored value at opening.</summary>
public delegate void StoredValue(StoreCollection collection, int key, ReadOnlySpan<byte> value);

/// <summary>What keeps groups over power loss. Calls fail with <see cref="IOException"/>.</summary>
public interface IStoreModel
{
    /// <summary>Opens, after power-on or after an error, and gives every value.</summary>
    void Open(StoredValue stored);

    /// <summary>Makes a group durable.</summary>
    void Commit(StoreGroup group);

    /// <summary>Whether it says that the disk has no room left beyond what is reserved.</summary>
    bool IsFull { get; }

    /// <summary>There is time: looks whether a full disk has room again.</summary>
    void Idle();

    /// <summary>Reads a slot.</summary>
    byte[] Load(int slot);

    /// <summary>Closes in order.</summary>
    void Close();

    /// <summary>The process is killed; what the system holds of its writes survives.</summary>
    void Kill();

    /// <summary>The power fails.</summary>
    void PowerOff();

    /// <summary>While the power is off: another one with the same content.</summary>
    IStoreModel Copy();
}

/// <summary>The power failed in the middle of an operation.</summary>
public sealed class PowerLostException : Exception;
