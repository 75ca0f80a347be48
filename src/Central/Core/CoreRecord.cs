using System.Buffers.Binary;
using LightMq.Broker.Streams;
using LightMq.Lmq;

namespace LightMq.Central.Core;

/// <summary>
/// An entry of the core with its place. Its bytes are borrowed: they live as long as the buffer that they
/// were read from.
/// </summary>
/// <param name="entry">A message, or a gap in a stream.</param>
/// <param name="partition">Partition of its parent topic; 0 for a gap.</param>
/// <param name="offset">Offset in the partition; 0 for a gap.</param>
public readonly ref struct CoreRecord(CoreEntry entry, ushort partition, long offset)
{
    private const int HeadBytes = 1 + 1 + 2 + 4 + 16 + 8 + 8 + 8 + 8;
    private const int FixedBytes = HeadBytes + 6 * 2 + 4;
    private const byte MessageKind = 1, GapKind = 2, CleanFlag = 4;

    /// <summary>A message, or a gap in a stream.</summary>
    public CoreEntry Entry { get; } = entry;

    /// <summary>Partition of its parent topic.</summary>
    public ushort Partition { get; } = partition;

    /// <summary>Offset in the partition.</summary>
    public long Offset { get; } = offset;

    /// <summary>Bytes that <see cref="Write"/> needs.</summary>
    public int Length => FixedBytes + Entry.Gateway.Length + Entry.Length;

    /// <summary>Writes it (docs/FORMATS.md, "Core").</summary>
    /// <param name="to">Has room for <see cref="Length"/>.</param>
    public void Write(Span<byte> to)
    {
        to[0] = Entry.IsGap ? GapKind : MessageKind;
        to[1] = (byte)(Entry.Qos | (Entry.CleanSession ? CleanFlag : 0));
        BinaryPrimitives.WriteUInt16LittleEndian(to[2..], Partition);
        BinaryPrimitives.WriteUInt32LittleEndian(to[4..], Entry.Epoch.Boot);
        BinaryPrimitives.WriteUInt128LittleEndian(to[8..], Entry.Epoch.Draw);
        BinaryPrimitives.WriteInt64LittleEndian(to[24..], Entry.Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(to[32..], Entry.LastSequence);
        BinaryPrimitives.WriteInt64LittleEndian(to[40..], Entry.TakenAt);
        BinaryPrimitives.WriteInt64LittleEndian(to[48..], Offset);
        var rest = to[HeadBytes..];
        Put(ref rest, Entry.Gateway);
        Put(ref rest, Entry.Client);
        Put(ref rest, Entry.Key);
        Put(ref rest, Entry.Tag);
        Put(ref rest, Entry.Topic);
        Put(ref rest, Entry.Properties);
        BinaryPrimitives.WriteInt32LittleEndian(rest, Entry.Payload.Length);
        Entry.Payload.CopyTo(rest[4..]);
    }

    /// <summary>Takes the next record from the front of <paramref name="rest"/>; false: it is none.</summary>
    public static bool TryRead(scoped ref ReadOnlySpan<byte> rest, out CoreRecord record)
    {
        record = default;
        if (rest.Length < FixedBytes || rest[0] is not (MessageKind or GapKind)) return false;
        var head = rest[..HeadBytes];
        var body = rest[HeadBytes..];
        if (!TryTake(ref body, out var gateway) || !TryTake(ref body, out var client)
            || !TryTake(ref body, out var key) || !TryTake(ref body, out var tag)
            || !TryTake(ref body, out var topic) || !TryTake(ref body, out var properties)
            || body.Length < 4)
            return false;
        var length = BinaryPrimitives.ReadInt32LittleEndian(body);
        if (length < 0 || length > body.Length - 4) return false;
        var entry = new CoreEntry
        {
            IsGap = head[0] == GapKind,
            Qos = (byte)(head[1] & 3),
            CleanSession = (head[1] & CleanFlag) != 0,
            Epoch = new EpochText(BinaryPrimitives.ReadUInt32LittleEndian(head[4..]),
                BinaryPrimitives.ReadUInt128LittleEndian(head[8..])),
            Sequence = BinaryPrimitives.ReadInt64LittleEndian(head[24..]),
            LastSequence = BinaryPrimitives.ReadInt64LittleEndian(head[32..]),
            TakenAt = BinaryPrimitives.ReadInt64LittleEndian(head[40..]),
            Gateway = gateway,
            Client = client,
            Key = key,
            Tag = tag,
            Topic = topic,
            Properties = properties,
            Payload = body.Slice(4, length),
        };
        record = new CoreRecord(entry, BinaryPrimitives.ReadUInt16LittleEndian(head[2..]),
            BinaryPrimitives.ReadInt64LittleEndian(head[48..]));
        rest = body[(4 + length)..];
        return true;
    }

    private static void Put(ref Span<byte> rest, ReadOnlySpan<byte> bytes)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(rest, checked((ushort)bytes.Length));
        bytes.CopyTo(rest[2..]);
        rest = rest[(2 + bytes.Length)..];
    }

    private static bool TryTake(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (rest.Length < 2) return false;
        int length = BinaryPrimitives.ReadUInt16LittleEndian(rest);
        if (length > rest.Length - 2) return false;
        bytes = rest.Slice(2, length);
        rest = rest[(2 + length)..];
        return true;
    }
}
