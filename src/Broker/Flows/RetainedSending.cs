using LightMq.Broker.Bridges;
using LightMq.Broker.Durability;
using LightMq.Broker.Messages;
using LightMq.Broker.Sessions;

namespace LightMq.Broker.Flows;

/// <summary>Sends one retained message to a new holder of its topic (MQTT-3.3.1-6).</summary>
internal sealed class RetainedSending(
    Turn turn, MessagePool messages, SessionTable sessions, Hold hold, Delivering delivering, Sending sending,
    BackPressure pressure, Bridging bridging)
{
    /// <summary>Sends a retained message with QoS 0; false: there is no room for it now.</summary>
    public bool TrySend(Session session, Message message, uint[]? identifiers)
    {
        if (delivering.IsFree(session))
        {
            var connection = session.Connection!;
            if (connection.IsSimple)
                sending.Publish(connection, message.Topic, message.Payload, 0, false, retain: true, 0);
            else
                bridging.Publish(connection, new(message.Topic, message.Properties, message.Payload)
                {
                    Retain = true, ExpiresAt = message.ExpiresAt, Identifiers = identifiers,
                }, Stamp.Of(message, 0) with { OrderNumber = 0 });
            return true;
        }
        if (!pressure.HasRoomForQos0(session, message.Length)) return false;
        delivering.Enqueue(session, message, 0, retain: true, identifiers, isKept: false);
        return true;
    }

    /// <summary>Queues a retained message with QoS 1 or 2 for a new holder of its topic.</summary>
    public void Send(Session session, Message message, byte qos, uint[]? identifiers, bool isKept)
    {
        if (isKept) SendKept(session, message, qos, identifiers);
        else if (session.IsClean || session.Connection is not null)
            delivering.Enqueue(session, message, qos, retain: true, identifiers, isKept: false);
    }

    private void SendKept(Session session, Message kept, byte qos, uint[]? identifiers)
    {
        var copy = messages.Take(kept.Topic, kept.Properties, kept.Payload);
        copy.Qos = kept.Qos;
        // In a later epoch the number of its connection says nothing.
        copy.Origin = kept.Epoch is null ? kept.Origin : kept.Origin with { Channel = 0 };
        copy.ExpiresAt = kept.ExpiresAt;
        copy.AcceptedAt = turn.AgeSeconds;
        copy.Publisher = sessions.PublisherOf(kept.Publisher!.ClientId);
        copy.MustBeStored = qos == 2;
        delivering.Enqueue(session, copy, qos, retain: true, identifiers, isKept: true);
        sessions.Remember(copy.Publisher);
        hold.Keep(copy, qos);
        messages.Release(copy);
    }
}
