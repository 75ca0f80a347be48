using LightMq.Broker.Connections;
using LightMq.Broker.Dialects;
using LightMq.Broker.Durability;
using LightMq.Broker.Messages;
using LightMq.Broker.Routing;
using LightMq.Broker.Sessions;
using LightMq.Mqtt;

namespace LightMq.Broker.Flows;

/// <summary>What became of a publish.</summary>
internal enum PublishOutcome : byte
{
    /// <summary>Accepted, or answered otherwise.</summary>
    Taken,
    /// <summary>No room: to be tried again later.</summary>
    NoRoom,
    /// <summary>Not granted: the connection closes.</summary>
    NotAuthorized,
}

/// <summary>
/// Takes a publish to its subscribers, the retained store and the disk, and owes its acknowledgement.
/// </summary>
internal sealed class Publishing(
    Turn turn, SubscriptionTree tree, RetainedMessages retained, MessagePool messages, Journal journal,
    Hold hold, Delivering delivering, Receipting receipting, BackPressure pressure, DialectTable dialects)
{
    /// <summary>Levels of a topic; deeper ones are refused, so that walking the tree stays bounded.</summary>
    public const int TopicLevelsMax = 200;

    /// <summary>A PUBLISH from a client.</summary>
    public PublishOutcome Publish(Connection connection, in PublishPacket packet)
    {
        var session = connection.Session!;
        var verdict = dialects[connection].Publish(connection.Login!, packet.Topic, packet.Payload.Length);
        if (verdict == TopicVerdict.Closing || IsTooDeep(packet.Topic)) return PublishOutcome.NotAuthorized;
        if (packet.Qos > 0 && IsKnown(session, packet)) return PublishOutcome.Taken;
        if (verdict == TopicVerdict.Declined)
        {
            turn.Counters.Drop(DropReason.PayloadTooLarge);
            turn.Report(BrokerEventKind.Refused, session.ClientText, connection,
                "a payload above the limit (LMQ-MSG-1)");
            Answer(session, null, packet);
            return PublishOutcome.Taken;
        }
        var route = tree.Find(packet.Topic);
        var bytes = packet.Topic.Length + packet.Payload.Length;
        var fromBridge = session.Bridge >= 0;
        var mustBeStored = packet.Qos == 2 && session.IsPersistent;
        if (packet.Qos > 0 && session.HasReceipts && !session.Receipts.HasRoom((byte)packet.Qos))
        {
            pressure.BlockedByItself(session);
            return PublishOutcome.NoRoom;
        }
        if (packet.Qos > 0 && !pressure.HasRoom(route, bytes, packet.Retain || mustBeStored, fromBridge))
            return PublishOutcome.NoRoom;
        var origin = new Origin(
            connection.Number, turn.Now.UnixMilliseconds, turn.Now.Trusted, session.IsClean, fromBridge);
        var publication = new Publication(session.Publisher, origin, packet.Topic, packet.Payload,
            (byte)packet.Qos, packet.Retain);
        turn.Counters.Received[packet.Qos]++;
        if (packet.Qos == 2)
        {
            session.Receipts.AddExactId(packet.PacketId);
            if (session.IsPersistent) journal.ExactProgressChanged(session);
        }
        var message = Route(publication, route, mustBeStored);
        if (packet.Qos > 0) Answer(session, message, packet);
        if (message is not null) messages.Release(message);
        return PublishOutcome.Taken;
    }

    /// <summary>Publishes a will; there is nobody to acknowledge it to.</summary>
    public void PublishWill(Session session, Will will)
    {
        var origin = new Origin(
            0, turn.Now.UnixMilliseconds, turn.Now.Trusted, session.IsClean, session.Bridge >= 0);
        var publication = new Publication(
            session.Publisher, origin, will.Topic, will.Payload, will.Qos, will.Retain);
        var message = Route(publication, tree.Find(will.Topic), mustBeStored: false);
        if (message is null) return;
        if (!message.IsSafe) hold.Commit(message);
        messages.Release(message);
    }

    /// <summary>Sends a retained message with QoS 0; false: there is no room for it now.</summary>
    public bool TrySendRetained(Session session, Message message)
    {
        if (TrySendNow(session, message.Topic, message.Payload, retain: true)) return true;
        if (!pressure.HasRoomForQos0(session, message.Length)) return false;
        delivering.Enqueue(session, message, 0, retain: true);
        return true;
    }

    /// <summary>Queues a retained message with QoS 1 or 2 for a new holder of its topic.</summary>
    public void SendRetained(Session session, Message message, byte qos, SessionTable sessions)
    {
        if (session.IsClean) delivering.Enqueue(session, message, qos, retain: true);
        else SendKeptRetained(session, message, qos, sessions);
    }

    /// <summary>Routes one message; the caller gets a reference if it still matters, or null.</summary>
    private Message? Route(in Publication publication, Route route, bool mustBeStored)
    {
        Message? message = null;
        foreach (var (session, granted) in route.Receivers)
        {
            if (publication.Origin.FromBridge && session.Bridge >= 0) continue;
            var qos = Math.Min(granted, publication.Qos);
            if (qos == 0)
            {
                if (!TrySendNow(session, publication.Topic, publication.Payload, retain: false))
                    QueueQos0(session, publication, ref message);
                continue;
            }
            if (!pressure.MakeRoom(session, publication.Topic, publication.Length)) continue;
            message ??= Make(publication);
            mustBeStored |= qos == 2 && session.IsPersistent;
            delivering.Enqueue(session, message, qos, retain: false);
        }
        if (publication.Retain) Retain(publication, ref message);
        if (publication.Qos == 0) return message;
        // Without a receiver only the packet id is stored: no payload needs to wait for that.
        if (mustBeStored) (message ??= Make(publication, withContent: false)).MustBeStored = true;
        if (message is not null) Keep(message, publication.Qos);
        return message;
    }

    /// <summary>Decides whether the message is safe, held for its subscribers or stored at once.</summary>
    private void Keep(Message message, byte qos)
    {
        if (message.Unacknowledged == 0 && !message.MustBeStored)
        {
            message.IsSafe = true;
            return;
        }
        // Without a hold the disk always comes first, however fast the subscribers are.
        message.MustBeStored |= hold.IsOff;
        if (hold.IsOff || qos == 2 || !AllKeepUp(message)) hold.Commit(message);
        else hold.Add(message);
    }

    private static bool AllKeepUp(Message message)
    {
        foreach (var target in message.Targets)
            if (!Delivering.IsKeepingUp(target.Session)) return false;
        return true;
    }

    private void Retain(in Publication publication, ref Message? message)
    {
        var isClear = publication.Payload.IsEmpty;
        if (!isClear && !retained.HasRoom(publication.Topic, publication.Payload.Length))
        {
            // Rather none than an old one: subscribers would take it for the last.
            turn.Counters.Drop(DropReason.RetainedFull);
            turn.Report(BrokerEventKind.Dropping, publication.Publisher.Text, null,
                "the retained store is full: its message is delivered, but not retained");
            isClear = true;
        }
        if (!isClear || publication.Qos > 0) message ??= Make(publication);
        if (retained.Set(publication.Topic, isClear ? null : message) is null) return;
        if (publication.Qos == 0)
        {
            retained.Store(publication.Topic);
            journal.Housekeep();
            return;
        }
        message!.ChangesRetained = message.MustBeStored = true;
    }

    /// <summary>Writes a QoS 0 message straight to a client that waits for nothing older.</summary>
    private bool TrySendNow(
        Session session, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, bool retain)
    {
        if (session.Connection is not { Stage: ConnectionStage.Ready, IsClosed: false } connection)
            return false;
        if (session.HasQueue && session.Queue.HasWaiting) return false;
        if (connection.Outbox.Length >= delivering.OutboxBytesMax) return false;
        var to = connection.Reserve(PacketWriter.PublishSize(topic.Length, payload.Length, 0), turn.Effects);
        connection.Outbox.Append(PacketWriter.Publish(to, topic, payload, 0, dup: false, retain, 0));
        turn.Counters.Sent[0]++;
        return true;
    }

    private void QueueQos0(Session session, in Publication publication, ref Message? message)
    {
        if (session.Connection is null && session.Bridge < 0) turn.Counters.Drop(DropReason.Qos0Offline);
        else if (!pressure.HasRoomForQos0(session, publication.Length))
            turn.Counters.Drop(DropReason.Qos0Shed);
        else delivering.Enqueue(session, message ??= Make(publication), 0, retain: false);
    }

    private void SendKeptRetained(Session session, Message kept, byte qos, SessionTable sessions)
    {
        var copy = messages.Take(kept.Topic, kept.Payload);
        copy.Qos = kept.Qos;
        copy.Origin = kept.Origin;
        copy.Publisher = sessions.PublisherOf(kept.Publisher!.ClientId);
        copy.MustBeStored = qos == 2;
        delivering.Enqueue(session, copy, qos, retain: true);
        sessions.Remember(copy.Publisher);
        Keep(copy, qos);
        messages.Release(copy);
    }

    private Message Make(in Publication publication, bool withContent = true)
    {
        var message = withContent
            ? messages.Take(publication.Topic, publication.Payload)
            : messages.Take([], []);
        message.Qos = publication.Qos;
        message.Retain = publication.Retain;
        message.Publisher = publication.Publisher;
        message.Origin = publication.Origin;
        return message;
    }

    /// <summary>Whether this publish was taken before and only its acknowledgement is wanted again.</summary>
    private bool IsKnown(Session session, in PublishPacket packet)
    {
        if (!session.HasReceipts) return false;
        var receipts = session.Receipts;
        if (packet.Qos == 2)
        {
            if (!receipts.HasExactId(packet.PacketId)) return false;
            if (receipts.Awaits(packet.PacketId, 2)) return true;
            // A client that used one id for both QoS at once has an orphan that is owed PUBACK.
            if (receipts.TryTakeOrphan(packet.PacketId, out var exact) && exact.Qos == 2)
                receipting.OweAgain(session, exact);
            else if (session.IsClean || journal.IsIdle) receipting.Owe(session, null, packet.PacketId, 2, 0);
            else
            {
                var number = receipts.Add(new Receipt { PacketId = packet.PacketId, Qos = 2 });
                journal.Confirm(new Confirmation(
                    ConfirmationKind.PubRec, session, session.Connection, number));
            }
            return true;
        }
        var isOrphan = receipts.TryTakeOrphan(packet.PacketId, out var orphan);
        if (!packet.Dup) return false;
        if (receipts.Awaits(packet.PacketId, 1)) return true;
        if (!isOrphan || orphan.Qos != 1 || orphan.Hash != HashOf(packet)) return false;
        receipting.OweAgain(session, orphan);
        return true;
    }

    private void Answer(Session session, Message? message, in PublishPacket packet)
    {
        if (packet.Qos == 0) return;
        var needsHash = message is { IsSafe: false } && session.IsPersistent && packet.Qos == 1;
        receipting.Owe(session, message, packet.PacketId, (byte)packet.Qos, needsHash ? HashOf(packet) : 0);
    }

    private static ulong HashOf(in PublishPacket packet) =>
        BytesComparer.Hash(packet.Payload, BytesComparer.Hash(packet.Topic, (ulong)packet.Topic.Length));

    internal static bool IsTooDeep(ReadOnlySpan<byte> topic) =>
        topic.Length > TopicLevelsMax && topic.Count((byte)'/') >= TopicLevelsMax;
}

/// <summary>A message on its way in, still in the receive buffer.</summary>
internal readonly ref struct Publication(
    Publisher publisher, Origin origin, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, byte qos,
    bool retain)
{
    public int Length => Topic.Length + Payload.Length;
    public Publisher Publisher { get; } = publisher;
    public Origin Origin { get; } = origin;
    public ReadOnlySpan<byte> Topic { get; } = topic;
    public ReadOnlySpan<byte> Payload { get; } = payload;
    public byte Qos { get; } = qos;
    public bool Retain { get; } = retain;
}
