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
    Delivering delivering, PeerToPeer peers, Pacing pacing, Ending ending, Closing closing, Wills wills,
    Admission admission, KindChanges changes, DialectTable dialects, ConnAnswering answering,
    Granting granting, Metering metering, Forwarding forwarding, Presence presence)
{
    private readonly Dictionary<string, int> _unconfirmed = [];
    private readonly Installing _installing = new(turn);
    private long _assigned;
    // Of a client without keep-alive (LMQ-OFF-2).
    private const int PeriodSeconds = 60;

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
        peers.Resume(session);
        pacing.Begin(connection);
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
        if (IsOverQuota(connection, packet.ClientId)) return;
        var refusal = admission.FindRefusal(connection, packet, packet.ClientId, will: null);
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
        if (connection.Terms is { } terms) terms.ReceiveMaximumHere = ReceiveMaximumOf(
            known is { Bridge: >= 0 } || IsGateway(packet.ClientId));
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

    private int ReceiveMaximumOf(bool isBridging) =>
        isBridging ? options.BridgeReceiveMax : options.ReceiveMax;

    private bool IsGateway(ReadOnlySpan<byte> clientId) => options.Central?.IsGateway(clientId) == true;

    private void Admit(Connection connection, in ConnectPacket packet)
    {
        ReadOnlySpan<byte> id = packet.ClientId.IsEmpty ? AssignId() : packet.ClientId;
        var will = packet.HasWill ? WillOf(connection, packet, sessions.Find(id) is { Bridge: >= 0 }) : null;
        if (IsOverQuota(connection, id)) return;
        var (code, cause) = admission.FindRefusal(connection, packet, id, will);
        if (code != ConnectCode.Accepted)
        {
            Refuse(connection, code, Encoding.UTF8.GetString(id), cause);
            return;
        }
        Agree(connection, packet);
        connection.Stage = ConnectionStage.Connecting;
        connection.ClientId = id.ToArray();

        changes.Look(connection, id, sessions.Find(id), isClean: packet.SessionExpirySeconds == 0);
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
        if (known is null) session.Owner = Admission.OwnerOf(connection.Login!);
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

    private bool IsOverQuota(Connection connection, ReadOnlySpan<byte> id)
    {
        if (metering.MayConnect(sessions.Find(id))) return false;
        answering.RefuseOverQuota(connection, Encoding.UTF8.GetString(id));
        return true;
    }

    /// <summary>Keep-alive and, with MQTT 5.0, what both sides may send.</summary>
    private void Agree(Connection connection, in ConnectPacket packet)
    {
        var keepAlive = Math.Min(packet.KeepAliveSeconds, options.KeepAliveSecondsMax);
        if (packet.KeepAliveSeconds == 0) keepAlive = options.KeepAliveSecondsMax;
        connection.SilenceMillisecondsMax = keepAlive * 1500;
        connection.PeriodMilliseconds = (packet.KeepAliveSeconds == 0 ? PeriodSeconds : keepAlive) * 1000;
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
        session.IsGateway = IsGateway(session.ClientId) && connection.Login?.Pass is not null;
        if (session.IsGateway) isChanged |= _installing.Come(session, packet);
        session.IsPaced = session.IsKeptByContract;
        session.Connection = connection;
        session.Channel = connection.Number;
        connection.IsSimple = connection.Terms is null && !isBridge;
        connection.ReadsByToken = connection.Login!.IsTokens;
        connection.Session = session;
        session.ExpirySeconds = session.IsClean ? 0 : expiry;
        session.OfflineSince = -1;
        timers.Clear(session);
        session.Will = will;
        if (will is not null) sessions.EnsureNumber(session);
        session.Window = session.IsBridging ? options.BridgeInflightMax : options.InflightMax;
        if (connection.Terms is { } limits) session.Window = Math.Min(session.Window, limits.ReceiveMaximum);
        peers.Arrive(session);
        if (connection.Terms is not { } terms) return isChanged && (session.IsPersistent || will is not null);
        terms.ReceiveMaximumHere = ReceiveMaximumOf(session.IsBridging);
        terms.ExactIdsBefore = session.HasReceipts ? session.Receipts.ExactIds.Count : 0;
        return isChanged && (session.IsPersistent || will is not null);
    }

    private Will WillOf(Connection connection, in ConnectPacket packet, bool fromBridge)
    {
        var properties = packet.WillProperties;
        var forwarded = forwarding.Of(properties, fromBridge).ToArray();
        forwarding.Taken(connection);
        return new Will(packet.WillTopic.ToArray(), forwarded, packet.WillPayload.ToArray(),
            (byte)packet.WillQos, packet.WillRetain,
            properties.HasMessageExpiry ? properties.MessageExpirySeconds : null, packet.WillDelaySeconds);
    }

    /// <summary>A client id for a client that brought none (MQTT-3.1.3-6).</summary>
    private byte[] AssignId() => Encoding.ASCII.GetBytes($"auto-{journal.Epoch.Low:x8}-{++_assigned}");
}
