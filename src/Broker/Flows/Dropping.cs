using LightMq.Broker.Sessions;

namespace LightMq.Broker.Flows;

/// <summary>Takes waiting messages out of a queue, where a policy says so.</summary>
internal sealed class Dropping(Delivering delivering)
{
    /// <summary>Drops the oldest message that is not in flight.</summary>
    public bool DropOldest(Session session, DropReason reason, byte qosMax = 2)
    {
        if (!session.HasQueue || (qosMax == 0 && session.Queue.Qos0Count == 0)) return false;
        var queue = session.Queue;
        while (queue.HasWaiting && queue.At(queue.Next).State == DeliveryState.Done) queue.Next++;
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
        for (var sequence = queue.Next; sequence < queue.Tail; sequence++)
        {
            ref var delivery = ref queue.At(sequence);
            if (delivery is not { State: DeliveryState.Waiting, Message: { } message }) continue;
            if (!message.Topic.SequenceEqual(topic)) continue;
            Drop(session, sequence, DropReason.QueueReplaced);
            return true;
        }
        return false;
    }

    // The first of the queue may have waited for the disk; nobody else would wake those behind it.
    private void Drop(Session session, long sequence, DropReason reason)
    {
        var wasFirst = sequence == session.Queue.Next;
        delivering.Drop(session, sequence, reason);
        if (wasFirst) delivering.Pump(session);
    }
}
