using System.Text;
using LightMq.Broker.Connections;
using LightMq.Broker.Dialects;
using LightMq.Broker.Durability;
using LightMq.Broker.Routing;
using LightMq.Broker.Sessions;
using LightMq.Broker.Settings;
using LightMq.Mqtt;

namespace LightMq.Broker.Flows;

/// <summary>SUBSCRIBE and UNSUBSCRIBE (MQTT 3.1.1, 3.8 to 3.11): confirmed once durable.</summary>
internal sealed class Subscribing(
    Turn turn, BrokerOptions options, SubscriptionTree tree, Journal journal,
    Replaying replaying, Connecting connecting, DialectTable dialects)
{
    /// <summary>Bytes of one client's filters: they are stored as one value.</summary>
    public const int SubscriptionBytesMax = 131_072;

    private readonly List<byte> _codes = [];

    /// <summary>
    /// Takes a SUBSCRIBE; false if the connection must close after its SUBACK (table of refusals).
    /// </summary>
    public void Subscribe(Connection connection, SubscribePacket packet)
    {
        var session = connection.Session!;
        var granted = new List<Subscription>();
        var closes = false;
        var refused = 0;
        _codes.Clear();
        while (packet.TryNext(out var filter, out var options))
        {
            var verdict = Judge(connection, session, filter);
            closes |= verdict == TopicVerdict.Closing;
            if (verdict != TopicVerdict.Granted)
            {
                _codes.Add(SubAckPacket.Failure);
                if (refused++ == 0)
                    turn.Report(BrokerEventKind.Refused, session.ClientText, connection,
                        $"a subscription to {Encoding.UTF8.GetString(filter)}: not granted, or over a bound");
                continue;
            }
            _codes.Add((byte)options.Qos);
            Grant(granted, Set(session, filter, (byte)options.Qos));
        }
        var answer = new byte[2 + 5 + _codes.Count];
        var length = PacketWriter.SubAck(answer, packet.PacketId,
            System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_codes));
        connection.ClosesAfterAnswer |= closes;
        var confirmation = new Confirmation(
            ConfirmationKind.SubAck, session, connection, Packet: answer[..length], Granted: granted);
        if (granted.Count == 0) Confirmed(confirmation);
        else Confirm(confirmation);
    }

    /// <summary>A filter that stands twice in a packet counts once, with its last QoS.</summary>
    private static void Grant(List<Subscription> granted, in Subscription subscription)
    {
        var filter = subscription.Filter;
        var index = granted.FindIndex(s => s.Filter.AsSpan().SequenceEqual(filter));
        if (index < 0) granted.Add(subscription);
        else granted[index] = subscription;
    }

    /// <summary>Takes an UNSUBSCRIBE.</summary>
    public void Unsubscribe(Connection connection, UnsubscribePacket packet)
    {
        var session = connection.Session!;
        while (packet.TryNext(out var filter))
        {
            var index = session.IndexOf(filter);
            if (index < 0 || IsConfigured(session, filter)) continue;
            session.RemoveSubscription(index);
            tree.Remove(session, filter);
        }
        turn.RoomFreed = true;
        var answer = new byte[PacketWriter.AckSize];
        PacketWriter.Ack(answer, PacketType.UnsubAck, packet.PacketId);
        Confirm(new Confirmation(ConfirmationKind.UnsubAck, session, connection, Packet: answer));
    }

    /// <summary>The change is durable: says so, then sends what is retained.</summary>
    public void Confirmed(in Confirmation confirmation)
    {
        if (confirmation.Connection is not { IsClosed: false } connection) return;
        connection.Write(confirmation.Packet, turn.Effects);
        if (confirmation.Granted is null) return;
        foreach (var subscription in confirmation.Granted)
            replaying.Begin(confirmation.Session!, subscription);
        if (connection.ClosesAfterAnswer)
            connecting.Close(connection, CloseReason.NotAuthorized, Inbound.NotGranted);
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
        if (session.IndexOf(filter) >= 0 || session.Bridge >= 0) return TopicVerdict.Granted;
        var isFull = (options.SubscriptionsMax > 0 && session.Subscriptions.Count >= options.SubscriptionsMax)
            || session.SubscriptionBytes + filter.Length > SubscriptionBytesMax
            || tree.NodeCount >= SubscriptionTree.NodesMax;
        return isFull ? TopicVerdict.Declined : TopicVerdict.Granted;
    }

    private Subscription Set(Session session, ReadOnlySpan<byte> filter, byte qos)
    {
        if (IsConfigured(session, filter)) return session.Subscriptions[session.IndexOf(filter)];
        var subscription = new Subscription(filter.ToArray(), qos);
        session.SetSubscription(subscription);
        tree.Set(session, subscription.Filter, qos);
        return subscription;
    }

    /// <summary>A bridge's own filters come from the configuration and stay as they are.</summary>
    private static bool IsConfigured(Session session, ReadOnlySpan<byte> filter) =>
        session.Bridge >= 0 && session.IndexOf(filter) is >= 0 and var index
        && session.Subscriptions[index].IsConfigured;
}
