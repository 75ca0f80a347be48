using System.Text;
using LightMq.Broker.Connections;
using LightMq.Broker.Dialects;
using LightMq.Broker.Durability;
using LightMq.Broker.Sessions;
using LightMq.Broker.Settings;
using LightMq.Mqtt;

namespace LightMq.Broker.Flows;

/// <summary>CONNECT and take-over (MQTT 3.1.1 and 5.0, 3.1 and 3.2; LMQ-ID-4).</summary>
internal sealed class Connecting(
    Turn turn, BrokerOptions options, ConnectionTable connections, SessionTable sessions,
    SessionTimers timers, Journal journal,
    Delivering delivering, Ending ending, Closing closing, Wills wills, DialectTable dialects,
    ConnAnswering answering, Noticing noticing, Granting granting, Forwarding forwarding,
    Presence presence)
{
    private readonly Dictionary<string, int> _unconfirmed = [];
    private long _assigned;

    /// <summary>Takes a CONNECT as far as the password check.</summary>
    public void Connect(Connection connection, in Frame frame, ReadOnlySpan<byte> whole)
    {
        var packet = ConnectPacket.Read(frame);
        if (!packet.IsSupported)
        {
            // In the form of 3.1.1 (MQTT-3.1.2-2): bridges of mosquitto try a level of their own first.
            answering.Refuse(connection, ConnectCode.UnacceptableProtocolVersion, "",
                $"protocol level {packet.ProtocolLevel} is not spoken here; use MQTT 5.0, 3.1.1 or 3.1");
            return;
        }
        connection.Version = packet.Version;
        connection.ClientId = packet.ClientId.ToArray();
        if (packet.Version == ProtocolVersion.V500) connection.Terms = new Terms(packet);
        if (packet.HasAuthenticationMethod)
        {
            answering.Refuse(connection, ConnectCode.NotAuthorized, Encoding.UTF8.GetString(packet.ClientId),
                "enhanced authentication is not spoken here; use user name and password",
                ReasonCode.BadAuthenticationMethod);
            return;
        }
        var verdict = dialects[connection].Admit(packet, connection);
        if (verdict.Code != ConnectCode.Accepted)
        {
            turn.Counters.Refuse(verdict.Counted);
            answering.Refuse(connection, verdict.Code, connection.ClientText, verdict.Cause);
            return;
        }
        connection.Login = verdict.Login;
        if (connection.Login!.IsTokens)
        {
            AwaitToken(connection, packet, whole);
            return;
        }
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
        FrameReader.TryRead(pending, options.PacketBytesMax, connection.Version, out var frame);
        var packet = ConnectPacket.Read(frame);
        if (matches) Admit(connection, packet);
        else answering.Refuse(connection, ConnectCode.BadUserNameOrPassword, connection.ClientText,
            "the user is unknown or the password is wrong");
    }

    /// <summary>CONNACK may be said: the session is as durable as it promises.</summary>
    public void Confirmed(Session session, Connection connection, bool sessionPresent)
    {
        if (_unconfirmed.Count > 0) CountConfirmed(session.ClientText);
        if (connection.IsClosed) return;
        // Who logged in by a token has it already.
        if (connection.Upload is null)
            answering.Accept(connection, session.ClientId, session.ExpirySeconds, sessionPresent);
        if (connection.IsClosed) return;
        connection.Stage = ConnectionStage.Ready;
        turn.Counters.Connects++;
        turn.Report(BrokerEventKind.ClientConnected, session.ClientText, connection, connection.Login!.Name);
        turn.Resumed.Add(connection);
        delivering.Resume(session);
        presence.Connected(connection);
    }

    private void CountConfirmed(string clientId)
    {
        if (!_unconfirmed.TryGetValue(clientId, out var waiting)) return;
        if (waiting > 1) _unconfirmed[clientId] = waiting - 1;
        else _unconfirmed.Remove(clientId);
    }

    /// <summary>
    /// CONNECT without a password (LMQ-AUTH-2): CONNACK at once, but nobody is taken over and nothing is
    /// discarded before a token shows who it is.
    /// </summary>
    private void AwaitToken(Connection connection, in ConnectPacket packet, ReadOnlySpan<byte> whole)
    {
        var refusal = FindRefusal(connection, packet, packet.ClientId, will: null);
        if (refusal.Code == ConnectCode.Accepted
            && connections.ProvisionalBytes + whole.Length > options.MemoryBytesMax / 4)
            refusal = (ConnectCode.ServerUnavailable, "too many clients wait for their token");
        if (refusal.Code != ConnectCode.Accepted)
        {
            answering.Refuse(connection, refusal.Code, connection.ClientText, refusal.Cause);
            return;
        }
        var known = sessions.Find(packet.ClientId);
        connection.IsSessionPromised = known is { EndsWithConnection: false } && !packet.CleanStart;
        connections.AddProvisional(connection, whole, turn.Now.Milliseconds);
        Agree(connection, packet);
        if (connection.Terms is { } terms) terms.ReceiveMaximumHere = ReceiveMaximumOf(known?.Bridge ?? -1);
        var expiry = known is { Bridge: >= 0 } ? Session.Never : packet.SessionExpirySeconds;
        answering.Accept(connection, connection.ClientId, expiry, connection.IsSessionPromised);
    }

    /// <summary>Its first token was found good: now it takes its session, or takes it over.</summary>
    public void AdmitByToken(Connection connection)
    {
        var connect = connections.TakeProvisional(connection);
        FrameReader.TryRead(connect, options.PacketBytesMax, connection.Version, out var frame);
        var packet = ConnectPacket.Read(frame);
        var known = sessions.Find(packet.ClientId);
        var isThere = known is { EndsWithConnection: false } && !packet.CleanStart;
        if (isThere == connection.IsSessionPromised) Admit(connection, packet);
        // It would take up, or lack, a session of which CONNACK said otherwise (MQTT-3.2.2-2).
        else closing.Close(connection, CloseReason.Refused, "its session came or went while it had no token");
    }

    /// <summary>Whom CONNACK has accepted already can only be closed.</summary>
    private void Refuse(Connection connection, ConnectCode code, string clientId, string cause)
    {
        if (connection.Upload is null)
        {
            answering.Refuse(connection, code, clientId, cause);
            return;
        }
        turn.Counters.Refusals++;
        turn.Report(BrokerEventKind.ConnectRefused, clientId, connection, cause);
        closing.Close(connection, code == ConnectCode.ServerUnavailable
            ? CloseReason.TooManyConnections : CloseReason.NotAuthorized, cause);
    }

    private int ReceiveMaximumOf(int bridge) => bridge >= 0 ? options.BridgeReceiveMax : options.ReceiveMax;

    private void Admit(Connection connection, in ConnectPacket packet)
    {
        ReadOnlySpan<byte> id = packet.ClientId.IsEmpty ? AssignId() : packet.ClientId;
        var will = packet.HasWill ? WillOf(connection, packet, sessions.Find(id) is { Bridge: >= 0 }) : null;
        if (FindRefusal(connection, packet, id, will) is (var code and not ConnectCode.Accepted, var cause))
        {
            Refuse(connection, code, Encoding.UTF8.GetString(id), cause);
            return;
        }
        Agree(connection, packet);
        connection.Stage = ConnectionStage.Connecting;
        connection.ClientId = id.ToArray();

        if (sessions.Find(id)?.Connection is { } older)
            closing.Close(older, CloseReason.TakenOver, "the client id connected again");
        var known = sessions.Find(id);
        var mustStore = false;
        if (known is not null && packet.CleanStart)
        {
            mustStore = known.IsStored || journal.IsPending(known);
            wills.Publish(known);
            ending.Discard(known);
            known = null;
        }
        var session =
            known ?? sessions.Add(id, isClean: packet.SessionExpirySeconds == 0, options.InflightMax);
        session.Publisher.IsAssigned = packet.ClientId.IsEmpty;
        if (known is null) session.Owner = OwnerOf(connection.Login!);
        else granting.DropUngranted(session, connection);
        var isChanged = Take(session, connection, packet, will);
        if (isChanged || (known is null && session.IsPersistent)) journal.SessionChanged(session);
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

    /// <summary>Keep-alive and, with MQTT 5.0, what both sides may send.</summary>
    private void Agree(Connection connection, in ConnectPacket packet)
    {
        var keepAlive = Math.Min(packet.KeepAliveSeconds, options.KeepAliveSecondsMax);
        if (packet.KeepAliveSeconds == 0) keepAlive = options.KeepAliveSecondsMax;
        connection.SilenceMillisecondsMax = keepAlive * 1500;
        if (connection.Terms is { } terms) terms.KeepAliveSeconds = keepAlive;
    }

    /// <summary>
    /// The session is this connection's now; true if what is stored of it changes. A will that waited for
    /// the client is taken back (MQTT5-3.1.3-9).
    /// </summary>
    private bool Take(Session session, Connection connection, in ConnectPacket packet, Will? will)
    {
        var isBridge = session.Bridge >= 0;
        var expiry = isBridge ? Session.Never : packet.SessionExpirySeconds;
        var isChanged = session.ExpirySeconds != expiry || session.Will is not null || will is not null
            || (session.OfflineSince >= 0 && expiry != Session.Never && session.IsStored)
            || session.IsLmq != connection.IsLmq;
        session.IsLmq = connection.IsLmq;
        session.Connection = connection;
        session.Channel = connection.Number;
        connection.IsSimple = connection.Terms is null && !isBridge;
        connection.Session = session;
        session.ExpirySeconds = session.IsClean ? 0 : expiry;
        session.OfflineSince = -1;
        timers.Clear(session);
        session.Will = will;
        if (will is not null) sessions.EnsureNumber(session);
        session.Window = isBridge ? options.BridgeInflightMax : options.InflightMax;
        if (connection.Terms is not { } terms) return isChanged && (session.IsPersistent || will is not null);
        session.Window = Math.Min(session.Window, terms.ReceiveMaximum);
        terms.ReceiveMaximumHere = ReceiveMaximumOf(session.Bridge);
        terms.ExactIdsBefore = session.HasReceipts ? session.Receipts.ExactIds.Count : 0;
        return isChanged && (session.IsPersistent || will is not null);
    }

    private Will WillOf(Connection connection, in ConnectPacket packet, bool fromBridge)
    {
        var properties = packet.WillProperties;
        var forwarded = forwarding.Of(connection, properties, fromBridge).ToArray();
        return new Will(packet.WillTopic.ToArray(), forwarded, packet.WillPayload.ToArray(),
            (byte)packet.WillQos, packet.WillRetain,
            properties.HasMessageExpiry ? properties.MessageExpirySeconds : null, packet.WillDelaySeconds);
    }

    private (ConnectCode Code, string Cause) FindRefusal(
        Connection connection, in ConnectPacket packet, ReadOnlySpan<byte> id, Will? will)
    {
        var known = sessions.Find(id);
        var bridge = known?.Bridge ?? -1;
        if (bridge >= 0 && packet.CleanStart)
            return (ConnectCode.NotAuthorized,
                "a bridge must connect with clean session off, or its queue would be lost");
        if (bridge >= 0 && options.Bridges[bridge].User is { } user && user != connection.Login!.Name)
            return (ConnectCode.NotAuthorized, "this client id belongs to a bridge with another login");
        if (bridge < 0 && known?.Connection is null && connections.Count >= options.ConnectionsMax
            && connections.ClientCount >= options.ConnectionsMax)
        {
            turn.Counters.ConnectionsTooMany++;
            return (ConnectCode.ServerUnavailable, $"{options.ConnectionsMax} clients are connected already");
        }
        if (known is null && sessions.Count >= options.SessionsMax)
            return (ConnectCode.ServerUnavailable, $"{options.SessionsMax} sessions are kept already");
        if (known is null && sessions.IsNumberedFull(id))
            return (ConnectCode.ServerUnavailable,
                "too many client ids have sent to bridges since the start: let clients keep their ids");
        if (known is not null && known.Owner.Length > 0 && known.Owner != OwnerOf(connection.Login!))
            return (ConnectCode.NotAuthorized,
                "this client id's session belongs to another user: log in as that one, or take another id");
        if (will is null) return (ConnectCode.Accepted, "");
        if (!wills.MayBring(known, will))
            return (ConnectCode.ServerUnavailable, "queues are full, and too many wills are in them already");
        if (dialects.IsTooDeep(will.Topic))
        {
            turn.Counters.TopicsTooDeep++;
            return (ConnectCode.NotAuthorized,
                $"the will's topic has more than {options.TopicLevelsMax} levels");
        }
        var verdict = dialects[connection].Publish(connection.Login!, will.Topic, will.Payload.Length);
        if (verdict.IsGranted && verdict.Kind != TopicKind.Control) return (ConnectCode.Accepted, "");
        turn.Counters.Refuse(verdict.Cause);
        noticing.Invalid(connection, verdict.Fault, verdict.Type);
        return (ConnectCode.NotAuthorized, "the will's topic is not granted to this login (LMQ-AUTH-1)");
    }

    /// <summary>Without rules there is nothing to keep from anybody.</summary>
    private static string OwnerOf(Login login) => login.Rules is null ? "" : login.Name;

    /// <summary>A client id for a client that brought none (MQTT-3.1.3-6).</summary>
    private byte[] AssignId() => Encoding.ASCII.GetBytes($"auto-{journal.Epoch.Low:x8}-{++_assigned}");
}
