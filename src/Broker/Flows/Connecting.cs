using System.Text;
using LightMq.Broker.Connections;
using LightMq.Broker.Dialects;
using LightMq.Broker.Durability;
using LightMq.Broker.Sessions;
using LightMq.Broker.Settings;
using LightMq.Mqtt;

namespace LightMq.Broker.Flows;

/// <summary>CONNECT, take-over and the end of connections (MQTT 3.1.1, 3.1, 3.2, 3.14; LMQ-ID-4).</summary>
internal sealed class Connecting(
    Turn turn, BrokerOptions options, ConnectionTable connections, SessionTable sessions, Journal journal,
    Delivering delivering, Ending ending, Wills wills, BackPressure pressure, DialectTable dialects)
{
    private readonly Dictionary<string, int> _unconfirmed = [];
    private long _assigned;

    /// <summary>Takes a CONNECT as far as the password check.</summary>
    public void Connect(Connection connection, in Frame frame, ReadOnlySpan<byte> whole)
    {
        var packet = ConnectPacket.Read(frame);
        if (!packet.IsSupported || packet.Version != ProtocolVersion.V311)
        {
            Refuse(connection, ConnectCode.UnacceptableProtocolVersion, "",
                $"protocol level {packet.ProtocolLevel} is not spoken here; use MQTT 3.1.1");
            return;
        }
        var verdict = dialects[connection].Admit(packet, connection);
        if (verdict.Code != ConnectCode.Accepted)
        {
            Refuse(connection, verdict.Code, Encoding.UTF8.GetString(packet.ClientId), verdict.Cause);
            return;
        }
        connection.Login = verdict.Login;
        if (verdict.Password is null)
        {
            Admit(connection, packet);
            return;
        }
        connection.Stage = ConnectionStage.Connecting;
        connection.PendingConnect = whole.ToArray();
        turn.Effects.CheckPassword(connection, verdict.Password, packet.Password.ToArray());
    }

    /// <summary>The password was compared.</summary>
    public void PasswordChecked(Connection connection, bool matches)
    {
        if (connection.IsClosed || connection.PendingConnect is not { } pending) return;
        connection.PendingConnect = null;
        FrameReader.TryRead(pending, options.PacketBytesMax, out var frame);
        var packet = ConnectPacket.Read(frame);
        if (matches) Admit(connection, packet);
        else Refuse(connection, ConnectCode.BadUserNameOrPassword, Encoding.UTF8.GetString(packet.ClientId),
            "the user is unknown or the password is wrong");
    }

    /// <summary>CONNACK may be said: the session is as durable as it promises.</summary>
    public void Confirmed(Session session, Connection connection, bool sessionPresent)
    {
        if (_unconfirmed.Count > 0) CountConfirmed(session.ClientText);
        if (connection.IsClosed) return;
        var to = connection.Reserve(PacketWriter.AckSize, turn.Effects);
        connection.Outbox.Append(PacketWriter.ConnAck(to, sessionPresent, ConnectCode.Accepted));
        connection.Stage = ConnectionStage.Ready;
        turn.Counters.Connects++;
        turn.Report(BrokerEventKind.ClientConnected, session.ClientText, connection, connection.Login!.Name);
        turn.Resumed.Add(connection);
        delivering.Resume(session);
    }

    /// <summary>Ends a connection from our side, or after the peer is gone.</summary>
    /// <param name="connection">Which.</param>
    /// <param name="reason">Why, for log and counter.</param>
    /// <param name="detail">More words for the log.</param>
    /// <param name="isGone">The host has closed it already.</param>
    public void Close(Connection connection, CloseReason reason, string detail = "", bool isGone = false)
    {
        if (connection.IsClosed) return;
        connection.IsClosed = true;
        connection.Leftover.Clear();
        connections.Remove(connection);
        pressure.Forget(connection);
        turn.Counters.Close(reason);
        if (!isGone) turn.Effects.Close(connection, reason);
        if (connection.Session is { } session && session.Connection == connection)
        {
            if (connection.Stage == ConnectionStage.Ready)
                turn.Report(
                    BrokerEventKind.ClientClosed, session.ClientText, connection, Describe(reason, detail));
            Detach(session, reason, wasReady: connection.Stage == ConnectionStage.Ready);
        }
        else if (reason is CloseReason.ProtocolError or CloseReason.ConnectTimeout)
            turn.Report(BrokerEventKind.ClientClosed, "", connection, Describe(reason, detail));
    }

    /// <summary>
    /// At start: every connection of the life before is lost, and its will is due (MQTT-3.1.2-8).
    /// </summary>
    public void EndLostConnections()
    {
        foreach (var session in sessions.All.OrderBy(s => s.Number).ToArray())
        {
            if (session.Will is { } will)
            {
                session.Will = null;
                journal.SessionChanged(session);
                wills.Publish(session, will);
            }
            if (session.IsClean) ending.Discard(session);
        }
    }

    private void CountConfirmed(string clientId)
    {
        if (!_unconfirmed.TryGetValue(clientId, out var waiting)) return;
        if (waiting > 1) _unconfirmed[clientId] = waiting - 1;
        else _unconfirmed.Remove(clientId);
    }

    private static string Describe(CloseReason reason, string detail) =>
        detail.Length == 0 ? reason.ToString() : $"{reason}: {detail}";

    private void Refuse(Connection connection, ConnectCode code, string clientId, string cause)
    {
        turn.Counters.Refusals++;
        turn.Report(BrokerEventKind.ConnectRefused, clientId, connection, cause);
        var to = connection.Reserve(PacketWriter.AckSize, turn.Effects);
        connection.Outbox.Append(PacketWriter.ConnAck(to, sessionPresent: false, code));
        Close(connection, CloseReason.Refused);
    }

    private void Admit(Connection connection, in ConnectPacket packet)
    {
        ReadOnlySpan<byte> id = packet.ClientId.IsEmpty ? AssignId() : packet.ClientId;
        if (FindRefusal(connection, packet, id) is (var code and not ConnectCode.Accepted, var cause))
        {
            Refuse(connection, code, Encoding.UTF8.GetString(id), cause);
            return;
        }
        var keepAlive = Math.Min(packet.KeepAliveSeconds, options.KeepAliveSecondsMax);
        if (packet.KeepAliveSeconds == 0) keepAlive = options.KeepAliveSecondsMax;
        connection.SilenceMillisecondsMax = keepAlive * 1500;
        connection.Stage = ConnectionStage.Connecting;

        if (sessions.Find(id)?.Connection is { } older)
            Close(older, CloseReason.TakenOver, "the client id connected again");
        var known = sessions.Find(id);
        var mustStore = false;
        if (known is not null && packet.CleanSession)
        {
            mustStore = known.IsStored || journal.IsPending(known);
            ending.Discard(known);
            known = null;
        }
        var session = known ?? sessions.Add(id, packet.CleanSession, options.InflightMax);
        session.Publisher.IsAssigned = packet.ClientId.IsEmpty;
        if (known is null) session.Owner = OwnerOf(connection.Login!);
        else DropUngranted(session, connection);
        session.Connection = connection;
        connection.Session = session;
        if (packet.HasWill)
        {
            sessions.EnsureNumber(session);
            session.Will = new Will(packet.WillTopic.ToArray(), packet.WillPayload.ToArray(),
                (byte)packet.WillQos, packet.WillRetain);
        }
        if (packet.HasWill || (known is null && session.IsPersistent)) journal.SessionChanged(session);
        // What an earlier connection of this client changed may not be durable yet.
        mustStore |= journal.IsPending(session)
            || (_unconfirmed.Count > 0 && _unconfirmed.ContainsKey(session.ClientText));
        if (mustStore)
        {
            _unconfirmed[session.ClientText] = _unconfirmed.GetValueOrDefault(session.ClientText) + 1;
            journal.Confirm(new Confirmation(
                ConfirmationKind.ConnAck, session, connection, known is null ? 0 : 1));
        }
        else Confirmed(session, connection, sessionPresent: known is not null);
    }

    private (ConnectCode Code, string Cause) FindRefusal(
        Connection connection, in ConnectPacket packet, ReadOnlySpan<byte> id)
    {
        var known = sessions.Find(id);
        var bridge = known?.Bridge ?? -1;
        if (bridge >= 0 && packet.CleanSession)
            return (ConnectCode.NotAuthorized,
                "a bridge must connect with clean session off, or its queue would be lost");
        if (bridge >= 0 && options.Bridges[bridge].User is { } user && user != connection.Login!.Name)
            return (ConnectCode.NotAuthorized, "this client id belongs to a bridge with another login");
        if (bridge < 0 && known?.Connection is null && connections.Count >= options.ConnectionsMax
            && connections.ClientCount >= options.ConnectionsMax)
            return (ConnectCode.ServerUnavailable, $"{options.ConnectionsMax} clients are connected already");
        if (known is null && sessions.Count >= options.SessionsMax)
            return (ConnectCode.ServerUnavailable, $"{options.SessionsMax} sessions are kept already");
        if (known is null && sessions.IsNumberedFull(id))
            return (ConnectCode.ServerUnavailable,
                "too many client ids have sent to bridges since the start: let clients keep their ids");
        if (known is not null && known.Owner.Length > 0 && known.Owner != OwnerOf(connection.Login!))
            return (ConnectCode.NotAuthorized,
                "this client id's session belongs to another user: log in as that one, or take another id");
        if (!packet.HasWill) return (ConnectCode.Accepted, "");
        if (!wills.MayBring(packet.WillTopic, packet.WillPayload, packet.WillQos, packet.WillRetain))
            return (ConnectCode.ServerUnavailable, "queues are full, and too many wills are in them already");
        if (Publishing.IsTooDeep(packet.WillTopic))
            return (ConnectCode.NotAuthorized,
                $"the will's topic has more than {Publishing.TopicLevelsMax} levels");
        var verdict = dialects[connection]
            .Publish(connection.Login!, packet.WillTopic, packet.WillPayload.Length);
        return verdict == TopicVerdict.Granted
            ? (ConnectCode.Accepted, "")
            : (ConnectCode.NotAuthorized, "the will's topic is not granted to this login (LMQ-AUTH-1)");
    }

    /// <summary>Without rules there is nothing to keep from anybody.</summary>
    private static string OwnerOf(Login login) => login.Rules is null ? "" : login.Name;

    /// <summary>The rules may be other ones than when the filters were granted.</summary>
    private void DropUngranted(Session session, Connection connection)
    {
        var count = session.Subscriptions.Count;
        ending.RemoveSubscriptions(session, s => !s.IsConfigured
            && dialects[connection].Subscribe(connection.Login!, s.Filter) != TopicVerdict.Granted);
        if (session.Subscriptions.Count == count) return;
        journal.SessionChanged(session);
        turn.Report(BrokerEventKind.SessionChanged, session.ClientText, connection,
            "filters that are not granted any more were removed from its session");
    }

    /// <summary>A client id for a client that brought none (MQTT-3.1.3-6).</summary>
    private byte[] AssignId() => Encoding.ASCII.GetBytes($"auto-{journal.Epoch.Low:x8}-{++_assigned}");

    private void Detach(Session session, CloseReason reason, bool wasReady)
    {
        session.Connection = null;
        var will = session.Will;
        if (will is not null && reason != CloseReason.ServerStopping)
        {
            session.Will = null;
            journal.SessionChanged(session);
            if (reason != CloseReason.Disconnected && wasReady) wills.Publish(session, will);
        }
        if (session.IsClean)
        {
            if (reason != CloseReason.ServerStopping || will is null) ending.Discard(session);
            return;
        }
        if (session.HasReceipts) session.Receipts.Orphan();
        delivering.Offline(session);
    }
}
