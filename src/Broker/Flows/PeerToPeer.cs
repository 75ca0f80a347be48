using System.Text;
using LightMq.Broker.Connections;
using LightMq.Broker.Routing;
using LightMq.Broker.Sessions;
using LightMq.Broker.Settings;
using LightMq.Broker.Streams;
using LightMq.Lmq;
using LightMq.Mqtt;

namespace LightMq.Broker.Flows;

/// <summary>
/// Publishes to one client (LMQ-MSG-5). What may wait for it lies in its mailbox: a session without filters
/// that belongs to the client id, so that no CONNECT touches it. It is there while something waits or its
/// client is connected, and shares that connection.
/// </summary>
internal sealed class PeerToPeer(
    Turn turn, BrokerOptions options, SessionTable sessions, Delivering delivering, Parting parting,
    Ending ending, StreamTable streams)
{
    private readonly List<Receiver> _found = [];
    private readonly byte[][] _bridges = [.. options.Bridges.Select(b => Encoding.UTF8.GetBytes(b.ClientId))];

    private readonly byte[]?[] _sensorPrefixes =
    [
        .. options.Bridges.Select(static bridge =>
            bridge.Sensors is { } sensors ? Encoding.UTF8.GetBytes($"{sensors.Group}@@@") : null),
    ];

    /// <summary>Whether a topic of this publisher names one client.</summary>
    public static bool IsPeer(Session publisher, ReadOnlySpan<byte> topic) =>
        (publisher.IsLmq || publisher.Bridge >= 0) && TopicNames.TryPeer(topic, out _, out _);

    /// <summary>
    /// Who receives a P2P message now: the gateway that its client is behind, its client, or for an id that
    /// is not known here the bridges that take its topic. Null: one more mailbox is needed, and there are as
    /// many as there may be.
    /// </summary>
    /// <param name="publisher">Who sends it; null: a business service.</param>
    /// <param name="topic">A P2P topic.</param>
    /// <param name="qos">As published.</param>
    /// <param name="isClean">The sender's cleanSession, which decides whether it may wait.</param>
    public List<Receiver>? RecipientsOf(
        Session? publisher, ReadOnlySpan<byte> topic, int qos, bool isClean)
    {
        TopicNames.TryPeer(topic, out _, out var clientId);
        _found.Clear();
        var mailbox = sessions.FindMailbox(clientId);
        var client = sessions.Find(clientId) ?? FindSensor(publisher, clientId);
        if (FindGateway(publisher, clientId) is { } gateway)
            _found.Add(new Receiver(gateway, (byte)Math.Min(qos, 1), IsForNow: isClean));
        else if ((client ?? mailbox) is not { } known)
        {
            if (publisher is { Bridge: < 0 }) FindBridges(topic);
        }
        else if (qos == 0) _found.Add(new Receiver(known, 0));
        else if (isClean) _found.Add(new Receiver(known, FleetingQosOf(known), IsForNow: true));
        else if ((mailbox ?? Open(client!)) is { } open) _found.Add(new Receiver(open, 1));
        else return null;
        return _found;
    }

    /// <summary>A message is for nobody here, and no bridge takes it: it is dropped.</summary>
    public void TellUnknown(Connection connection, ReadOnlySpan<byte> topic)
    {
        turn.Counters.Drop(DropReason.PeerUnknown);
        if (connection.MayComplain(Complaint.PeerUnknown, turn.Now.Milliseconds))
            turn.Report(BrokerEventKind.Refused, connection.ClientText, connection,
                $"a publish to {Encoding.UTF8.GetString(topic)}: that client is unknown here (LMQ-MSG-5)");
    }

    /// <summary>
    /// Highest QoS of what is for the moment only. It leaves no trace in the store, so after a restart its
    /// packet id may come again; under the LMQ contract others are left out then, but a persistent client of
    /// plain MQTT would take the next message of QoS 2 for the old one. As nothing is sent again, QoS 1 comes
    /// once too.
    /// </summary>
    private static byte FleetingQosOf(Session known) =>
        known.IsPersistent && !known.IsKeptByContract ? (byte)1 : (byte)2;

    /// <summary>A client is here: what waits for it is on its way from CONNACK on.</summary>
    public void Arrive(Session client)
    {
        if (options.Central is not null) streams.IsHere(client.ClientId);
        if (sessions.FindMailbox(client.ClientId) is { } mailbox) Join(client, mailbox);
    }

    /// <summary>CONNACK is out.</summary>
    public void Resume(Session client)
    {
        if (client.Companion is { } mailbox) delivering.Resume(mailbox);
    }

    /// <summary>The client is gone: its mailbox waits, if anything waits in it.</summary>
    public void Leave(Session client)
    {
        if (client.Companion is not { } mailbox) return;
        client.Companion = mailbox.Companion = null;
        mailbox.Connection = null;
        mailbox.OfflineSince = turn.Age;
        parting.Leave(mailbox);
        if (mailbox.Queue.Count == 0) ending.Discard(mailbox);
    }

    private Session? Open(Session client)
    {
        if (sessions.MailboxCount >= options.SessionsMax) return null;
        var mailbox = sessions.AddMailbox(client.ClientId, options.InflightMax);
        mailbox.OfflineSince = turn.Age;
        // Should nothing come of it, the next sweep takes it away.
        turn.MayExpire = true;
        if (client.Connection is not null) Join(client, mailbox);
        return mailbox;
    }

    private static void Join(Session client, Session mailbox)
    {
        mailbox.Connection = client.Connection;
        mailbox.OfflineSince = -1;
        mailbox.Window = client.Window;
        mailbox.IsPaced = client.IsPaced;
        mailbox.Companion = client;
        client.Companion = mailbox;
    }

    /// <summary>The session of the gateway that a client is behind; not that of the publisher.</summary>
    private Session? FindGateway(Session? publisher, ReadOnlySpan<byte> clientId) =>
        streams.HomeOf(clientId) is { } id && sessions.Find(id) is { } gateway && gateway != publisher
            ? gateway : null;

    /// <summary>
    /// From above a stock sensor is called by the name that it has upward (LMQ-AUTH-5): its group before its
    /// id.
    /// </summary>
    private Session? FindSensor(Session? publisher, ReadOnlySpan<byte> clientId)
    {
        if (publisher is not { Bridge: >= 0 and var bridge }) return null;
        if (_sensorPrefixes[bridge] is not { } prefix || !clientId.StartsWith(prefix)) return null;
        return sessions.Find(clientId[prefix.Length..]) is { Publisher.IsLmq: false } sensor ? sensor : null;
    }

    private void FindBridges(ReadOnlySpan<byte> topic)
    {
        foreach (var id in _bridges)
        {
            if (sessions.Find(id) is not { } bridge) continue;
            foreach (var subscription in bridge.Subscriptions)
            {
                if (!Topics.Matches(subscription.Filter, topic)) continue;
                _found.Add(Receiver.Of(bridge, subscription));
                break;
            }
        }
    }
}
