using System.Runtime.CompilerServices;
using LightMq.Broker.Messages;

namespace LightMq.Broker.Sessions;

/// <summary>Where one message stands on its way to one client.</summary>
internal enum DeliveryState : byte
{
    /// <summary>Not sent on this connection.</summary>
    Waiting,
    /// <summary>Sent, PUBACK or PUBREC not yet received.</summary>
    Sent,
    /// <summary>PUBREC received; PUBREL may only follow once that is durable.</summary>
    Received,
    /// <summary>PUBREL is owed or sent; PUBCOMP not yet received.</summary>
    Released,
    /// <summary>Nothing more to do; goes as soon as all older ones have gone.</summary>
    Done,
}

/// <summary>One place in a <see cref="DeliveryQueue"/>.</summary>
internal struct Delivery
{
    /// <summary>
    /// The message; null once it is done, let go from memory (then <see cref="Slot"/> has it), or received.
    /// </summary>
    public Message? Message;
    /// <summary>Number in the bridge stream; 0 elsewhere.</summary>
    public long StreamNumber;
    /// <summary>The store's slot that holds it; -1: none.</summary>
    public int Slot;
    /// <summary>Bytes it counts for.</summary>
    public int Bytes;
    /// <summary>Identifiers of the filters that brought it; null: none.</summary>
    public uint[]? Identifiers;
    /// <summary>When it is worth nothing any more, in seconds of <see cref="Turn.Age"/>; 0: never.</summary>
    public uint ExpiresAt;
    /// <summary>QoS it is delivered with.</summary>
    public byte Qos;
    public DeliveryState State;
    /// <summary>RETAIN flag it is delivered with.</summary>
    public bool Retain;
    /// <summary>It may have been sent on an earlier connection.</summary>
    public bool WasSent;

    /// <summary>The second by which a moment in <see cref="Turn.Age"/> has passed; 0 stays 0.</summary>
    public static uint SecondOf(long milliseconds) => (uint)((milliseconds + 999) / 1000);
}

/// <summary>
/// The messages of one session, oldest first, numbered without gaps. A packet id is a function of that number
/// (<see cref="PacketIdOf"/>), so an id that a QoS 2 receiver has seen stays with its message through
/// restarts without being stored, and at most 65,535 numbers are ever in flight.
/// </summary>
internal sealed class DeliveryQueue
{
    /// <summary>
    /// Numbers between the oldest unfinished message and the newest sent one stay below this.
    /// </summary>
    public const int SpanMax = 65_535;

    /// <summary>A client that leaves one message unacknowledged gets so many windows of later ones.</summary>
    private const int SpanPerWindow = 16;

    private Delivery[] _ring = [];
    private long _reached;

    /// <summary>Oldest unfinished place.</summary>
    public long Head { get; private set; } = 1;
    /// <summary>Next place to be sent.</summary>
    public long Next { get; set; } = 1;
    /// <summary>One behind the newest place that was ever sent: up to here QoS 2 states may stand.</summary>
    public long Reached => Math.Max(_reached, Next);
    /// <summary>One behind the newest place.</summary>
    public long Tail { get; private set; } = 1;
    /// <summary>Places sent and not done.</summary>
    public int Inflight { get; set; }
    /// <summary>Newest place that was finished out of turn, for the progress record.</summary>
    public long NewestDone { get; private set; }
    /// <summary>Unfinished messages.</summary>
    public int Count { get; private set; }
    /// <summary>Bytes of unfinished messages.</summary>
    public long Bytes { get; private set; }

    /// <summary>Those of QoS 0, which are shed first.</summary>
    public int Qos0Count { get; private set; }
    public long Qos0Bytes { get; private set; }

    /// <summary>Those that expire.</summary>
    public int ExpiringCount { get; private set; }

    /// <summary>Places in use, finished ones behind an unfinished one included.</summary>
    public long Span => Tail - Head;

    public bool HasWaiting => Next < Tail;

    /// <summary>Whether the next message must wait for an acknowledgement.</summary>
    public bool IsWindowFull(int window) => Inflight >= window
        || Next - Head >= Math.Min(SpanMax - 1, SpanPerWindow * window);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref Delivery At(long sequence) => ref _ring[sequence & (_ring.Length - 1)];

    public static ushort PacketIdOf(long sequence) => (ushort)(sequence % SpanMax + 1);

    /// <summary>The place that was sent with this packet id; 0 when none was.</summary>
    public long SequenceOf(ushort packetId)
    {
        var offset = (packetId - 1 - Head % SpanMax + SpanMax) % SpanMax;
        var sequence = Head + offset;
        return packetId != 0 && sequence < Next ? sequence : 0;
    }

    public void Enqueue(in Delivery delivery)
    {
        Place(Tail) = delivery;
        Measure(delivery, 1);
        Tail++;
    }

    /// <summary>The next place, to be filled where it lies; then call <see cref="Filled"/>.</summary>
    public ref Delivery Place(out long sequence)
    {
        sequence = Tail;
        return ref Place(Tail);
    }

    /// <summary>The next place is filled.</summary>
    public void Filled() => Measure(At(Tail++), 1);

    // Empty: places are cleared when they are left.
    private ref Delivery Place(long sequence)
    {
        if (sequence - Head == _ring.Length) Grow();
        return ref At(sequence);
    }

    /// <summary>
    /// Puts a recovered message at its old number; numbers come rising, gaps are filled as done.
    /// </summary>
    public void Restore(long sequence, in Delivery delivery)
    {
        if (Tail == Head) Head = Next = Tail = sequence;
        while (Tail < sequence) Fill();
        Enqueue(delivery);
        NewestDone = Math.Max(NewestDone, sequence - 1);
        if (delivery.State == DeliveryState.Released) _reached = sequence + 1;
    }

    /// <summary>
    /// After the last <see cref="Restore"/>: numbers below <paramref name="next"/> are used up.
    /// </summary>
    public void EndRestore(long next)
    {
        if (Tail == Head && next > Tail)
        {
            Head = Next = Tail = next;
            return;
        }
        if (Tail < next) NewestDone = next - 1;
        while (Tail < next) Fill();
        Trim();
    }

    /// <summary>Marks a place as finished and drops all finished ones at the front.</summary>
    public void Finish(long sequence)
    {
        ref var delivery = ref At(sequence);
        delivery.State = DeliveryState.Done;
        Measure(delivery, -1);
        if (sequence == Head) Trim();
        else if (sequence > NewestDone) NewestDone = sequence;
    }

    /// <summary>Everything sent and unfinished is to be sent again (MQTT-4.4.0-1).</summary>
    public void Rewind()
    {
        for (var sequence = Head; sequence < Next; sequence++)
        {
            ref var delivery = ref At(sequence);
            if (delivery.State != DeliveryState.Sent) continue;
            delivery.State = DeliveryState.Waiting;
            delivery.WasSent = true;
        }
        _reached = Reached;
        Next = Head;
        Inflight = 0;
    }

    public void Trim()
    {
        while (Head < Tail && At(Head).State == DeliveryState.Done)
        {
            At(Head) = default;
            Head++;
        }
        if (Next < Head) Next = Head;
        if (Head == Tail && _ring.Length > 1024) _ring = [];
    }

    private void Fill()
    {
        var filler = new Delivery { Slot = -1, Qos = 1, State = DeliveryState.Done };
        Enqueue(filler);
        Measure(filler, -1);
    }

    private void Measure(in Delivery delivery, int sign)
    {
        Count += sign;
        Bytes += sign * (long)delivery.Bytes;
        if (delivery.ExpiresAt != 0) ExpiringCount += sign;
        if (delivery.Qos > 0) return;
        Qos0Count += sign;
        Qos0Bytes += sign * (long)delivery.Bytes;
    }

    private void Grow()
    {
        var ring = new Delivery[Math.Max(16, _ring.Length * 2)];
        for (var sequence = Head; sequence < Tail; sequence++)
            ring[sequence & (ring.Length - 1)] = At(sequence);
        _ring = ring;
    }
}
