using System.Text;
using LightMq.Broker.Connections;
using LightMq.Broker.Settings;
using LightMq.Lmq;
using LightMq.Mqtt;

namespace LightMq.Broker.Flows;

/// <summary>Writes CONNACK, in the version of the client (MQTT 3.1.1 and 5.0, 3.2).</summary>
internal sealed class ConnAnswering(Turn turn, BrokerOptions options, Closing closing)
{
    private readonly byte[] _told = ToldOf(options.Central?.ClusterId ?? "");


    /// <summary>The client is not let in, and told why as far as its version can say it.</summary>
    public void Refuse(Connection connection, ConnectCode code, string clientId, string cause,
        ReasonCode? reason = null)
    {
        turn.Counters.Refusals++;
        turn.Report(BrokerEventKind.ConnectRefused, clientId, connection, cause);
        if (connection.Version == ProtocolVersion.V500)
        {
            var fields = new ConnAckFields
            {
                Reason = reason ?? Reasons.Of(code),
                // Whom it concerns knows its own id; others learn nothing from a refusal.
                ReasonString = cause.StartsWith(Installing.SupersededText, StringComparison.Ordinal)
                    ? Encoding.UTF8.GetBytes(cause) : default,
            };
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

    private static byte[] ToldOf(string cluster)
    {
        if (cluster.Length == 0) return [];
        var told = new byte[64 + Encoding.UTF8.GetMaxByteCount(cluster.Length)];
        return told[..PropertyWriter.UserProperty(
            told, BridgeProperties.Cluster, Encoding.UTF8.GetBytes(cluster))];
    }

    /// <summary>The quota of connections is used up (LMQ-LIM-3).</summary>
    public void RefuseOverQuota(Connection connection, string clientId)
    {
        const string Cause = "the quota of connections is used up (LMQ-LIM-3)";
        turn.Counters.OverQuota++;
        if (connection.Upload is null)
            Refuse(connection, ConnectCode.ServerUnavailable, clientId, Cause, ReasonCode.QuotaExceeded);
        // CONNACK has accepted it already.
        else closing.Close(connection, CloseReason.QuotaExceeded, Cause);
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
            UserProperties = _told,
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
