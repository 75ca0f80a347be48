using LightMq.Broker.Durability;
using LightMq.Broker.Messages;
using LightMq.Broker.Sessions;

namespace LightMq.Broker.Flows;

/// <summary>
/// Ends places in queues, acknowledged, dropped or abandoned, and gives back what they held.
/// </summary>
internal sealed class Finishing(
    Turn turn, MessagePool messages, SlotTable slots, Journal journal, Receipting receipting)
{
    /// <summary>The client has what lies here: what may follow it is the caller's to send.</summary>
    public void Acknowledge(Session session, long sequence)
    {
        if (session.Queue.At(sequence).Slot >= 0) journal.ProgressChanged(session);
        session.Queue.Inflight--;
        session.LastProgress = turn.Now.Milliseconds;
        Finish(session, sequence);
    }

    /// <summary>Forgets a place in a queue, for a reason that is counted.</summary>
    public void Drop(Session session, long sequence, DropReason reason)
    {
        turn.Counters.Drop(reason);
        if (session.Queue.At(sequence).Slot >= 0) journal.ProgressChanged(session);
        Finish(session, sequence);
    }

    /// <summary>
    /// The session is discarded and that is durable: nobody waits for its messages any more.
    /// </summary>
    public void Abandon(Session session)
    {
        if (!session.HasQueue) return;
        var queue = session.Queue;
        for (var sequence = queue.First; sequence != 0; sequence = queue.After(sequence))
            Finish(session, sequence);
    }

    /// <summary>Nothing more is to be done at this place.</summary>
    public void Finish(Session session, long sequence)
    {
        ref var delivery = ref session.Queue.At(sequence);
        turn.Counters.QueuedMessages--;
        turn.Counters.QueuedBytes -= delivery.Bytes;
        turn.RoomFreed = true;
        Settle(ref delivery);
        session.Queue.Finish(sequence);
    }

    /// <summary>The place needs its message no longer, in memory or on disk.</summary>
    public void Settle(ref Delivery delivery)
    {
        if (delivery.Slot >= 0) slots.Release(delivery.Slot, delivery.Bytes);
        delivery.Slot = -1;
        if (delivery.Message is not { } message) return;
        delivery.Message = null;
        if (delivery.IsKept && --message.Unacknowledged == 0 && !message.MustBeStored)
            receipting.Safe(message);
        messages.Release(message);
    }
}
