using LightMq.Broker.Bridges;
using LightMq.Broker.Connections;

namespace LightMq.Broker.Flows;

/// <summary>
/// Sends a PUBLISH to clients that need more than topic and payload: those of MQTT 5.0, and bridges, which
/// are told of each message where it comes from (LMQ-CORE-4). A bridge of an older version cannot be told.
/// </summary>
internal sealed class Bridging(Sending sending, StampWriter stamps)
{
    /// <summary>Sends a message; false: it is larger than the client takes.</summary>
    public bool Publish(Connection connection, scoped in Outgoing message, in Stamp stamp)
    {
        if (connection.Terms is not { } terms)
        {
            sending.Publish(connection, message.Topic, message.Payload, message.Qos, message.Dup,
                message.Retain, message.PacketId);
            return true;
        }
        if (connection.Session is not { Bridge: >= 0 }) return sending.Publish(connection, terms, message);
        var properties =
            stamps.Write(stamp, stamp.Publisher.ClientId, message.Topic, message.Properties);
        return sending.Publish(connection, terms, new(message.Topic, properties, message.Payload)
        {
            Qos = message.Qos, Dup = message.Dup, Retain = message.Retain, PacketId = message.PacketId,
            ExpiresAt = message.ExpiresAt, Identifiers = message.Identifiers,
        });
    }
}
