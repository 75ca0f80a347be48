using System.Buffers.Binary;
using LightMq.Broker.Streams;
using LightMq.Lmq;

namespace LightMq.Central.Core;

/// <summary>What a record of the core is.</summary>
public enum CoreRecordKind : byte
{
    /// <summary>A message.</summary>
    Message = 1,
    /// <summary>Numbers of a stream that will never come (LMQ-CORE-4, <c>lmq-gap</c>).</summary>
    Gap = 2,
}

/// <summary>
/// One entry of the core: a message with what is known of its origin (LMQ-CORE-2, LMQ-CORE-4), or a gap in a
/// stream. Its bytes are borrowed: they live as long as the buffer that they were read from.
/// </summary>
public readonly ref struct CoreRecord
{
    private const int FixedBytes = HeadBytes + 5 * 2 + 4;
    private const int HeadBytes = 1 + 1 + 2 + 4 + 16 + 8 + 8 + 8 + 8;

    /// <summary>Message or gap.</summary>
    public CoreRecordKind Kind { get; init; }

    /// <summary>QoS that it was published with.</summary>
    public byte Qos { get; init; }

    /// <summary>The sender's cleanSession.</summary>
    public bool CleanSession { get; init; }

    /// <summary>Partition of its parent topic.</summary>
    public ushort Partition { get; init; }

    /// <summary>Offset in the partition.</summary>
    public long Offset { get; init; }

    /// <summary>Client id of the gateway that brought it; empty: its client is one of the central.</summary>
    public ReadOnlySpan<byte> Gateway { get; init; }

    /// <summary>Client id of its sender.</summary>
    public ReadOnlySpan<byte> Client { get; init; }

    /// <summary>Its stream.</summary>
    public EpochText Epoch { get; init; }

    /// <summary>Its number in the stream, of a gap the first; 0: none (QoS 0).</summary>
    public long Sequence { get; init; }

    /// <summary>Of a gap the last number.</summary>
    public long LastSequence { get; init; }

    /// <summary>When the central took it, ms since 1970.</summary>
    public long TakenAt { get; init; }

    /// <summary>What it is kept in order by; empty: nothing.</summary>
    public ReadOnlySpan<byte> Key { get; init; }

    /// <summary>Its topic, whole; of a gap the reason.</summary>
    public ReadOnlySpan<byte> Topic { get; init; }

    /// <summary>User properties that it came with, as MQTT 5.0 writes them.</summary>
    public ReadOnlySpan<byte> Properties { get; init; }

    /// <summary>Its content.</summary>
    public ReadOnlySpan<byte> Payload { get; init; }

    /// <summary>What the engine asks to keep; partition and offset are the log's to give.</summary>
    public static CoreRecord Of(in CoreEntry entry) => new()
    {
        Kind = entry.IsGap ? CoreRecordKind.Gap : CoreRecordKind.Message,
        Qos = entry.Qos,
        CleanSession = entry.CleanSession,
        Gateway = entry.Gateway,
        Client = entry.Client,
        Epoch = entry.Epoch,
        Sequence = entry.Sequence,
        LastSequence = entry.LastSequence,
        TakenAt = entry.TakenAt,
        Key = entry.Key,
        Topic = entry.Topic,
        Properties = entry.Properties,
        Payload = entry.Payload,
    };

    /// <summary>Bytes that <see cref="Write"/> needs.</summary>
    public int Length => FixedBytes + Gateway.Length + Client.Length + Key.Length + Topic.Length
        + Properties.Length + Payload.Length;

    /// <summary>Writes it (docs/FORMATS.md, "Core").</summary>
    /// <param name="to">Has room for <see cref="Length"/>.</param>
    public void Write(Span<byte> to)
    {
        to[0] = (byte)Kind;
        to[1] = (byte)(Qos | (CleanSession ? 4 : 0));
        BinaryPrimitives.WriteUInt16LittleEndian(to[2..], Partition);
        BinaryPrimitives.WriteUInt32LittleEndian(to[4..], Epoch.Boot);
        BinaryPrimitives.WriteUInt128LittleEndian(to[8..], Epoch.Draw);
        BinaryPrimitives.WriteInt64LittleEndian(to[24..], Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(to[32..], LastSequence);
        BinaryPrimitives.WriteInt64LittleEndian(to[40..], TakenAt);
        BinaryPrimitives.WriteInt64LittleEndian(to[48..], Offset);
        var rest = to[HeadBytes..];
        Put(ref rest, Gateway);
        Put(ref rest, Client);
        Put(ref rest, Key);
        Put(ref rest, Topic);
        Put(ref rest, Properties);
        BinaryPrimitives.WriteInt32LittleEndian(rest, Payload.Length);
        Payload.CopyTo(rest[4..]);
    }

    /// <summary>Takes the next record from the front of <paramref name="rest"/>; false: it is none.</summary>
    public static bool TryRead(scoped ref ReadOnlySpan<byte> rest, out CoreRecord record)
    {
        record = default;
        if (rest.Length < FixedBytes || rest[0] is not (1 or 2)) return false;
        var head = rest[..HeadBytes];
        var body = rest[HeadBytes..];
        if (!TryTake(ref body, out var gateway) || !TryTake(ref body, out var client)
            || !TryTake(ref body, out var key) || !TryTake(ref body, out var topic)
            || !TryTake(ref body, out var properties) || body.Length < 4)
            return false;
        var length = BinaryPrimitives.ReadInt32LittleEndian(body);
        if (length < 0 || length > body.Length - 4) return false;
        record = new CoreRecord
        {
            Kind = (CoreRecordKind)head[0],
            Qos = (byte)(head[1] & 3),
            CleanSession = (head[1] & 4) != 0,
            Partition = BinaryPrimitives.ReadUInt16LittleEndian(head[2..]),
            Epoch = new EpochText(BinaryPrimitives.ReadUInt32LittleEndian(head[4..]),
                BinaryPrimitives.ReadUInt128LittleEndian(head[8..])),
            Sequence = BinaryPrimitives.ReadInt64LittleEndian(head[24..]),
            LastSequence = BinaryPrimitives.ReadInt64LittleEndian(head[32..]),
            TakenAt = BinaryPrimitives.ReadInt64LittleEndian(head[40..]),
            Offset = BinaryPrimitives.ReadInt64LittleEndian(head[48..]),
            Gateway = gateway,
            Client = client,
            Key = key,
            Topic = topic,
            Properties = properties,
            Payload = body.Slice(4, length),
        };
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
