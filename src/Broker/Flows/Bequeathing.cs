using LightMq.Broker.Durability;
using LightMq.Broker.Messages;
using LightMq.Broker.Routing;
using LightMq.Broker.Sessions;
using LightMq.Mqtt;

namespace LightMq.Broker.Flows;

/// <summary>
/// What waits for a member of a share when its session ends goes to another member (MQTT 5.0, 4.8.2). Not
/// what was begun with QoS 2 (MQTT5-4.8.2-5), and not what is on the disk alone.
/// </summary>
internal sealed class Bequeathing(
    Turn turn, SessionTable sessions, SubscriptionTree tree, MessagePool messages, Hold hold,
    Delivering delivering, BackPressure pressure, Bridging bridging)
{
    /// <summary>What a session, still a member, has of its shares; for <see cref="GiveOut"/>.</summary>
    public List<(Share Share, Message Message)>? Take(Session session)
    {
        if (!session.HasQueue || !session.Subscriptions.Any(static one => SharedFilter.IsShared(one.Filter)))
            return null;
        var legacy = new List<(Share, Message)>();
        var queue = session.Queue;
        Message? before = null;
        var copies = 0;
        for (var sequence = queue.First; sequence != 0; sequence = queue.After(sequence))
        {
            ref var delivery = ref queue.At(sequence);
            if (!IsOpen(delivery) || delivery.Message is not { } message) continue;
            // One copy stands behind the other: its own, then one of each share.
            copies = message == before ? copies + 1 : 0;
            before = message;
            if (ShareOf(session, message.Topic, copies) is not { } share) continue;
            message.References++;
            legacy.Add((share, message));
        }
        return legacy;
    }

    /// <summary>Gives each to a member whose turn it is, if there is one.</summary>
    public void GiveOut(List<(Share Share, Message Message)>? legacy)
    {
        foreach (var (share, message) in legacy ?? [])
        {
            if (share.Choose() is { } heir) HandOn(heir, message);
            messages.Release(message);
        }
    }

    private void HandOn(in Receiver heir, Message message)
    {
        var session = heir.Session;
        var qos = Math.Min(heir.CopyQos, message.Qos);
        var isKept = qos > 0 && heir.IsKept;
        if (qos > 0 && heir.IsLost)
        {
            turn.Counters.Drop(DropReason.Qos2Offline);
            return;
        }
        if (session.Bridge >= 0
            && !bridging.Takes(session, message.Publisher!, message.Origin, message.Topic)) return;
        if (qos == 0 && (session.Connection is null || !pressure.HasRoomForQos0(session, message.Length)))
        {
            turn.Counters.Drop(session.Connection is null ? DropReason.Qos0Offline : DropReason.Qos0Shed);
            return;
        }
        // It was accepted long ago, so it goes beyond the bounds where the policy drops nothing.
        if (qos > 0 && !pressure.MakeRoom(session, message.Topic, message.Length)) return;
        var copy = messages.Take(message.Topic, message.Properties, message.Payload);
        copy.Qos = message.Qos;
        copy.Origin = message.Epoch is null ? message.Origin : message.Origin with { Channel = 0 };
        copy.OrderNumber = message.OrderNumber;
        copy.ExpiresAt = message.ExpiresAt;
        copy.Publisher = sessions.PublisherOf(message.Publisher!.ClientId);
        copy.AcceptedAt = message.AcceptedAt;
        copy.MustBeStored = qos == 2 && isKept;
        delivering.Enqueue(session, copy, qos, heir.RetainAsPublished && message.Retain, heir.Identifiers,
            isKept);
        sessions.Remember(copy.Publisher);
        // In one group with the end of the session: it is in one of both queues, whenever the power goes.
        if (copy.Unacknowledged > 0) hold.Commit(copy);
        else copy.IsSafe = true;
        messages.Release(copy);
    }

    private bool IsOpen(in Delivery delivery) => delivery switch
    {
        { ExpiresAt: > 0 } when delivering.IsExpired(delivery) => false,
        { Qos: 1, State: DeliveryState.Waiting or DeliveryState.Sent } => true,
        { Qos: 2, State: DeliveryState.Waiting, WasSent: false } => true,
        _ => false,
    };

    private Share? ShareOf(Session session, ReadOnlySpan<byte> topic, int copies)
    {
        foreach (var subscription in session.Subscriptions)
            if (!SharedFilter.IsShared(subscription.Filter) && Topics.Matches(subscription.Filter, topic))
            {
                copies--;
                break;
            }
        if (copies < 0) return null;
        foreach (var share in tree.Find(topic).Shares)
            if (share.Has(session) && copies-- == 0) return share;
        return null;
    }
}
