using LightMq.Broker.Sessions;
using LightMq.Lmq;

namespace LightMq.Broker.Flows;

/// <summary>Takes waiting messages out of queues: by policy, expired, or lost on the disk.</summary>
internal sealed class Dropping(
    Finishing finishing, Delivering delivering, Paging paging, SessionTable sessions)
{
    /// <summary>Drops the oldest message that is not in flight.</summary>
    public bool DropOldest(Session session, DropReason reason, byte qosMax = 2)
    {
        if (!session.HasQueue || (qosMax == 0 && session.Queue.Qos0Count == 0)) return false;
        var queue = session.Queue;
        if (qosMax > 0 && queue.Backlog?.NextOpen(PullOrder.OldestFirst) is { } oldest and not 0)
        {
            Drop(session, oldest, reason);
            return true;
        }
        while (queue.Next < queue.Tail && queue.At(queue.Next).State == DeliveryState.Done) queue.Next++;
        for (var sequence = queue.Next; sequence < queue.Tail; sequence++)
        {
            ref var delivery = ref queue.At(sequence);
            if (delivery.State != DeliveryState.Waiting || delivery.Qos > qosMax) continue;
            Drop(session, sequence, reason);
            return true;
        }
        return false;
    }

    /// <summary>Drops a waiting message of the same topic, if one is in memory.</summary>
    public bool DropSameTopic(Session session, ReadOnlySpan<byte> topic)
    {
        var queue = session.Queue;
        for (var sequence = queue.First; sequence != 0; sequence = queue.After(sequence))
        {
            ref var delivery = ref queue.At(sequence);
            if (delivery is not { State: DeliveryState.Waiting, Message: { } message }) continue;
            if (!message.Topic.SequenceEqual(topic)) continue;
            Drop(session, sequence, DropReason.QueueReplaced);
            return true;
        }
        return false;
    }

    /// <summary>Drops what has expired in a queue, so that it takes no room.</summary>
    public void DropExpired(Session session)
    {
        var queue = session.Queue;
        if (queue.ExpiringCount == 0) return;
        for (var sequence = queue.First; sequence != 0; sequence = queue.After(sequence))
        {
            ref var delivery = ref queue.At(sequence);
            if (delivery.ExpiresAt != 0 && delivering.IsExpired(delivery))
                Drop(session, sequence, DropReason.Expired);
        }
    }

    /// <summary>
    /// Drops what was accepted before a moment, in seconds of <see cref="Turn.Age"/>, and is not in flight
    /// (LMQ-MSG-4): the oldest lies first.
    /// </summary>
    public void DropOld(Session session, uint acceptedBefore)
    {
        var queue = session.Queue;
        for (var sequence = queue.First; sequence != 0; sequence = queue.After(sequence))
        {
            ref var delivery = ref queue.At(sequence);
            if (delivery.AcceptedAt >= acceptedBefore) return;
            if (delivery is { State: DeliveryState.Waiting, IsKept: true })
                Drop(session, sequence, DropReason.Retention);
        }
    }

    /// <summary>A slot could not be read back: its messages are lost, and that is said.</summary>
    public void Lost(int slot)
    {
        paging.Forget(slot);
        foreach (var session in sessions.All.ToArray())
        {
            if (!session.HasQueue) continue;
            var queue = session.Queue;
            for (var sequence = queue.First; sequence != 0; sequence = queue.After(sequence))
            {
                ref var delivery = ref queue.At(sequence);
                if (delivery.Slot == slot && delivery is { Message: null, State: DeliveryState.Waiting })
                    finishing.Drop(session, sequence, DropReason.Damaged);
            }
            delivering.Pump(session);
        }
    }

    // The first of the queue may have waited for the disk; nobody else would wake those behind it.
    private void Drop(Session session, long sequence, DropReason reason)
    {
        var wasFirst = sequence == session.Queue.Next;
        finishing.Drop(session, sequence, reason);
        if (wasFirst) delivering.Pump(session);
    }
}
