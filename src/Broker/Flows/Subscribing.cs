using System.Text;
using LightMq.Broker.Connections;
using LightMq.Broker.Dialects;
using LightMq.Broker.Durability;
using LightMq.Broker.Messages;
using LightMq.Broker.Routing;
using LightMq.Broker.Sessions;
using LightMq.Broker.Settings;
using LightMq.Mqtt;

namespace LightMq.Broker.Flows;

/// <summary>SUBSCRIBE and UNSUBSCRIBE (MQTT 3.1.1, 3.8 to 3.11): confirmed once durable.</summary>
internal sealed class Subscribing(
    Turn turn, BrokerOptions options, SessionTable sessions, SubscriptionTree tree, Journal journal,
    Publishing publishing, DialectTable dialects)
{
    private readonly List<Message> _retained = [];
    private readonly List<byte> _codes = [];

    /// <summary>
    /// Takes a SUBSCRIBE; true if the connection must close after its SUBACK (table of refusals).
    /// </summary>
    public bool Subscribe(Connection connection, SubscribePacket packet)
    {
        var session = connection.Session!;
        var granted = new List<Subscription>();
        var closes = false;
        _codes.Clear();
        while (packet.TryNext(out var filter, out var qos))
        {
            var verdict = Judge(connection, session, filter);
            closes |= verdict == TopicVerdict.Closing;
            if (verdict != TopicVerdict.Granted)
            {
                _codes.Add(SubAckPacket.Failure);
                turn.Report(BrokerEventKind.Refused, session.ClientText, connection,
                    $"subscription to {Encoding.UTF8.GetString(filter)} is not allowed");
                continue;
            }
            _codes.Add((byte)qos);
            granted.Add(Set(session, filter, (byte)qos));
        }
        var answer = new byte[2 + 5 + _codes.Count];
        var length = PacketWriter.SubAck(answer, packet.PacketId,
            System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_codes));
        Confirm(new Confirmation(
            ConfirmationKind.SubAck, session, connection, Packet: answer[..length], Granted: granted));
        return closes;
    }

    /// <summary>Takes an UNSUBSCRIBE.</summary>
    public void Unsubscribe(Connection connection, UnsubscribePacket packet)
    {
        var session = connection.Session!;
        while (packet.TryNext(out var filter))
        {
            var index = session.IndexOf(filter);
            if (index < 0 || IsConfigured(session, filter)) continue;
            session.Subscriptions.RemoveAt(index);
            tree.Remove(session, filter);
        }
        var answer = new byte[PacketWriter.AckSize];
        PacketWriter.Ack(answer, PacketType.UnsubAck, packet.PacketId);
        Confirm(new Confirmation(ConfirmationKind.UnsubAck, session, connection, Packet: answer));
    }

    /// <summary>The change is durable: says so, then sends what is retained.</summary>
    public void Confirmed(in Confirmation confirmation)
    {
        if (confirmation.Connection is not { IsClosed: false } connection) return;
        connection.Write(confirmation.Packet, turn.Effects);
        if (confirmation.Granted is null || confirmation.Session!.IsGone) return;
        foreach (var subscription in confirmation.Granted)
            publishing.SendRetained(confirmation.Session, subscription, _retained, sessions);
    }

    private void Confirm(in Confirmation confirmation)
    {
        if (confirmation.Session!.IsClean)
        {
            Confirmed(confirmation);
            return;
        }
        journal.SessionChanged(confirmation.Session);
        journal.Confirm(confirmation);
    }

    private TopicVerdict Judge(Connection connection, Session session, ReadOnlySpan<byte> filter)
    {
        if (filter.Count((byte)'/') >= Publishing.TopicLevelsMax) return TopicVerdict.Declined;
        var verdict = dialects[connection].Subscribe(connection.Login!, filter);
        if (verdict != TopicVerdict.Granted) return verdict;
        var isFull = options.SubscriptionsMax > 0 && session.Subscriptions.Count >= options.SubscriptionsMax
            && session.Bridge < 0;
        return isFull && session.IndexOf(filter) < 0 ? TopicVerdict.Declined : TopicVerdict.Granted;
    }

    private Subscription Set(Session session, ReadOnlySpan<byte> filter, byte qos)
    {
        var subscription = new Subscription(filter.ToArray(), qos);
        var index = session.IndexOf(filter);
        if (index < 0) session.Subscriptions.Add(subscription);
        else if (!IsConfigured(session, filter)) session.Subscriptions[index] = subscription;
        else return session.Subscriptions[index];
        tree.Set(session, subscription.Filter, qos);
        return subscription;
    }

    /// <summary>A bridge's own filters come from the configuration and stay as they are.</summary>
    private bool IsConfigured(Session session, ReadOnlySpan<byte> filter)
    {
        if (session.Bridge < 0) return false;
        foreach (var configured in options.Bridges[session.Bridge].Filters)
            if (filter.SequenceEqual(Encoding.UTF8.GetBytes(configured))) return true;
        return false;
    }
}
