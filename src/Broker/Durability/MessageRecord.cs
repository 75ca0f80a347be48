using LightMq.Broker.Bridges;
using LightMq.Broker.Messages;

namespace LightMq.Broker.Durability;

/// <summary>
/// A waiting place of a stored message: whose queue, which number, how to deliver it, and whether it was sent
/// before it was stored.
/// </summary>
internal readonly record struct StoredTarget(
    int Session, long Sequence, byte Qos, bool Retain, long StreamNumber, uint[]? Identifiers, bool WasSent);

/// <summary>
/// The stored form of a message (docs/FORMATS.md, "Slots"). Read lazily: a scan at start needs only the
/// targets.
/// </summary>
internal readonly ref struct MessageRecord
{
    private const byte RetainFlag = 4, TrustedFlag = 8, CleanFlag = 16, FromBridgeFlag = 32;
    // Of a target.
    private const byte SentFlag = 8;
    // The record goes on behind the payload: with what MQTT 5.0 added; with subscription identifiers.
    private const byte ModernFlag = 64, IdentifiersFlag = 128;
    private readonly ReadOnlySpan<byte> _targets;
    private readonly ReadOnlySpan<byte> _identifiers;
    private readonly byte _flags;

    private MessageRecord(scoped ref ByteReader record)
    {
        _flags = record.U8();
        UnixMilliseconds = record.I64();
        AcceptedAt = (uint)record.I32();
        Channel = record.I64();
        Publisher = record.Short();
        EpochBytes = record.Take(Bridges.Epoch.Size);
        TargetCount = record.I32();
        if (TargetCount is < 0 or > TargetsMax) throw new FormatException("a record with too many targets");
        _targets = record.Take(TargetCount * TargetSize);
        Topic = record.Short();
        Payload = record.Long();
        if ((_flags & ModernFlag) != 0)
        {
            ExpiresAt = record.I64();
            Properties = record.Long();
        }
        if ((_flags & IdentifiersFlag) != 0) _identifiers = record.Long();
        if (!record.IsAtEnd) OrderNumber = record.I64();
    }

    private const int TargetsMax = 10_000_000;
    private const int TargetSize = 4 + 8 + 1 + 8;

    public long UnixMilliseconds { get; }
    /// <summary>When it was accepted, in seconds of <see cref="Turn.Age"/>.</summary>
    public uint AcceptedAt { get; }
    public long Channel { get; }
    public ReadOnlySpan<byte> Publisher { get; }
    public ReadOnlySpan<byte> EpochBytes { get; }
    public int TargetCount { get; }
    public ReadOnlySpan<byte> Topic { get; }
    public ReadOnlySpan<byte> Payload { get; }
    public ReadOnlySpan<byte> Properties { get; }
    /// <summary>When the message expires, in <see cref="Turn.Age"/>; 0: never.</summary>
    public long ExpiresAt { get; }
    /// <summary>See <see cref="Message.OrderNumber"/>; behind all else, where there is one.</summary>
    public long OrderNumber { get; }
    public byte Qos => (byte)(_flags & 3);
    public bool Retain => (_flags & RetainFlag) != 0;
    public Origin Origin => new(Channel, UnixMilliseconds, (_flags & TrustedFlag) != 0,
        (_flags & CleanFlag) != 0, (_flags & FromBridgeFlag) != 0);

    public StoredTarget Target(int index)
    {
        var target = new ByteReader(_targets.Slice(index * TargetSize, TargetSize));
        var session = target.I32();
        var sequence = target.I64();
        var flags = target.U8();
        return new StoredTarget(session, sequence, (byte)(flags & 3), (flags & RetainFlag) != 0, target.I64(),
            IdentifiersOf(index), (flags & SentFlag) != 0);
    }

    /// <summary>Reads the next record of a slot.</summary>
    public static MessageRecord Read(scoped ref ByteReader slot)
    {
        var record = new ByteReader(slot.Long());
        return new MessageRecord(ref record);
    }

    /// <summary>Appends a message with the targets given; returns the record's bytes.</summary>
    public static int Write(ByteWriter to, Message message, Epoch epoch, ReadOnlySpan<StoredTarget> targets)
    {
        var start = to.Length;
        to.I32(0);
        var origin = message.Origin;
        var isModern = message.PropertiesLength > 0 || message.ExpiresAt > 0;
        var hasIdentifiers = HasIdentifiers(targets);
        to.U8((byte)(message.Qos | (message.Retain ? RetainFlag : 0) | (origin.ClockTrusted ? TrustedFlag : 0)
            | (isModern ? ModernFlag : 0) | (hasIdentifiers ? IdentifiersFlag : 0)
            | (origin.CleanSession ? CleanFlag : 0) | (origin.FromBridge ? FromBridgeFlag : 0)));
        to.I64(origin.UnixMilliseconds);
        to.I32((int)message.AcceptedAt);
        to.I64(origin.Channel);
        to.Short(message.Publisher is { } publisher ? publisher.ClientId : []);
        epoch.Write(to.Room(Bridges.Epoch.Size));
        to.I32(targets.Length);
        foreach (var target in targets)
        {
            to.I32(target.Session);
            to.I64(target.Sequence);
            to.U8((byte)(target.Qos | (target.Retain ? RetainFlag : 0) | (target.WasSent ? SentFlag : 0)));
            to.I64(target.StreamNumber);
        }
        to.Short(message.Topic);
        to.Long(message.Payload);
        if (isModern)
        {
            to.I64(message.ExpiresAt);
            to.Long(message.Properties);
        }
        if (hasIdentifiers) WriteIdentifiers(to, targets);
        if (message.OrderNumber != 0) to.I64(message.OrderNumber);
        to.Patch(start, to.Length - start - 4);
        return to.Length - start;
    }

    private static bool HasIdentifiers(ReadOnlySpan<StoredTarget> targets)
    {
        foreach (var target in targets)
            if (target.Identifiers is not null) return true;
        return false;
    }

    private static void WriteIdentifiers(ByteWriter to, ReadOnlySpan<StoredTarget> targets)
    {
        var start = to.Length;
        to.I32(0);
        foreach (var target in targets)
        {
            to.I32((target.Identifiers?.Length ?? 0) * 4);
            foreach (var identifier in target.Identifiers ?? []) to.I32((int)identifier);
        }
        to.Patch(start, to.Length - start - 4);
    }

    private uint[]? IdentifiersOf(int index)
    {
        if (_identifiers.IsEmpty) return null;
        var rest = new ByteReader(_identifiers);
        for (; index > 0; index--) rest.Long();
        var found = new ByteReader(rest.Long());
        if (found.IsAtEnd) return null;
        var identifiers = new List<uint>();
        while (!found.IsAtEnd) identifiers.Add((uint)found.I32());
        return [.. identifiers];
    }
}
