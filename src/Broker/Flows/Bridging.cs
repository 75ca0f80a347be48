using System.Text;
using LightMq.Broker.Bridges;
using LightMq.Broker.Connections;
using LightMq.Broker.Messages;
using LightMq.Broker.Sessions;
using LightMq.Broker.Settings;
using LightMq.Lmq;

namespace LightMq.Broker.Flows;

/// <summary>
/// Sends a PUBLISH to clients that need more than topic and payload: those of MQTT 5.0, and bridges, which
/// get sensors' messages under LMQ names (LMQ-AUTH-5) and are told of each where it comes from (LMQ-CORE-4).
/// A bridge of an older version cannot be told.
/// </summary>
internal sealed class Bridging(Turn turn, BrokerOptions options, Sending sending, StampWriter stamps)
{
    private const int LinesPerMinuteMax = 100;

    private readonly SensorNames?[] _sensors =
    [
        .. options.Bridges.Select(
            static bridge => bridge.Sensors is { } told ? new SensorNames(told) : null),
    ];

    private long _minute;
    private int _lines;

    /// <summary>
    /// Whether a bridge gets a message at all: not what came down, nor what has no name at the other end.
    /// </summary>
    public bool Takes(Session bridge, Publisher publisher, in Origin origin, ReadOnlySpan<byte> topic)
    {
        if (origin.FromBridge) return false;
        if (_sensors[bridge.Bridge]?.FindFault(publisher, topic) is not { } fault) return true;
        turn.Counters.Drop(DropReason.SensorName);
        Tell(publisher, topic, fault);
        return false;
    }

    /// <summary>Sends a message; false: it is larger than the client takes.</summary>
    public bool Publish(Connection connection, scoped in Outgoing message, in Stamp stamp)
    {
        var bridge = connection.Session!.Bridge;
        if (bridge < 0)
            return connection.Session.IsGateway && TopicNames.TryPeer(message.Topic, out _, out _)
                ? PublishPeer(connection, message, stamp)
                : sending.Publish(connection, connection.Terms!, message);
        var sensors = _sensors[bridge];
        var topic = sensors is null ? message.Topic : sensors.TopicOf(stamp.Publisher, message.Topic);
        if (connection.Terms is not { } terms)
        {
            sending.Publish(connection, topic, message.Payload, message.Qos, message.Dup, message.Retain,
                message.PacketId);
            return true;
        }
        var client = sensors is null ? stamp.Publisher.ClientId : sensors.ClientOf(stamp.Publisher);
        var properties = stamps.Write(stamp, client, topic, message.Properties);
        return sending.Publish(connection, terms, new(topic, properties, message.Payload)
        {
            Qos = message.Qos, Dup = message.Dup, Retain = message.Retain, PacketId = message.PacketId,
            ExpiresAt = message.ExpiresAt, Identifiers = message.Identifiers,
        });
    }

    /// <summary>A gateway is told whether a P2P message may wait for its client (LMQ-MSG-5).</summary>
    private bool PublishPeer(Connection connection, scoped in Outgoing message, in Stamp stamp)
    {
        var properties = stamps.WriteClean(stamp.Origin.CleanSession, message.Properties);
        return sending.Publish(connection, connection.Terms!, new(message.Topic, properties, message.Payload)
        {
            Qos = message.Qos, Dup = message.Dup, Retain = message.Retain, PacketId = message.PacketId,
            ExpiresAt = message.ExpiresAt, Identifiers = message.Identifiers,
        });
    }

    /// <summary>Once a minute for each client, and not for thousands of them.</summary>
    private void Tell(Publisher publisher, ReadOnlySpan<byte> topic, string fault)
    {
        var now = turn.Now.Milliseconds;
        if (now < publisher.FaultToldUntil) return;
        if (now / 60_000 != _minute) (_minute, _lines) = (now / 60_000, 0);
        if (++_lines > LinesPerMinuteMax) return;
        publisher.FaultToldUntil = now + 60_000;
        turn.Report(BrokerEventKind.Dropping, publisher.Text, null,
            $"its message does not go up, {fault} (LMQ-AUTH-5); topic {Encoding.UTF8.GetString(topic)}");
    }
}
