using System.Runtime.InteropServices;
using System.Text;
using LightMq.Broker.Connections;
using LightMq.Broker.Dialects;
using LightMq.Broker.Durability;
using LightMq.Broker.Routing;
using LightMq.Broker.Sessions;
using LightMq.Broker.Settings;
using LightMq.Lmq;
using LightMq.Mqtt;

namespace LightMq.Broker.Flows;

/// <summary>SUBSCRIBE and UNSUBSCRIBE (MQTT 3.1.1, 3.8 to 3.11): confirmed once durable.</summary>
internal sealed class Subscribing(
    Turn turn, BrokerOptions options, SubscriptionTree tree, Journal journal,
    Replaying replaying, Closing closing, DialectTable dialects, Noticing noticing, Metering metering)
{
    /// <summary>Bytes of one client's filters: they are stored as one value.</summary>
    public const int SubscriptionBytesMax = 131_072;

    private readonly List<byte> _codes = [];

    /// <summary>
    /// Takes a SUBSCRIBE; the connection may have to close after its SUBACK (table of refusals).
    /// </summary>
    public void Subscribe(Connection connection, SubscribePacket packet)
    {
        var session = connection.Session!;
        var granted = new List<Subscription>();
        var (isFirstRefusal, isNoticed) = (true, false);
        _codes.Clear();
        while (packet.TryNext(out var filter, out SubscriptionOptions options))
        {
            var verdict = Judge(connection, session, filter);
            connection.ClosesAfterAnswer |= verdict.Closes;
            if (!verdict.IsGranted)
            {
                _codes.Add(connection.Terms is null ? SubAckPacket.Failure : (byte)verdict.Code);
                turn.Counters.Refuse(verdict.Cause);
                if (isFirstRefusal) Tell(connection, verdict, filter);
                else if (!isNoticed) noticing.Invalid(connection, verdict.Fault, verdict.Type);
                isFirstRefusal = false;
                isNoticed |= verdict.Fault != TokenFault.None;
                continue;
            }
            _codes.Add((byte)options.Qos);
            var wasHeld = session.IndexOf(filter) >= 0;
            var subscription = Set(session, filter, options, packet.SubscriptionIdentifier);
            if (IsReplayed(subscription, wasHeld)) Grant(granted, subscription);
        }
        var confirmation = new Confirmation(ConfirmationKind.SubAck, session, connection,
            Packet: Answer(connection, packet.PacketId), Granted: granted);
        if (_codes.TrueForAll(static code => code >= SubAckPacket.Failure)) Confirmed(confirmation);
        else Confirm(confirmation);
    }

    /// <summary>
    /// A client that must upload a token first: its filters are refused and it is closed (LMQ-AUTH-2).
    /// </summary>
    public void RefuseFirst(Connection connection, SubscribePacket packet)
    {
        var verdict = TopicVerdict.Forbidden(RefusalCause.TokenMissing);
        _codes.Clear();
        while (packet.TryNext(out var filter, out SubscriptionOptions _))
        {
            turn.Counters.Refuse(verdict.Cause);
            if (_codes.Count == 0) Tell(connection, verdict, filter);
            _codes.Add(connection.Terms is null ? SubAckPacket.Failure : (byte)verdict.Code);
        }
        connection.ClosesAfterAnswer = true;
        Confirmed(new Confirmation(ConfirmationKind.SubAck, null, connection,
            Packet: Answer(connection, packet.PacketId), Granted: []));
    }

    private void Tell(Connection connection, in TopicVerdict verdict, ReadOnlySpan<byte> filter)
    {
        turn.Report(BrokerEventKind.Refused, connection.ClientText, connection,
            $"a subscription to {Encoding.UTF8.GetString(filter)}: "
            + (verdict.Cause == RefusalCause.None ? "not granted, or over a bound" : verdict.Cause));
        noticing.Invalid(connection, verdict.Fault, verdict.Type);
    }

    private byte[] Answer(Connection connection, ushort packetId)
    {
        var codes = CollectionsMarshal.AsSpan(_codes);
        var answer = new byte[8 + codes.Length];
        var length = connection.Terms is null
            ? PacketWriter.SubAck(answer, packetId, codes)
            : PacketWriter.SubAck5(answer, packetId, codes);
        return answer[..length];
    }

    /// <summary>Retain handling (MQTT5-3.3.1-9 to 11); a share gets no retained messages.</summary>
    private static bool IsReplayed(in Subscription subscription, bool wasHeld) =>
        subscription.Options.RetainHandling switch
        {
            0 => true,
            1 => !wasHeld,
            _ => false,
        } && !SharedFilter.TrySplit(subscription.Filter, out _, out _);

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
        _codes.Clear();
        while (packet.TryNext(out var filter))
        {
            var index = session.IndexOf(filter);
            var isHeld = index >= 0 && !IsConfigured(session, filter);
            _codes.Add((byte)(isHeld ? ReasonCode.Success
                : index >= 0 ? ReasonCode.NotAuthorized : ReasonCode.NoSubscriptionExisted));
            if (!isHeld) continue;
            session.RemoveSubscription(index);
            tree.Remove(session, filter);
        }
        turn.RoomFreed = true;
        var answer = new byte[8 + _codes.Count];
        var length = connection.Terms is null
            ? PacketWriter.Ack(answer, PacketType.UnsubAck, packet.PacketId)
            : PacketWriter.UnsubAck5(answer, packet.PacketId, CollectionsMarshal.AsSpan(_codes));
        Confirm(new Confirmation(
            ConfirmationKind.UnsubAck, session, connection, Packet: answer[..length]));
    }

    /// <summary>The change is durable: says so, then sends what is retained.</summary>
    public void Confirmed(in Confirmation confirmation)
    {
        if (confirmation.Connection is not { IsClosed: false } connection) return;
        if (connection.Terms is { } terms && (uint)confirmation.Packet!.Length > terms.PacketBytesMax)
        {
            closing.Close(connection, CloseReason.ProtocolError,
                "an answer larger than the client takes (MQTT5-3.1.2-24)", code: ReasonCode.PacketTooLarge);
            return;
        }
        connection.Write(confirmation.Packet, turn.Effects);
        if (confirmation.Granted is null) return;
        foreach (var subscription in confirmation.Granted)
            replaying.Begin(confirmation.Session!, subscription);
        if (connection.ClosesAfterAnswer)
            closing.Close(connection, CloseReason.NotAuthorized, "a filter that is not granted");
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
        if (dialects.IsTooDeep(filter))
        {
            turn.Counters.TopicsTooDeep++;
            return new(ReasonCode.TopicFilterInvalid);
        }
        if (session.IsItsOwn(filter)) return TopicVerdict.Granted;
        var verdict = dialects[connection].Subscribe(connection.Login!, filter);
        if (!verdict.IsGranted) return verdict;
        if (session.IndexOf(filter) >= 0 || session.IsBridging) return TopicVerdict.Granted;
        var isFull = session.Subscriptions.Count >= CountMaxOf(connection)
            || session.SubscriptionBytes + filter.Length > SubscriptionBytesMax
            || tree.NodeCount >= SubscriptionTree.NodesMax;
        if (isFull) return new(ReasonCode.QuotaExceeded);
        if (metering.MaySubscribe()) return TopicVerdict.Granted;
        turn.Counters.OverQuota++;
        return new(ReasonCode.QuotaExceeded);
    }

    private int CountMaxOf(Connection connection)
    {
        var all = options.SubscriptionsMax > 0 ? options.SubscriptionsMax : int.MaxValue;
        return connection.IsLmq ? Math.Min(all, options.LmqSubscriptionsMax) : all;
    }

    private Subscription Set(
        Session session, ReadOnlySpan<byte> filter, SubscriptionOptions granted, uint identifier)
    {
        if (IsConfigured(session, filter)) return session.Subscriptions[session.IndexOf(filter)];
        var subscription = new Subscription(filter.ToArray(), granted, identifier);
        session.SetSubscription(subscription);
        tree.Set(session, subscription);
        return subscription;
    }

    /// <summary>A bridge's own filters come from the configuration and stay as they are.</summary>
    private static bool IsConfigured(Session session, ReadOnlySpan<byte> filter) =>
        session.Bridge >= 0 && session.IndexOf(filter) is >= 0 and var index
        && session.Subscriptions[index].IsConfigured;
}
