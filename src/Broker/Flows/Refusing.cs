using System.Text;
using LightMq.Broker.Connections;
using LightMq.Broker.Dialects;
using LightMq.Broker.Sessions;
using LightMq.Mqtt;

namespace LightMq.Broker.Flows;

/// <summary>What becomes of a publish that is not granted (contract, table of refusals).</summary>
internal sealed class Refusing(Turn turn, Repeating repeating, Noticing noticing)
{
    /// <summary>A client without a session must upload a token before anything else (LMQ-AUTH-2).</summary>
    public PublishOutcome First(Connection connection, ReadOnlySpan<byte> topic)
    {
        Tell(connection, TopicVerdict.Forbidden(RefusalCause.TokenMissing), topic);
        return PublishOutcome.NotAuthorized;
    }

    /// <summary>Refuses it as its verdict says: the connection closes, or one message is answered.</summary>
    public PublishOutcome Refuse(Connection connection, Session session, in PublishPacket packet,
        ReadOnlySpan<byte> topic, TopicVerdict verdict)
    {
        var isTopic = verdict.Code == ReasonCode.TopicNameInvalid;
        // A gateway declares a gap, or moves on: no later message may pass one that is refused (LMQ-CORE-4).
        if (session.IsGateway && packet.Qos > 0)
        {
            Tell(connection, verdict, topic);
            return isTopic ? PublishOutcome.TopicInvalid
                : verdict.Closes ? PublishOutcome.NotAuthorized : PublishOutcome.TooLarge;
        }
        // MQTT 5.0 can refuse one message and stay, if it is acknowledged at all.
        if (verdict.Closes && !(isTopic && connection.Terms is not null && packet.Qos > 0))
        {
            Tell(connection, verdict, topic);
            return isTopic ? PublishOutcome.TopicInvalid : PublishOutcome.NotAuthorized;
        }
        if (packet.Qos > 0 && repeating.IsKnown(session, packet, topic)) return PublishOutcome.Taken;
        if (!isTopic) turn.Counters.Drop(DropReason.PayloadTooLarge);
        turn.Counters.Refuse(verdict.Cause);
        turn.Report(BrokerEventKind.Refused, session.ClientText, connection, isTopic
            ? "a topic that is too long or too deep (LMQ-ID-3)"
            : $"a payload of {packet.Payload.Length} bytes to {Encoding.UTF8.GetString(topic)}, "
                + "above the limit: it is dropped (LMQ-MSG-1)");
        repeating.Answer(session, null, packet, topic, verdict.Code);
        return PublishOutcome.Taken;
    }

    private void Tell(Connection connection, in TopicVerdict verdict, ReadOnlySpan<byte> topic)
    {
        turn.Counters.Refuse(verdict.Cause);
        turn.Report(BrokerEventKind.Refused, connection.ClientText, connection,
            $"a publish to {Encoding.UTF8.GetString(topic)}: {verdict.Cause}");
        noticing.Invalid(connection, verdict.Fault, verdict.Type);
    }
}
