using LightMq.Broker.Connections;
using LightMq.Broker.Settings;
using LightMq.Mqtt;

namespace LightMq.Broker.Flows;

/// <summary>Writes CONNACK, in the version of the client (MQTT 3.1.1 and 5.0, 3.2).</summary>
internal sealed class ConnAnswering(Turn turn, BrokerOptions options, Closing closing)
{
    /// <summary>The client is not let in, and told why as far as its version can say it.</summary>
    public void Refuse(Connection connection, ConnectCode code, string clientId, string cause,
        ReasonCode? reason = null)
    {
        turn.Counters.Refusals++;
        turn.Report(BrokerEventKind.ConnectRefused, clientId, connection, cause);
        if (connection.Version == ProtocolVersion.V500)
        {
            var fields = new ConnAckFields { Reason = reason ?? Reasons.Of(code) };
            var room = connection.Reserve(PacketWriter.ConnAck5Size(fields), turn.Effects);
            connection.Outbox.Append(PacketWriter.ConnAck5(room, sessionPresent: false, fields));
        }
        else
        {
            var room = connection.Reserve(PacketWriter.AckSize, turn.Effects);
            connection.Outbox.Append(PacketWriter.ConnAck(room, sessionPresent: false, code));
        }
        closing.Close(connection, CloseReason.Refused);
    }

    /// <summary>The client is let in.</summary>
    /// <param name="connection">Whose.</param>
    /// <param name="clientId">Its id, for one that brought none.</param>
    /// <param name="expirySeconds">Life that its session gets.</param>
    /// <param name="sessionPresent">Whether the session was there.</param>
    public void Accept(
        Connection connection, ReadOnlySpan<byte> clientId, uint expirySeconds, bool sessionPresent)
    {
        if (connection.Terms is not { } terms)
        {
            var room = connection.Reserve(PacketWriter.AckSize, turn.Effects);
            // MQTT 3.1 has no such flag.
            var isSaid = sessionPresent && connection.Version != ProtocolVersion.V310;
            connection.Outbox.Append(PacketWriter.ConnAck(room, isSaid, ConnectCode.Accepted));
            return;
        }
        var fields = new ConnAckFields
        {
            SessionExpirySeconds = expirySeconds == terms.ExpiryAsked ? null : expirySeconds,
            ReceiveMaximum = (ushort)terms.ReceiveMaximumHere,
            MaximumPacketSize = (uint)options.PacketBytesMax,
            TopicAliasMaximum = Terms.AliasesMax,
            ServerKeepAliveSeconds =
                terms.KeepAliveSeconds == terms.KeepAliveAsked ? null : terms.KeepAliveSeconds,
            AssignedClientId = terms.IsIdAssigned ? clientId : default,
        };
        var size = PacketWriter.ConnAck5Size(fields);
        if ((uint)size > terms.PacketBytesMax)
        {
            closing.Close(connection, CloseReason.Refused,
                $"it takes no packet of {size} bytes, which CONNACK has (MQTT5-3.1.2-24)");
            return;
        }
        var to = connection.Reserve(size, turn.Effects);
        connection.Outbox.Append(PacketWriter.ConnAck5(to, sessionPresent, fields));
    }
}
