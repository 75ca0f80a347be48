using System.Buffers;
using LightMq.Broker.Bridges;
using LightMq.Broker.Sessions;

namespace LightMq.Broker.Messages;

/// <summary>How far a message's way to the disk has come.</summary>
internal enum Keeping : byte
{
    /// <summary>Only in memory.</summary>
    Volatile,
    /// <summary>
    /// Waiting, in the hold, for its subscribers to acknowledge it (design page, "Sparing the flash").
    /// </summary>
    Held,
    /// <summary>Part of a group that is not yet durable.</summary>
    Journaled,
    /// <summary>On the disk.</summary>
    Durable,
}

/// <summary>A place in a persistent session's queue that a message waits in.</summary>
internal readonly record struct Target(Session Session, long Sequence);

/// <summary>
/// One published message: topic and payload in one pooled buffer, shared by all who wait for it and counted.
/// Objects are pooled too: <see cref="MessagePool"/>.
/// </summary>
internal sealed class Message
{
    // A pooled message keeps a buffer up to here: asking the shared pool twice costs more than the copy.
    private const int KeptBytesMax = 512, SmallBytes = 64;

    private byte[] _bytes = [];
    private Target[] _targets = [];
    private int _targetCount;

    public int TopicLength { get; private set; }
    public int PropertiesLength { get; private set; }
    public int Length { get; private set; }
    public int References { get; set; }
    public byte Qos { get; set; }
    public bool Retain { get; set; }

    /// <summary>Who published it: orders the hold and numbers bridge streams.</summary>
    public Publisher? Publisher { get; set; }
    public Origin Origin { get; set; }
    public Epoch? Epoch { get; set; }
    /// <summary>Place among its publisher's messages of a parent topic (LMQ-ORD-2); 0: none.</summary>
    public long OrderNumber { get; set; }

    public Keeping Keeping { get; set; }
    /// <summary>Persistent sessions that have not acknowledged it.</summary>
    public int Unacknowledged { get; set; }
    /// <summary>Whether acknowledgements are not enough: only the disk makes it safe.</summary>
    public bool MustBeStored { get; set; }
    /// <summary>Whether the retained store changes with it.</summary>
    public bool ChangesRetained { get; set; }
    /// <summary>Whether it is safe here, in queues or on the disk.</summary>
    public bool IsSafe { get; set; }
    /// <summary>Whether the core has yet to say that it has it.</summary>
    public bool AwaitsCore { get; set; }
    /// <summary>Whether its publisher may be told that it is safe.</summary>
    public bool IsOwedNothing => IsSafe && !AwaitsCore;
    /// <summary>Where its publisher's acknowledgement waits; null when none does.</summary>
    public Receipts? Receipts { get; set; }
    public long ReceiptNumber { get; set; }
    public long HoldUntil { get; set; }
    /// <summary>When it is worth nothing any more, in <see cref="Turn.Age"/>; 0: never.</summary>
    public long ExpiresAt { get; set; }
    /// <summary>When it was accepted, in seconds of <see cref="Turn.Age"/>.</summary>
    public uint AcceptedAt { get; set; }
    public Message? NextOfPublisher { get; set; }

    public ReadOnlySpan<byte> Topic => _bytes.AsSpan(0, TopicLength);
    /// <summary>Properties that are passed on, unchanged and in order (MQTT5-3.3.2-17).</summary>
    public ReadOnlySpan<byte> Properties => _bytes.AsSpan(TopicLength, PropertiesLength);
    public ReadOnlySpan<byte> Payload => _bytes.AsSpan(PayloadStart, Length - PayloadStart);
    public ReadOnlySpan<Target> Targets => _targets.AsSpan(0, _targetCount);
    public int BufferBytes => _bytes.Length;

    public void Fill(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> properties, ReadOnlySpan<byte> payload)
    {
        TopicLength = topic.Length;
        PropertiesLength = properties.Length;
        Length = topic.Length + properties.Length + payload.Length;
        // A buffer far larger than needed would count, and cost, as if it were full.
        if (_bytes.Length < Length || _bytes.Length > Math.Max(SmallBytes, 2 * Length))
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = ArrayPool<byte>.Shared.Rent(Length);
        }
        topic.CopyTo(_bytes);
        if (!properties.IsEmpty) properties.CopyTo(_bytes.AsSpan(topic.Length));
        payload.CopyTo(_bytes.AsSpan(PayloadStart));
    }

    public void AddTarget(Session session, long sequence)
    {
        if (_targetCount == _targets.Length) Array.Resize(ref _targets, Math.Max(1, _targetCount * 2));
        _targets[_targetCount++] = new Target(session, sequence);
        Unacknowledged++;
    }

    public void Reset()
    {
        if (_bytes.Length > KeptBytesMax)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = [];
        }
        Array.Clear(_targets, 0, _targetCount);
        if (_targets.Length > 64) _targets = [];
        _targetCount = TopicLength = PropertiesLength = Length = Unacknowledged = 0;
        ExpiresAt = OrderNumber = AcceptedAt = 0;
        Publisher = null;
        Origin = default;
        Epoch = null;
        Keeping = Keeping.Volatile;
        MustBeStored = ChangesRetained = IsSafe = AwaitsCore = Retain = false;
        Receipts = null;
        NextOfPublisher = null;
    }

    private int PayloadStart => TopicLength + PropertiesLength;
}

/// <summary>Gives out messages and takes them back, so that a steady stream allocates nothing.</summary>
internal sealed class MessagePool
{
    private const int KeptMax = 4096;
    private readonly Stack<Message> _free = [];

    /// <summary>Bytes of buffers in use.</summary>
    public long Bytes { get; private set; }

    /// <summary>A message with one reference, the caller's.</summary>
    public Message Take(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> properties, ReadOnlySpan<byte> payload)
    {
        var message = _free.Count > 0 ? _free.Pop() : new Message();
        message.Fill(topic, properties, payload);
        message.References = 1;
        Bytes += message.BufferBytes;
        return message;
    }

    public void Release(Message message)
    {
        if (--message.References > 0) return;
        if (message.References < 0) throw new InvalidOperationException("message released twice");
        Bytes -= message.BufferBytes;
        message.Reset();
        if (_free.Count < KeptMax) _free.Push(message);
    }
}
