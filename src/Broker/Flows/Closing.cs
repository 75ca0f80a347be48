using System.Text;
using LightMq.Broker.Connections;
using LightMq.Broker.Durability;
using LightMq.Broker.Sessions;
using LightMq.Mqtt;

namespace LightMq.Broker.Flows;

/// <summary>The end of connections, from either side (MQTT 3.1.1 and 5.0, 3.14).</summary>
internal sealed class Closing(
    Turn turn, ConnectionTable connections, SessionTable sessions, Journal journal, Parting parting,
    PeerToPeer peers, Ending ending, Expiring expiring, Wills wills, BackPressure pressure,
    Presence presence)
{
    /// <summary>Ends a connection from our side, or after the peer is gone.</summary>
    /// <param name="connection">Which.</param>
    /// <param name="reason">Why, for log and counter.</param>
    /// <param name="detail">More words for the log.</param>
    /// <param name="isGone">The host has closed it already.</param>
    /// <param name="code">What a client of MQTT 5.0 is told; null: what the reason says.</param>
    public void Close(Connection connection, CloseReason reason, string detail = "", bool isGone = false,
        ReasonCode? code = null)
    {
        if (connection.IsClosed) return;
        if (!isGone && connection is { Terms: not null, Stage: >= ConnectionStage.Provisional }
            && (code ?? Reasons.Of(reason)) is { } said)
            Say(connection, said, reason == CloseReason.StreamHole ? detail : "");
        connection.IsClosed = true;
        connection.Leftover.Clear();
        connections.Remove(connection);
        pressure.Forget(connection);
        turn.Counters.Close(reason);
        if (!isGone) turn.Effects.Close(connection, reason);
        if (connection.Session is { } session && session.Connection == connection)
        {
            if (connection.Stage == ConnectionStage.Ready)
                Report(connection, session.ClientText, reason, detail);
            Detach(session, reason, wasReady: connection.Stage == ConnectionStage.Ready);
            presence.Gone(connection, session, reason);
        }
        else if (connection.ClientId.Length > 0 || IsFault(reason))
            Report(connection, connection.ClientText, reason, detail);
    }

    private void Say(Connection connection, ReasonCode reason, string words)
    {
        var text = Encoding.UTF8.GetBytes(words);
        var room = connection.Reserve(PacketWriter.Disconnect5SizeMax + text.Length, turn.Effects);
        connection.Outbox.Append(PacketWriter.Disconnect5(room, reason, text));
    }

    /// <summary>
    /// At start: every connection of the life before is lost, and its will is due (MQTT-3.1.2-8).
    /// </summary>
    public void EndLostConnections()
    {
        foreach (var session in sessions.All.OrderBy(s => s.Number).ToArray())
        {
            var wasConnected = session.OfflineSince < 0;
            if (wasConnected) session.OfflineSince = turn.Age;
            if (session.WillDelaySeconds == 0) wills.Publish(session);
            if (session.EndsWithConnection) ending.Discard(session);
            else if (wasConnected) expiring.Begin(session);
            else expiring.Resume(session);
        }
    }

    /// <summary>The client says goodbye (MQTT-3.14.4-2, MQTT5-3.14.4-3).</summary>
    public void Disconnect(Connection connection, in DisconnectPacket packet)
    {
        if (packet.HasSessionExpiry && connection.Session is { Bridge: < 0 } session)
        {
            if (connection.Terms!.ExpiryAsked == 0 && packet.SessionExpirySeconds > 0)
                throw new ProtocolError("MQTT5-3.14.2.2.2",
                    "DISCONNECT gives a session a life that CONNECT had not asked for",
                    ReasonCode.ProtocolError);
            session.ExpirySeconds = packet.SessionExpirySeconds;
            if (session.IsPersistent) journal.SessionChanged(session);
        }
        Close(connection, packet.Reason == ReasonCode.Success
            ? CloseReason.Disconnected : CloseReason.DisconnectedWithWill);
    }

    private void Report(Connection connection, string clientId, CloseReason reason, string detail)
    {
        // What was refused has its line; that its connection ends for it needs no second one.
        var isTold = reason == CloseReason.NotAuthorized && turn.LastRefused == connection;
        var kind = IsFault(reason) && !isTold ? BrokerEventKind.ClientExpelled : BrokerEventKind.ClientClosed;
        var words = detail.Length == 0 ? reason.ToString() : $"{reason}: {detail}";
        turn.Report(kind, clientId, connection, words, reason);
    }

    /// <summary>Whether somebody should look at the client, or at who takes its place.</summary>
    private static bool IsFault(CloseReason reason) => reason is CloseReason.ProtocolError
        or CloseReason.PacketTooLarge or CloseReason.ConnectTimeout or CloseReason.TakenOver
        or CloseReason.NotAuthorized or CloseReason.SlowReader or CloseReason.QuotaExceeded
        or CloseReason.TooManyConnections or CloseReason.StreamHole;

    private void Detach(Session session, CloseReason reason, bool wasReady)
    {
        peers.Leave(session);
        session.Connection = null;
        session.OfflineSince = turn.Age;
        var isStopping = reason == CloseReason.ServerStopping;
        if (!isStopping && session.Will is not null)
        {
            if (reason == CloseReason.Disconnected || !wasReady)
            {
                session.Will = null;
                journal.SessionChanged(session);
            }
            else if (session.WillDelaySeconds == 0) wills.Publish(session);
        }
        if (session.EndsWithConnection)
        {
            if (!isStopping || session.Will is null) ending.Discard(session);
            return;
        }
        if (session.HasReceipts) session.Receipts.Orphan();
        parting.Leave(session);
        expiring.Begin(session);
    }
}
