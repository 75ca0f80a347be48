using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LightMq.Broker.Bridges;
using LightMq.Broker.Connections;
using LightMq.Broker.Dialects;
using LightMq.Broker.Durability;
using LightMq.Broker.Messages;
using LightMq.Broker.Routing;
using LightMq.Broker.Sessions;
using LightMq.Mqtt;

namespace LightMq.Broker.Flows;

/// <summary>
/// Takes a publish to its subscribers, the retained store and the disk, and owes its acknowledgement.
/// </summary>
internal sealed class Publishing(
    Turn turn, SubscriptionTree tree, RetainedMessages retained, MessagePool messages, Journal journal,
    Hold hold, Delivering delivering, Sending sending, Repeating repeating, BackPressure pressure,
    DialectTable dialects, Controlling controlling, Uploading uploading, Refusing refusing,
    Metering metering, Forwarding forwarding, Ordering ordering, Bridging bridging, PeerToPeer peers,
    Streaming? streaming, Depositing? depositing)
{
    private readonly List<Receiver> _recipients = [];
    private readonly List<Receiver> _nobody = [];

    /// <summary>A PUBLISH from a client.</summary>
    /// <param name="connection">Whose.</param>
    /// <param name="packet">The packet.</param>
    /// <param name="topic">Its topic, with an alias resolved.</param>
    public PublishOutcome Publish(
        Connection connection, in PublishPacket packet, scoped ReadOnlySpan<byte> topic)
    {
        if (connection.Session is not { } session)
            return Uploading.IsUpload(topic)
                ? uploading.Take(connection, packet) : refusing.First(connection, topic);
        var verdict = dialects.IsTooDeep(topic)
            ? TooDeep() : dialects[connection].Publish(connection.Login!, topic, packet.Payload.Length);
        if (!verdict.IsGranted) return refusing.Refuse(connection, session, packet, topic, verdict);
        if (verdict.Kind == TopicKind.Control && Uploading.IsUpload(topic))
            return uploading.Take(connection, packet);
        if (packet.Qos > 0 && repeating.IsKnown(session, packet, topic)) return PublishOutcome.Taken;
        if (turn.IsMetered && !metering.MayPublish(session))
        {
            pressure.BlockedByQuota();
            return PublishOutcome.NoRoom;
        }
        var isControl = verdict.Kind == TopicKind.Control;
        var fromBridge = session.Bridge >= 0;
        long expiresAt = 0;
        var isClean = session.EndsWithConnection;
        var properties = connection.Terms is null
            ? default : ForwardedOf(packet, session.IsBridging, out expiresAt, ref isClean);
        var isPeer = verdict.Kind == TopicKind.PeerToPeer
            || (fromBridge && PeerToPeer.IsPeer(session, topic));
        var recipients = isControl ? _nobody
            : isPeer ? peers.RecipientsOf(session, topic, packet.Qos, isClean)
            : RecipientsOf(session, topic);
        var bytes = topic.Length + properties.Length + packet.Payload.Length;
        var isRetained = packet.Retain && verdict.Kind == TopicKind.Ordinary && !isPeer;
        var mustBeStored = packet.Qos == 2 && session.IsPersistent;
        if (!HasRoom(session, packet.Qos, recipients, bytes, isRetained || mustBeStored))
            return PublishOutcome.NoRoom;
        var isForCore = false;
        if (streaming is not null && !isControl
            && streaming.Admit(session, packet, out isForCore) is { } outcome)
            return outcome;
        if (connection.Terms is not null) forwarding.Taken(connection);
        var origin = new Origin(
            connection.Number, turn.Now.UnixMilliseconds, turn.Now.Trusted, isClean, fromBridge);
        var publication = new Publication(session.Publisher, origin, topic, properties, packet.Payload,
            (byte)packet.Qos, isRetained, expiresAt)
        {
            OrderNumber = connection.IsOrdered ? ordering.NextNumber(session.Publisher, topic) : 0,
        };
        turn.Counters.Received[packet.Qos]++;
        if (turn.IsMetered) turn.Meter(connection, packet.Qos);
        if (packet.Qos == 2) OpenExact(session, packet.PacketId);
        if (isPeer && recipients.Count == 0 && !isForCore) peers.TellUnknown(connection, topic);
        var reason = recipients.Count == 0 && !isControl && !isForCore
            ? ReasonCode.NoMatchingSubscribers : ReasonCode.Success;
        var message = Route(publication, recipients, mustBeStored);
        if (isForCore) streaming!.Deposit(session, packet, publication, ref message);
        if (packet.Qos > 0) repeating.Answer(session, message, packet, topic, reason);
        if (message is not null) messages.Release(message);
        if (isControl) controlling.Take(connection, topic, packet);
        return PublishOutcome.Taken;
    }

    private void OpenExact(Session session, ushort packetId)
    {
        session.Receipts.AddExactId(packetId);
        if (session.IsPersistent) journal.ExactProgressChanged(session);
    }

    private TopicVerdict TooDeep()
    {
        turn.Counters.TopicsTooDeep++;
        return new TopicVerdict(ReasonCode.TopicNameInvalid, Closes: true);
    }

    private bool HasRoom(
        Session publisher, int qos, [NotNullWhen(true)] List<Receiver>? recipients, int bytes,
        bool mustBeStored)
    {
        if (recipients is null)
        {
            pressure.BlockedByAll();
            return false;
        }
        if (depositing is { HasRoom: false })
        {
            pressure.BlockedByAll();
            return false;
        }
        if (qos == 0) return true;
        if (!publisher.HasReceipts || publisher.Receipts.HasRoom((byte)qos))
            return pressure.HasRoom(recipients, bytes, mustBeStored, publisher.Bridge >= 0);
        pressure.BlockedByItself(publisher);
        return false;
    }

    /// <summary>Who receives a message of this publisher now, unless it is for one client.</summary>
    public List<Receiver> RecipientsOf(Session? publisher, ReadOnlySpan<byte> topic)
    {
        var route = publisher is null ? tree.Find(topic) : tree.Find(publisher, topic);
        return route.IsOpen ? SubscriptionTree.Choose(route, publisher, topic, _recipients) : route.Receivers;
    }

    /// <summary>Publishes a will; there is nobody to acknowledge it to.</summary>
    public void PublishWill(Session session, Will will)
    {
        var origin = new Origin(
            session.Channel, turn.Now.UnixMilliseconds, turn.Now.Trusted, session.EndsWithConnection,
            session.Bridge >= 0);
        var isPeer = PeerToPeer.IsPeer(session, will.Topic);
        var expiresAt = will.ExpirySeconds is { } seconds ? turn.EndOf(seconds) : 0;
        var publication = new Publication(session.Publisher, origin, will.Topic, will.Properties,
            will.Payload, will.Qos, will.Retain && !isPeer, expiresAt);
        var recipients = isPeer
            ? peers.RecipientsOf(session, will.Topic, will.Qos, session.EndsWithConnection) ?? _nobody
            : RecipientsOf(session, will.Topic);
        if (isPeer && recipients.Count == 0) turn.Counters.Drop(DropReason.PeerUnknown);
        var message = Route(publication, recipients, mustBeStored: false);
        depositing?.Put(publication, null);
        if (message is null) return;
        if (!message.IsSafe) hold.Commit(message);
        messages.Release(message);
    }

    /// <summary>Publishes something of the broker's own, which nobody is owed an answer for.</summary>
    public void PublishOwn(in Publication publication, List<Receiver> receivers)
    {
        if (Route(publication, receivers, mustBeStored: false) is { } message) messages.Release(message);
    }

    /// <summary>Publishes a business service's message (LMQ-CORE-3).</summary>
    /// <returns>Whether it must be durable before it may be said to be taken.</returns>
    public bool PublishRequest(in Publication publication, List<Receiver> receivers)
    {
        if (Route(publication, receivers, mustBeStored: false) is not { } message) return false;
        var mustBeStored = publication.Qos > 0 && !message.IsSafe;
        if (mustBeStored) hold.Commit(message);
        messages.Release(message);
        return mustBeStored;
    }

    // Apart: most clients are older than properties, and need no room on the stack for them.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private ReadOnlySpan<byte> ForwardedOf(
        in PublishPacket packet, bool fromBridge, out long expiresAt, ref bool isClean)
    {
        var properties = packet.Properties;
        expiresAt = properties.HasMessageExpiry ? turn.EndOf(properties.MessageExpirySeconds) : 0;
        if (fromBridge) isClean = Forwarding.CleanSessionOf(properties) ?? isClean;
        return forwarding.Of(properties, fromBridge);
    }

    /// <summary>Routes one message; the caller gets a reference if it still matters, or null.</summary>
    private Message? Route(in Publication publication, List<Receiver> recipients, bool mustBeStored)
    {
        Message? message = null;
        foreach (ref readonly var receiver in CollectionsMarshal.AsSpan(recipients))
        {
            var session = receiver.Session;
            if (session.Bridge >= 0
                && !bridging.Takes(session, publication.Publisher, publication.Origin, publication.Topic))
                continue;
            var qos = Math.Min(receiver.Qos, publication.Qos);
            var retain = receiver.RetainAsPublished && publication.Retain;
            if (qos == 0)
            {
                SendQos0(receiver, publication, retain, ref message);
                continue;
            }
            if (qos == 2) qos = receiver.CopyQos;
            var isKept = receiver.IsKept;
            if (!isKept && session.Connection is null)
            {
                turn.Counters.Drop(receiver.IsForNow ? DropReason.PeerOffline : DropReason.Qos2Offline);
                continue;
            }
            if (!pressure.MakeRoom(session, publication.Topic, publication.Length)) continue;
            message ??= Make(publication);
            mustBeStored |= qos == 2 && isKept;
            message.MustBeStored |= mustBeStored;
            delivering.Enqueue(session, message, qos, retain, receiver.Identifiers, isKept);
        }
        if (publication.Retain) Retain(publication, ref message);
        if (publication.Qos == 0) return message;
        // Without a receiver only the packet id is stored: no payload needs to wait for that.
        if (mustBeStored) (message ??= Make(publication, withContent: false)).MustBeStored = true;
        if (message is not null) hold.Keep(message, publication.Qos);
        return message;
    }

    private void Retain(in Publication publication, ref Message? message)
    {
        var isClear = publication.Payload.IsEmpty;
        if (!isClear && !retained.HasRoom(publication.Topic,
            publication.Properties.Length + publication.Payload.Length))
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

    private void SendQos0(
        in Receiver receiver, in Publication publication, bool retain, ref Message? message)
    {
        var session = receiver.Session;
        if (session.Connection is { ReadsByToken: true, Login: { } login }
            && !login.MayRead(publication.Topic))
        {
            turn.Counters.Drop(DropReason.NotCovered);
            return;
        }
        if (!delivering.IsFree(session))
        {
            if (session.Connection is null && session.Bridge < 0) turn.Counters.Drop(DropReason.Qos0Offline);
            else if (!pressure.HasRoomForQos0(session, publication.Length))
                turn.Counters.Drop(DropReason.Qos0Shed);
            else
                delivering.Enqueue(
                    session, message ??= Make(publication), 0, retain, receiver.Identifiers, isKept: false);
            return;
        }
        var connection = session.Connection!;
        if (connection.IsSimple)
            sending.Publish(connection, publication.Topic, publication.Payload, 0, false, retain, 0);
        else SendModern(connection, receiver, publication, retain);
    }

    private void SendModern(
        Connection connection, in Receiver receiver, in Publication publication, bool retain) =>
        bridging.Publish(connection, new(publication.Topic, publication.Properties, publication.Payload)
        {
            Retain = retain, ExpiresAt = publication.ExpiresAt, Identifiers = receiver.Identifiers,
        }, new Stamp(publication.Publisher, publication.Origin, null, 0, publication.OrderNumber));

    private Message Make(in Publication publication, bool withContent = true)
    {
        var message = withContent
            ? messages.Take(publication.Topic, publication.Properties, publication.Payload)
            : messages.Take([], [], []);
        message.Qos = publication.Qos;
        message.Retain = publication.Retain;
        message.ExpiresAt = publication.ExpiresAt;
        message.AcceptedAt = turn.AgeSeconds;
        message.Publisher = publication.Publisher;
        message.Origin = publication.Origin;
        message.OrderNumber = publication.OrderNumber;
        return message;
    }
}
