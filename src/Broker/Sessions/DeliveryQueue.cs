using System.Runtime.CompilerServices;

namespace LightMq.Broker.Sessions;

/// <summary>
/// The messages of one session, oldest first, numbered without gaps: a ring of those that arrive, and before
/// it, for some, a <see cref="Backlog"/> of those that waited when the client came back. A packet id is a
/// function of the number (<see cref="PacketIdOf"/>), so an id that a QoS 2 receiver has seen stays with its
/// message through restarts without being stored.
/// </summary>
/// <param name="isMailbox">Whether its packet ids are those of a mailbox: a client has at most one queue of
/// either kind on its connection.</param>
internal sealed class DeliveryQueue(bool isMailbox = false)
{
    /// <summary>Packet ids of a session's own queue, from 1 on.</summary>
    public const int OwnIds = 49_151;
    /// <summary>Packet ids of a mailbox, above those.</summary>
    public const int MailboxIds = ushort.MaxValue - OwnIds;

    /// <summary>A client that leaves one message unacknowledged gets so many windows of later ones.</summary>
    private const int SpanPerWindow = 16;

    private const int BrokenMax = 1_024;

    private Delivery[] _ring = [];
    private HashSet<ushort>? _broken;
    private long _reached;

    /// <summary>What waited when the client came back; null: nothing.</summary>
    public Backlog? Backlog { get; private set; }
    /// <summary>Whether the backlog goes before the ring: strict order, as Plain has it.</summary>
    public bool IsBacklogFirst { get; set; }

    /// <summary>Oldest unfinished place of the ring; all of the backlog lies below.</summary>
    public long Head { get; private set; } = 1;
    /// <summary>Next place of the ring to be sent.</summary>
    public long Next { get; set; } = 1;
    /// <summary>One behind the newest place that was ever sent: up to here QoS 2 states may stand.</summary>
    public long Reached => Math.Max(_reached, Next);
    /// <summary>One behind the newest place.</summary>
    public long Tail { get; private set; } = 1;
    /// <summary>Places sent and not done.</summary>
    public int Inflight { get; set; }
    /// <summary>Newest place of the ring that was finished out of turn, for the progress record.</summary>
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

    /// <summary>Places of the ring in use, finished ones behind an unfinished one included.</summary>
    public long Span => Tail - Head;

    /// <summary>Whether a new message is not the next to be sent.</summary>
    public bool HasWaiting => Next < Tail || (Backlog is not null && IsBacklogFirst);

    /// <summary>The oldest unfinished place; 0: none.</summary>
    public long First => Backlog?.First ?? AfterInRing(Head - 1);

    /// <summary>
    /// Packet ids of QoS 2 whose messages were given up on the way; the client may wait for PUBREL.
    /// </summary>
    public IReadOnlyCollection<ushort> Broken => _broken is null ? [] : _broken;

    private int Ids => isMailbox ? MailboxIds : OwnIds;

    /// <summary>Whether the next message must wait for an acknowledgement.</summary>
    public bool IsWindowFull(int window) => Inflight >= window
        || Next - Head >= Math.Min(Ids - 1, SpanPerWindow * window);

    /// <summary>A place that is held.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref Delivery At(long sequence)
    {
        if (sequence >= Head) return ref _ring[sequence & (_ring.Length - 1)];
        return ref Backlog!.At(sequence);
    }

    /// <summary>Whether there is a place of this number, if perhaps a finished one.</summary>
    public bool Holds(long sequence) =>
        sequence >= Head ? sequence < Tail : Backlog is { } backlog && backlog.Holds(sequence);

    /// <summary>The next unfinished place behind a number; 0: none.</summary>
    public long After(long sequence) =>
        sequence < Head && Backlog is { } backlog && backlog.After(sequence) is var next and not 0
            ? next : AfterInRing(sequence);

    public ushort PacketIdOf(long sequence) =>
        (ushort)(isMailbox ? OwnIds + 1 + sequence % MailboxIds : sequence % OwnIds + 1);

    /// <summary>A message of QoS 2 is given up after it was sent.</summary>
    public void Break(long sequence)
    {
        if ((_broken ??= []).Count < BrokenMax) _broken.Add(PacketIdOf(sequence));
    }

    /// <summary>PUBCOMP came for such an id.</summary>
    public void Mend(ushort packetId) => _broken?.Remove(packetId);

    /// <summary>Whether a packet id belongs to mailboxes.</summary>
    public static bool IsMailboxId(ushort packetId) => packetId > OwnIds;

    /// <summary>The place that was sent with this packet id; 0 when none was.</summary>
    public long SequenceOf(ushort packetId)
    {
        if (packetId == 0 || IsMailboxId(packetId) != isMailbox) return 0;
        if (Backlog is { } backlog && backlog.SequenceOf(packetId) is var old and not 0) return old;
        return SequenceInRing(packetId);
    }

    /// <summary>Whether a place was sent on this connection.</summary>
    public bool IsInFlight(long sequence) =>
        sequence >= Head ? sequence < Next : Backlog!.IsInFlight(sequence, PacketIdOf(sequence));

    /// <summary>
    /// Whether the packet id of a place is another's, of the other part, that is in flight: this one waits.
    /// </summary>
    public bool IsIdTaken(long sequence)
    {
        if (Backlog is not { } backlog) return false;
        var packetId = PacketIdOf(sequence);
        if (sequence >= Head) return backlog.SequenceOf(packetId) != 0;
        var other = SequenceInRing(packetId);
        return other != 0 && At(other).State != DeliveryState.Done;
    }

    /// <summary>The next place, to be filled where it lies; then call <see cref="Filled"/>.</summary>
    public ref Delivery Place(out long sequence)
    {
        sequence = Tail;
        return ref Place(Tail);
    }

    /// <summary>The next place is filled.</summary>
    public void Filled() => Measure(At(Tail++), 1);

    /// <summary>A place is on its way: the next of the ring, or of what is drawn.</summary>
    public void Took(long sequence, bool hasId)
    {
        if (sequence >= Head) Next++;
        else Backlog!.Sent(sequence, hasId ? PacketIdOf(sequence) : (ushort)0);
    }

    // Empty: places are cleared when they are left.
    private ref Delivery Place(long sequence)
    {
        if (sequence - Head == _ring.Length) Grow();
        return ref _ring[sequence & (_ring.Length - 1)];
    }

    /// <summary>
    /// Puts a recovered message at its old number; numbers come rising. Small gaps of the ring are filled as
    /// done; before a wide one, what came so far goes to the backlog.
    /// </summary>
    public void Restore(long sequence, in Delivery delivery)
    {
        if (sequence - Tail >= OwnIds) Retire();
        if (Tail == Head) Head = Next = Tail = sequence;
        while (Tail < sequence) Fill();
        Enqueue(delivery);
        NewestDone = Math.Max(NewestDone, sequence - 1);
        if (delivery.State == DeliveryState.Released) _reached = sequence + 1;
    }

    /// <summary>The same, for a session whose messages wait apart.</summary>
    public void RestoreApart(long sequence, in Delivery delivery)
    {
        (Backlog ??= new Backlog()).Append(sequence, delivery);
        Measure(delivery, 1);
        Head = Next = Tail = sequence + 1;
    }

    /// <summary>
    /// After the last <see cref="Restore"/>: numbers below <paramref name="next"/> are used up.
    /// </summary>
    public void EndRestore(long next)
    {
        if (next - Tail >= OwnIds) Retire();
        if (Tail == Head && next > Tail)
        {
            Head = Next = Tail = next;
            return;
        }
        if (Tail < next) NewestDone = next - 1;
        while (Tail < next) Fill();
        Trim();
    }

    /// <summary>Everything in the ring joins the backlog; the ring begins anew behind it.</summary>
    /// <param name="skipped">Numbers left out, so that their packet ids come again late.</param>
    public void Retire(long skipped = 0)
    {
        for (var sequence = Head; sequence < Tail; sequence++)
        {
            ref var delivery = ref At(sequence);
            if (delivery.State != DeliveryState.Done)
                (Backlog ??= new Backlog()).Append(sequence, delivery);
            delivery = default;
        }
        if (_ring.Length > 1024) _ring = [];
        Head = Next = Tail += skipped;
        NewestDone = 0;
    }

    /// <summary>Marks a place as finished and drops all finished ones at the front.</summary>
    public void Finish(long sequence)
    {
        ref var delivery = ref At(sequence);
        Measure(delivery, -1);
        if (sequence < Head)
        {
            Backlog!.Remove(sequence);
            if (Backlog.Count == 0) Backlog = null;
            return;
        }
        delivery.State = DeliveryState.Done;
        if (sequence == Head) Trim();
        else if (sequence > NewestDone) NewestDone = sequence;
    }

    /// <summary>Everything sent and unfinished is to be sent again (MQTT-4.4.0-1).</summary>
    public void Rewind()
    {
        for (var sequence = Head; sequence < Next; sequence++) At(sequence).Rewind();
        Backlog?.Rewind();
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

    private void Enqueue(in Delivery delivery)
    {
        Place(Tail) = delivery;
        Measure(delivery, 1);
        Tail++;
    }

    private void Fill()
    {
        var filler = new Delivery { Slot = -1, Qos = 1, State = DeliveryState.Done };
        Enqueue(filler);
        Measure(filler, -1);
    }

    private long AfterInRing(long sequence)
    {
        for (sequence = Math.Max(sequence + 1, Head); sequence < Tail; sequence++)
            if (At(sequence).State != DeliveryState.Done) return sequence;
        return 0;
    }

    private long SequenceInRing(ushort packetId)
    {
        var offset = isMailbox
            ? (packetId - (OwnIds + 1) - Head % MailboxIds + MailboxIds) % MailboxIds
            : (packetId - 1 - Head % OwnIds + OwnIds) % OwnIds;
        return Head + offset < Next ? Head + offset : 0;
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
