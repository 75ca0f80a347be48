using System.Runtime.InteropServices;
using LightMq.Broker.Connections;
using LightMq.Broker.Durability;
using LightMq.Broker.Messages;
using LightMq.Broker.Registry;
using LightMq.Broker.Routing;
using LightMq.Broker.Sessions;
using LightMq.Lmq;

namespace LightMq.Broker.Flows;

/// <summary>
/// Tells who comes and goes (LMQ-PRE-1 to 3): the broker publishes each event in the name of the client that
/// it is about, so that it stands in that client's order.
/// </summary>
internal sealed class Presence(
    Turn turn, Register register, Journal journal, SessionTable sessions, Publishing publishing,
    BackPressure pressure, PresenceIndex numbers, Depositing? depositing)
{
    private readonly List<Receiver> _receivers = [];
    private readonly byte[] _body = new byte[PresenceEvent.BytesNeeded(ClientIdName.CharactersMax)];
    private bool _isStopping;

    /// <summary>CONNACK was said.</summary>
    public void Connected(Connection connection)
    {
        // Bridges belong to the broker: at the other end the central tells of them.
        if (connection.Session is not { Bridge: < 0 }) return;
        connection.IsAnnounced = true;
        Tell(connection, connection.Session, PresenceKind.Connect);
    }

    /// <summary>A connection that had its CONNACK has ended.</summary>
    public void Gone(Connection connection, Session session, CloseReason reason)
    {
        if (!connection.IsAnnounced) return;
        if (reason is CloseReason.Disconnected or CloseReason.DisconnectedWithWill)
            Tell(connection, session, PresenceKind.Disconnect);
        connection.IsAnnounced = false;
        Tell(connection, session, PresenceKind.TcpClean);
    }

    /// <summary>
    /// The broker is about to let all go: that is told while it can still be stored, and nothing after it.
    /// </summary>
    public void Stopping(IEnumerable<Connection> connections)
    {
        foreach (var connection in connections)
            if (connection.Session is { } session) Gone(connection, session, CloseReason.ServerStopping);
        _isStopping = true;
    }

    private void Tell(Connection connection, Session session, PresenceKind kind)
    {
        if (_isStopping || !ClientIdName.TryParse(session.ClientId, out var name)) return;
        var topic = PresenceEvent.Topic(name.Group);
        if (register.FindTopic(topic) is null) return;
        var channel = journal.Epoch.ChannelOf(connection.Number);
        var happened = new PresenceEvent(
            session.ClientText, turn.Now.UnixMilliseconds, kind, channel, numbers.Next());
        var body = _body.AsSpan(0, happened.Write(_body));
        ChooseReceivers(topic, topic.Length + body.Length);
        var origin = new Origin(
            connection.Number, turn.Now.UnixMilliseconds, turn.Now.Trusted, session.IsClean,
            FromBridge: false);
        var publication = new Publication(
            session.Publisher, origin, topic, default, body, qos: 1, retain: false, expiresAt: 0);
        publishing.PublishOwn(publication, _receivers);
        depositing?.Put(publication, null, PresenceIndex.TagOf(kind));
        // Its session may be gone already, but its numbers go on.
        if (session.IsGone && session.Publisher.IsNumbered) sessions.Remember(session.Publisher);
    }

    private void ChooseReceivers(ReadOnlySpan<byte> topic, int bytes)
    {
        _receivers.Clear();
        foreach (ref readonly var receiver in CollectionsMarshal.AsSpan(publishing.RecipientsOf(null, topic)))
            if (receiver.Qos == 0 || pressure.TakesPresence(receiver.Session, bytes))
                _receivers.Add(receiver);
    }
}
