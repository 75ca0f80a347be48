using System.Buffers.Binary;
using LightMq.Broker.Durability;
using LightMq.Store.Disk;

namespace LightMq.Store.Data;

/// <summary>
/// What stands around every value (docs/FORMATS.md): whose it is, which commit wrote it, and a checksum, so
/// that it can be known for what it is wherever it turns up.
/// </summary>
internal static class Envelope
{
    public const int Bytes = 18;
    private const byte Version = 1;
    private const int CoveredBytes = 14;

    /// <summary>Puts a value into its envelope.</summary>
    public static byte[] Wrap(StoreCollection collection, int key, long commit, ReadOnlySpan<byte> value)
    {
        var bytes = GC.AllocateUninitializedArray<byte>(Bytes + value.Length);
        bytes[0] = Version;
        bytes[1] = (byte)collection;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(2), key);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(6), commit);
        value.CopyTo(bytes.AsSpan(Bytes));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(CoveredBytes), CrcOf(bytes));
        return bytes;
    }

    /// <summary>Opens an envelope; false when it is not as it was written.</summary>
    public static bool TryOpen(ReadOnlySpan<byte> bytes, out StoredValue value)
    {
        value = default;
        if (bytes.Length < Bytes || bytes[0] != Version || bytes[1] > (byte)StoreCollection.Registry)
            return false;
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[CoveredBytes..]) != CrcOf(bytes)) return false;
        value = new StoredValue(
            (StoreCollection)bytes[1],
            BinaryPrimitives.ReadInt32LittleEndian(bytes[2..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[6..]),
            bytes[Bytes..]);
        return true;
    }

    private static uint CrcOf(ReadOnlySpan<byte> bytes) =>
        Crc.Of(bytes[Bytes..], Crc.Of(bytes[..CoveredBytes]));
}

/// <summary>A value that verified.</summary>
internal readonly ref struct StoredValue(
    StoreCollection collection, int key, long commit, ReadOnlySpan<byte> bytes)
{
    public StoreCollection Collection { get; } = collection;
    public int Key { get; } = key;
    public long Commit { get; } = commit;
    public ReadOnlySpan<byte> Bytes { get; } = bytes;
}
