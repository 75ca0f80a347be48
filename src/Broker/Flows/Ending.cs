using LightMq.Broker.Durability;
using LightMq.Broker.Routing;
using LightMq.Broker.Sessions;

namespace LightMq.Broker.Flows;

/// <summary>Takes sessions and filters away, from the tree, the queues and the disk.</summary>
internal sealed class Ending(
    Turn turn, SessionTable sessions, SessionTimers timers, SubscriptionTree tree, Journal journal, Hold hold,
    Finishing finishing, Bequeathing bequeathing)
{
    /// <summary>Removes the filters that are chosen.</summary>
    public void RemoveSubscriptions(Session session, Predicate<Subscription> which)
    {
        for (var i = session.Subscriptions.Count - 1; i >= 0; i--)
        {
            if (!which(session.Subscriptions[i])) continue;
            tree.Remove(session, session.Subscriptions[i].Filter);
            session.RemoveSubscription(i);
        }
    }

    /// <summary>
    /// Discards a session. What waited for it waits until that is durable: until then it may come back.
    /// </summary>
    public void Discard(Session session)
    {
        var legacy = bequeathing.Take(session);
        foreach (var subscription in session.Subscriptions) tree.Remove(session, subscription.Filter);
        timers.Clear(session);
        turn.RoomFreed = true;
        var wasStored = session.IsStored;
        journal.SessionRemoved(session);
        while (session.Publisher.NewestHeld is { } held) hold.Commit(held);
        sessions.Remove(session);
        if (wasStored && session.IsPersistent)
            journal.Confirm(new Confirmation(ConfirmationKind.SessionGone, session, null));
        else finishing.Abandon(session);
        bequeathing.GiveOut(legacy);
    }
}
