using LightMq.Broker.Durability;
using LightMq.Broker.Messages;
using LightMq.Broker.Sessions;

namespace LightMq.Broker.Flows;

/// <summary>
/// A client goes and its session stays: what was held for it must be kept now and need not stay in memory,
/// and what was for the moment only is over (LMQ-MSG-2).
/// </summary>
internal sealed class Parting(Hold hold, Finishing finishing, Paging paging)
{
    /// <summary>The session has no connection any more.</summary>
    public void Leave(Session session)
    {
        if (!session.HasQueue) return;
        var queue = session.Queue;
        queue.Rewind();
        foreach (var sequence in queue.Backlog?.Marked.ToArray() ?? []) Part(session, sequence);
        if (queue.Backlog is { } backlog) paging.GiveBackAhead(session, backlog);
        for (var sequence = queue.Head; sequence < queue.Tail; sequence++)
            if (sequence >= queue.Head && queue.At(sequence).State != DeliveryState.Done)
                Part(session, sequence);
        queue.Trim();
    }

    private void Part(Session session, long sequence)
    {
        ref var delivery = ref session.Queue.At(sequence);
        if (!delivery.IsKept)
        {
            if (session.Bridge < 0 || delivery.Qos > 0) Lose(session, sequence, delivery);
        }
        else if (delivery.Message is not { } message) return;
        else if (message.Keeping < Keeping.Journaled && !message.IsSafe) hold.Commit(message);
        else if (message.Keeping == Keeping.Durable) paging.LetGo(session, sequence);
    }

    private void Lose(Session session, long sequence, in Delivery delivery)
    {
        // The client may wait for PUBREL under that id; without it, it would not take the id's next message.
        if (delivery.Qos == 2 && (delivery.WasSent || delivery.State == DeliveryState.Released))
            session.Queue.Break(sequence);
        if (delivery.State == DeliveryState.Released) finishing.Finish(session, sequence);
        else
            finishing.Drop(session, sequence,
                delivery.Qos == 0 ? DropReason.Qos0Offline : DropReason.Qos2Offline);
    }
}
