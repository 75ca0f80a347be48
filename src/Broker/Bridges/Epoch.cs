using System.Buffers.Binary;
using LightMq.Lmq;

namespace LightMq.Broker.Bridges;

/// <summary>Name of all streams begun by one start of the broker (LMQ-CORE-4, <c>lmq-epoch</c>).</summary>
/// <param name="Boot">How often the broker has started on this store.</param>
/// <param name="High">First half of 128 random bits.</param>
/// <param name="Low">Second half.</param>
public sealed record Epoch(uint Boot, ulong High, ulong Low)
{
    /// <summary>Bytes of the stored form.</summary>
    public const int Size = 20;

    /// <summary>Makes an epoch of 16 random bytes.</summary>
    public static Epoch Of(uint boot, ReadOnlySpan<byte> random) => new(
        boot,
        BinaryPrimitives.ReadUInt64BigEndian(random),
        BinaryPrimitives.ReadUInt64BigEndian(random[8..]));

    /// <summary>Reads the stored form.</summary>
    public static Epoch Read(ReadOnlySpan<byte> from) =>
        Of(BinaryPrimitives.ReadUInt32LittleEndian(from), from[4..]);

    /// <summary>Writes the stored form into <paramref name="to"/>.</summary>
    public void Write(Span<byte> to)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(to, Boot);
        BinaryPrimitives.WriteUInt64BigEndian(to[4..], High);
        BinaryPrimitives.WriteUInt64BigEndian(to[12..], Low);
    }

    /// <summary>
    /// Channel id of a connection of this start: 64 random bits, then its number (LMQ-PRE-3, LMQ-CORE-4).
    /// </summary>
    public UInt128 ChannelOf(long connection) => new(High, (ulong)connection);

    /// <summary>Boot counter, a dash, 32 hex digits.</summary>
    public override string ToString() => Text.ToString();

    /// <summary>As it goes upward (LMQ-CORE-4).</summary>
    public EpochText Text => new(Boot, new UInt128(High, Low));
}
