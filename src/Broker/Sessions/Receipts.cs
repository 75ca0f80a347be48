using LightMq.Broker.Messages;
using LightMq.Mqtt;


namespace LightMq.Broker.Sessions;

/// <summary>An acknowledgement owed to a publisher.</summary>
internal struct Receipt
{
    /// <summary>The message it is owed for; null once it is safe.</summary>
    public Message? Message;
    /// <summary>Hash of topic and payload, to know the same message again.</summary>
    public ulong Hash;
    public ushort PacketId;
    public byte Qos;
    public bool IsSafe;
    /// <summary>What the acknowledgement says (MQTT 5.0 only).</summary>
    public ReasonCode Reason;
}

/// <summary>
/// What one publishing client is owed: acknowledgements in the order of its publishes (MQTT-4.6.0-2), the
/// QoS 2 packet ids it has in use, and messages whose acknowledgement an ended connection did not get.
/// </summary>
internal sealed class Receipts
{
    /// <summary>Acknowledgements owed on one connection; beyond it publishes wait.</summary>
    public const int CountMax = 16_384;
    /// <summary>Open QoS 2 packet ids of one client; beyond it publishes wait.</summary>
    public const int ExactIdsMax = 1_024;

    private const int RingKeptMax = 64;
    private long _first = 1;
    private Receipt[] _ring = new Receipt[4];
    private int _count;
    private Dictionary<ushort, Receipt>? _orphans;
    private HashSet<ushort>? _exactIds;

    /// <summary>Whose these are.</summary>
    public Session? Owner { get; set; }
    /// <summary>Acknowledgements owed on this connection.</summary>
    public int Count => _count;
    /// <summary>Those of them that are owed for QoS 1.</summary>
    public int Qos1Count { get; private set; }

    /// <summary>QoS 2 packet ids whose PUBREL has not come.</summary>
    public IReadOnlyCollection<ushort> ExactIds => _exactIds is null ? [] : _exactIds;

    /// <summary>Whether another publish may be owed its acknowledgement.</summary>
    public bool HasRoom(byte qos) => _count < CountMax && (qos < 2 || (_exactIds?.Count ?? 0) < ExactIdsMax);

    public bool HasExactId(ushort packetId) => _exactIds?.Contains(packetId) == true;
    public void AddExactId(ushort packetId) => (_exactIds ??= []).Add(packetId);
    public bool RemoveExactId(ushort packetId) => _exactIds?.Remove(packetId) == true;

    /// <summary>Adds what is owed next; returns its number.</summary>
    public long Add(in Receipt receipt)
    {
        if (_count == _ring.Length) Grow();
        var number = _first + _count++;
        At(number) = receipt;
        if (receipt.Qos == 1) Qos1Count++;
        return number;
    }

    public ref Receipt At(long number) => ref _ring[number & (_ring.Length - 1)];

    /// <summary>What this receipt waited for is durable.</summary>
    public void MarkSafe(long number)
    {
        if (number >= _first && number < _first + _count) MarkSafe(ref At(number));
    }

    /// <summary>The message is safe; <paramref name="message"/> carries the number of its receipt.</summary>
    public void MarkSafe(Message message)
    {
        var number = message.ReceiptNumber;
        if (number < 0) MarkOrphanSafe((ushort)-number, message);
        else MarkSafe(number);
    }

    /// <summary>The oldest receipt, if it may be given now.</summary>
    public bool TryTakeSafe(out Receipt receipt)
    {
        receipt = default;
        if (_count == 0 || !At(_first).IsSafe) return false;
        receipt = At(_first);
        At(_first) = default;
        _first++;
        if (receipt.Qos == 1) Qos1Count--;
        if (--_count == 0 && _ring.Length > RingKeptMax) _ring = new Receipt[4];
        return true;
    }

    /// <summary>Whether this packet id already waits for its acknowledgement on this connection.</summary>
    public bool Awaits(ushort packetId, byte qos)
    {
        for (var number = _first; number < _first + _count; number++)
            if (At(number).PacketId == packetId && At(number).Qos == qos) return true;
        return false;
    }

    /// <summary>
    /// The connection ended: what is owed is remembered until the client asks again with DUP.
    /// </summary>
    public void Orphan()
    {
        Qos1Count = 0;
        for (; _count > 0; _first++, _count--)
        {
            var receipt = At(_first);
            At(_first) = default;
            // Without a message it only waited for the disk to know the packet id, and would do so again.
            if (receipt is { IsSafe: false, Message: null }) continue;
            _orphans ??= [];
            _orphans[receipt.PacketId] = receipt;
            if (receipt.Message is { } message) message.ReceiptNumber = -receipt.PacketId;
        }
    }

    /// <summary>Finds and removes what an earlier connection was owed under this packet id.</summary>
    public bool TryTakeOrphan(ushort packetId, out Receipt receipt)
    {
        receipt = default;
        return _orphans is not null && _orphans.Remove(packetId, out receipt);
    }

    private void MarkOrphanSafe(ushort packetId, Message message)
    {
        if (_orphans is null || !_orphans.TryGetValue(packetId, out var receipt)) return;
        if (receipt.Message != message) return;
        MarkSafe(ref receipt);
        _orphans[packetId] = receipt;
    }

    private static void MarkSafe(ref Receipt receipt)
    {
        receipt.IsSafe = true;
        receipt.Message = null;
    }

    private void Grow()
    {
        var ring = new Receipt[_ring.Length * 2];
        for (var number = _first; number < _first + _count; number++)
            ring[number & (ring.Length - 1)] = At(number);
        _ring = ring;
    }
}
