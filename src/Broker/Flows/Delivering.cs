using LightMq.Broker.Bridges;
using LightMq.Broker.Connections;
using LightMq.Broker.Durability;
using LightMq.Broker.Messages;
using LightMq.Broker.Sessions;
using LightMq.Broker.Settings;
using LightMq.Mqtt;

namespace LightMq.Broker.Flows;

/// <summary>
/// Brings queued messages to their clients, in order, within the window (MQTT 3.1.1, 4.3, 4.4, 4.6).
/// </summary>
internal sealed class Delivering(
    Turn turn, BrokerOptions options, MessagePool messages, SlotTable slots, Journal journal, Hold hold,
    Receipting receipting, Paging paging, Sending sending, Bridging bridging)
{
    /// <summary>Counted for each queued message beside its topic and payload.</summary>
    public const int OverheadBytes = 64;

    /// <summary>Adds a message to a client's queue and sends what can be sent.</summary>
    public void Enqueue(Session session, Message message, byte qos, bool retain, uint[]? identifiers)
    {
        message.References++;
        var queue = session.Queue;
        ref var delivery = ref queue.Place(out var sequence);
        delivery.Message = message;
        delivery.Qos = qos;
        delivery.Retain = retain;
        delivery.Slot = -1;
        delivery.Bytes = message.Length + OverheadBytes;
        if (identifiers is not null) delivery.Identifiers = identifiers;
        // A bridge's stream has no holes: what expires is for the central to drop.
        if (message.ExpiresAt > 0 && session.Bridge < 0)
            delivery.ExpiresAt = Delivery.SecondOf(message.ExpiresAt);
        if (session.Bridge >= 0 && qos > 0 && message.Publisher is { } publisher)
            delivery.StreamNumber = publisher.NextNumber(session.Bridge);
        queue.Filled();
        if (qos > 0 && session.IsPersistent) message.AddTarget(session, sequence);
        turn.Counters.QueuedMessages++;
        turn.Counters.QueuedBytes += delivery.Bytes;
        if (queue.Next == sequence) Pump(session);
    }

    /// <summary>Whether a QoS 0 message may be written straight to the client: nothing older waits.</summary>
    public bool IsFree(Session session)
    {
        if (session.Connection is not { Stage: ConnectionStage.Ready, IsClosed: false } connection)
            return false;
        if (session.HasQueue && session.Queue.HasWaiting) return false;
        return connection.Outbox.Length < options.OutboxBytesMax;
    }

    /// <summary>Sends as much of the queue as window, outbox and disk allow.</summary>
    public void Pump(Session session)
    {
        if (session.Connection is not { IsClosed: false, Stage: ConnectionStage.Ready } connection) return;
        if (!session.HasQueue) return;
        var queue = session.Queue;
        while (queue.Next < queue.Tail && Step(session, connection, queue)) { }
        if (connection.IsStopped && queue.Inflight > 0) turn.RoomFreed = true;
    }

    /// <summary>PUBACK from a subscriber (MQTT-4.3.2).</summary>
    public void PubAck(Session session, ushort packetId)
    {
        var sequence = session.HasQueue ? session.Queue.SequenceOf(packetId) : 0;
        if (sequence == 0 || session.Queue.At(sequence) is not { Qos: 1, State: DeliveryState.Sent }) return;
        Acknowledged(session, sequence);
    }

    /// <summary>PUBREC from a subscriber: PUBREL follows once that is durable (MQTT-4.3.3).</summary>
    public void PubRec(Session session, in Ack ack)
    {
        var packetId = ack.PacketId;
        var sequence = session.HasQueue ? session.Queue.SequenceOf(packetId) : 0;
        if (sequence == 0)
        {
            WriteRelease(session, packetId, ReasonCode.PacketIdentifierNotFound);
            return;
        }
        if (ack.Reason >= ReasonCode.UnspecifiedError)
        {
            // The client does not want it: that ends it (MQTT5-4.3.3-4).
            if (session.Queue.At(sequence) is { Qos: 2, State: DeliveryState.Sent })
                Acknowledged(session, sequence);
            return;
        }
        ref var delivery = ref session.Queue.At(sequence);
        if (delivery is { Qos: 2, State: DeliveryState.Released }) WriteRelease(session, packetId);
        if (delivery is not { Qos: 2, State: DeliveryState.Sent }) return;
        delivery.State = session.IsClean ? DeliveryState.Released : DeliveryState.Received;
        Settle(session, ref delivery);
        if (session.IsClean)
        {
            WriteRelease(session, packetId);
            return;
        }
        journal.ExactProgressChanged(session);
        journal.Confirm(new Confirmation(ConfirmationKind.PubRel, session, session.Connection, sequence));
    }

    /// <summary>The PUBREC of a message is durable.</summary>
    public void ReceivedStored(Session session, long sequence)
    {
        if (session.IsGone || sequence < session.Queue.Head) return;
        ref var delivery = ref session.Queue.At(sequence);
        if (delivery.State != DeliveryState.Received) return;
        delivery.State = DeliveryState.Released;
        if (sequence < session.Queue.Next) WriteRelease(session, DeliveryQueue.PacketIdOf(sequence));
    }

    /// <summary>PUBCOMP from a subscriber.</summary>
    public void PubComp(Session session, ushort packetId)
    {
        var sequence = session.HasQueue ? session.Queue.SequenceOf(packetId) : 0;
        if (sequence == 0 || session.Queue.At(sequence).State != DeliveryState.Released) return;
        if (session.IsPersistent) journal.ProgressChanged(session);
        Acknowledged(session, sequence);
    }

    /// <summary>
    /// The client is back: unacknowledged messages are sent again, in order (MQTT-4.4.0-1).
    /// </summary>
    public void Resume(Session session)
    {
        if (!session.HasQueue) return;
        session.Queue.Rewind();
        Pump(session);
    }

    /// <summary>
    /// The client is gone: what was held for it must be kept now, and need not stay in memory.
    /// </summary>
    public void Offline(Session session)
    {
        if (!session.HasQueue) return;
        var queue = session.Queue;
        queue.Rewind();
        for (var sequence = queue.Head; sequence < queue.Tail; sequence++)
        {
            if (sequence < queue.Head || queue.At(sequence).Message is not { } message) continue;
            if (queue.At(sequence).Qos == 0)
            {
                if (session.Bridge < 0) Drop(session, sequence, DropReason.Qos0Offline);
            }
            else if (message.Keeping < Keeping.Journaled && !message.IsSafe) hold.Commit(message);
            else if (message.Keeping == Keeping.Durable) paging.LetGo(session, sequence);
        }
        queue.Trim();
    }

    /// <summary>Forgets a place in a queue, for a reason that is counted.</summary>
    public void Drop(Session session, long sequence, DropReason reason)
    {
        turn.Counters.Drop(reason);
        if (session.Queue.At(sequence).Slot >= 0) journal.ProgressChanged(session);
        Finish(session, sequence);
    }

    /// <summary>
    /// The session is discarded and that is durable: nobody waits for its messages any more.
    /// </summary>
    public void Abandon(Session session)
    {
        if (!session.HasQueue) return;
        var queue = session.Queue;
        for (var sequence = queue.Head; sequence < queue.Tail; sequence++)
            if (sequence >= queue.Head && queue.At(sequence).State != DeliveryState.Done)
                Finish(session, sequence);
    }

    /// <summary>A message became durable: QoS 2 copies may go, and memory may be given back.</summary>
    public void Stored(Message message)
    {
        foreach (var (session, sequence) in message.Targets)
        {
            if (session.IsGone || sequence < session.Queue.Head) continue;
            if (session.Queue.At(sequence).Message != message) continue;
            if (session.Connection is null || sequence >= session.Queue.Next + session.Window)
                paging.LetGo(session, sequence);
            if (sequence == session.Queue.Next) Pump(session);
        }
    }

    private bool Step(Session session, Connection connection, DeliveryQueue queue)
    {
        var sequence = queue.Next;
        ref var delivery = ref queue.At(sequence);
        if (delivery.State == DeliveryState.Done)
        {
            queue.Next++;
            return true;
        }
        if (delivery.ExpiresAt != 0 && IsExpired(delivery))
        {
            Drop(session, sequence, DropReason.Expired);
            return true;
        }
        if (delivery.Qos > 0 && queue.IsWindowFull(session.Window)) return false;
        if (connection.Outbox.Length >= options.OutboxBytesMax)
        {
            connection.WantsDrained = true;
            return false;
        }
        if (delivery.State is DeliveryState.Received or DeliveryState.Released)
        {
            queue.Next++;
            queue.Inflight++;
            if (delivery.State == DeliveryState.Released)
                WriteRelease(session, DeliveryQueue.PacketIdOf(sequence));
            return true;
        }
        if (delivery.Message is not { } message)
        {
            paging.Load(session);
            return false;
        }
        // Nothing that was stored leaves before a token covers it (LMQ-AUTH-2).
        if (connection.Login is { IsTokens: true } login && !login.MayRead(message.Topic)) return false;
        if (delivery.Qos == 2 && session.IsPersistent && message.Keeping != Keeping.Durable) return false;
        queue.Next++;
        var wasTaken = Send(connection, message, ref delivery, sequence);
        if (delivery.Qos == 0)
        {
            Finish(session, sequence);
            return true;
        }
        if (queue.Inflight++ == 0) session.LastProgress = turn.Now.Milliseconds;
        if (!wasTaken) Acknowledged(session, sequence, pump: false);
        return true;
    }

    private bool Send(Connection connection, Message message, ref Delivery delivery, long sequence)
    {
        delivery.State = DeliveryState.Sent;
        var dup = delivery is { WasSent: true, Qos: > 0 };
        if (!connection.IsSimple) return SendModern(connection, message, delivery, dup, sequence);
        sending.Publish(connection, message.Topic, message.Payload, delivery.Qos, dup, delivery.Retain,
            DeliveryQueue.PacketIdOf(sequence));
        return true;
    }

    private bool SendModern(
        Connection connection, Message message, in Delivery delivery, bool dup, long sequence) =>
        bridging.Publish(connection, new(message.Topic, message.Properties, message.Payload)
        {
            Qos = delivery.Qos, Dup = dup, Retain = delivery.Retain, ExpiresAt = message.ExpiresAt,
            PacketId = DeliveryQueue.PacketIdOf(sequence), Identifiers = delivery.Identifiers,
        }, Stamp.Of(message, delivery.StreamNumber));

    /// <summary>
    /// Its time is over (MQTT5-3.3.2-5). One of QoS 2 that may have been sent is spared (MQTT5-4.3.3-7).
    /// </summary>
    public bool IsExpired(in Delivery delivery)
    {
        if (delivery.State != DeliveryState.Waiting || delivery is { WasSent: true, Qos: 2 }) return false;
        return delivery.Message is { } message
            ? turn.Age > message.ExpiresAt
            : turn.Age > delivery.ExpiresAt * 1000L;
    }

    private void Acknowledged(Session session, long sequence, bool pump = true)
    {
        if (session.Queue.At(sequence).Slot >= 0) journal.ProgressChanged(session);
        session.Queue.Inflight--;
        session.LastProgress = turn.Now.Milliseconds;
        Finish(session, sequence);
        if (pump && session.Queue.HasWaiting) Pump(session);
    }

    private void Finish(Session session, long sequence)
    {
        ref var delivery = ref session.Queue.At(sequence);
        turn.Counters.QueuedMessages--;
        turn.Counters.QueuedBytes -= delivery.Bytes;
        turn.RoomFreed = true;
        Settle(session, ref delivery);
        session.Queue.Finish(sequence);
    }

    /// <summary>The place needs its message no longer, in memory or on disk.</summary>
    private void Settle(Session session, ref Delivery delivery)
    {
        if (delivery.Slot >= 0) slots.Release(delivery.Slot, delivery.Bytes);
        delivery.Slot = -1;
        if (delivery.Message is not { } message) return;
        delivery.Message = null;
        if (delivery.Qos > 0 && session.IsPersistent
            && --message.Unacknowledged == 0 && !message.MustBeStored) receipting.Safe(message);
        messages.Release(message);
    }

    private void WriteRelease(Session session, ushort packetId, ReasonCode reason = ReasonCode.Success)
    {
        // Before CONNACK nothing else may be said (MQTT-3.2.0-1); Resume sends it then.
        if (session.Connection is { IsClosed: false, Stage: ConnectionStage.Ready } connection)
            sending.Acknowledge(connection, PacketType.PubRel, packetId, reason);
    }
}
