using LightMq.Broker.Bridges;
using LightMq.Broker.Connections;
using LightMq.Broker.Durability;
using LightMq.Broker.Messages;
using LightMq.Broker.Sessions;
using LightMq.Broker.Settings;
using LightMq.Lmq;
using LightMq.Mqtt;

namespace LightMq.Broker.Flows;

/// <summary>
/// Brings queued messages to their clients, in order, within the window (MQTT 3.1.1, 4.3, 4.4, 4.6). What
/// waited for a client of the LMQ contract is sent as <see cref="Pacing"/> and <see cref="Pulling"/> draw it,
/// behind what arrives (LMQ-OFF-1).
/// </summary>
internal sealed class Delivering(
    Turn turn, BrokerOptions options, Journal journal, Finishing finishing, Paging paging, Sending sending,
    Bridging bridging)
{
    /// <summary>Counted for each queued message beside its topic and payload.</summary>
    public const int OverheadBytes = 64;

    private readonly HashSet<Session> _awaitingDisk = [];

    // The golden section of all ids: start after start, none comes again soon.
    private const int IdsSkipped = 30_376;

    /// <summary>Places of a backlog looked at at a time where it is sent in one go.</summary>
    private const int DrawnAhead = 512;

    /// <summary>Adds a message to a client's queue and sends what can be sent.</summary>
    /// <param name="session">Whose queue.</param>
    /// <param name="message">The message; gets a reference.</param>
    /// <param name="qos">QoS it is delivered with.</param>
    /// <param name="retain">RETAIN flag it is delivered with.</param>
    /// <param name="identifiers">Subscription identifiers; null: none.</param>
    /// <param name="isKept">Whether it outlives the connection; never with QoS 0.</param>
    public void Enqueue(
        Session session, Message message, byte qos, bool retain, uint[]? identifiers, bool isKept)
    {
        message.References++;
        var queue = session.Queue;
        ref var delivery = ref queue.Place(out var sequence);
        delivery.Message = message;
        delivery.Qos = qos;
        delivery.Retain = retain;
        delivery.IsKept = isKept;
        delivery.Slot = -1;
        delivery.Bytes = message.Length + OverheadBytes;
        delivery.AcceptedAt = message.AcceptedAt;
        if (identifiers is not null) delivery.Identifiers = identifiers;
        // A bridge's stream has no holes: what expires is for the central to drop.
        if (message.ExpiresAt > 0 && session.Bridge < 0)
            delivery.ExpiresAt = Delivery.SecondOf(message.ExpiresAt);
        if (session.Bridge >= 0 && qos > 0 && message.Publisher is { } publisher)
            delivery.StreamNumber = publisher.NextNumber(session.Bridge);
        queue.Filled();
        if (isKept)
        {
            message.AddTarget(session, sequence);
            turn.MayExpire |= session.IsLmq || session.IsMailbox;
        }
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
        if (queue.Backlog is not null) PumpBoth(session, connection, queue);
        else PumpRing(session, connection, queue);
        if (connection.IsStopped && queue.Inflight > 0) turn.RoomFreed = true;
    }

    /// <summary>
    /// The client is back: unacknowledged messages are sent again, in order (MQTT-4.4.0-1). What else waited
    /// is apart from now on, if the client is under the LMQ contract.
    /// </summary>
    public void Resume(Session session)
    {
        if (!session.HasQueue && !(session.IsPaced && session.IsRecovered)) return;
        var queue = session.Queue;
        queue.Rewind();
        queue.IsBacklogFirst = !session.IsPaced;
        if (session.IsPaced)
        {
            // What was for the moment only has left no trace in the store: its packet ids come again late.
            queue.Retire(session.IsRecovered ? IdsSkipped : 0);
            if (session.IsRecovered) journal.ProgressChanged(session);
            foreach (var sequence in queue.Backlog?.Marked ?? []) queue.Backlog!.Draw(sequence);
        }
        foreach (var packetId in queue.Broken) WriteRelease(session, packetId);
        session.IsRecovered = false;
        Pump(session);
    }

    /// <summary>PUBREL, if the client is there to take it.</summary>
    public void WriteRelease(Session session, ushort packetId, ReasonCode reason = ReasonCode.Success)
    {
        // Before CONNACK nothing else may be said (MQTT-3.2.0-1); Resume sends it then.
        if (session.Connection is { IsClosed: false, Stage: ConnectionStage.Ready } connection)
            sending.Acknowledge(connection, PacketType.PubRel, packetId, reason);
    }

    /// <summary>A message became durable: QoS 2 copies may go, and memory may be given back.</summary>
    public void Stored(Message message)
    {
        foreach (var (session, sequence) in message.Targets)
        {
            if (session.IsGone || !session.Queue.Holds(sequence)) continue;
            var queue = session.Queue;
            if (queue.At(sequence).Message != message) continue;
            var isFar = sequence >= queue.Head
                ? sequence >= queue.Next + session.Window : !queue.At(sequence).IsTaken;
            if (session.Connection is null || isFar) paging.LetGo(session, sequence);
            if (sequence == queue.Next || (sequence < queue.Head && !isFar)) Pump(session);
        }
    }

    /// <summary>A group is durable: those that waited for it, without a place of their own in it.</summary>
    public void GroupStored()
    {
        if (_awaitingDisk.Count == 0) return;
        var waiting = _awaitingDisk.ToArray();
        _awaitingDisk.Clear();
        foreach (var session in waiting) Pump(session);
    }

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

    private void PumpBoth(Session session, Connection connection, DeliveryQueue queue)
    {
        var isFirst = queue.IsBacklogFirst;
        if (!isFirst || PumpBacklog(session, connection, queue)) PumpRing(session, connection, queue);
        if (!isFirst) PumpBacklog(session, connection, queue);
    }

    private void PumpRing(Session session, Connection connection, DeliveryQueue queue)
    {
        while (queue.Next < queue.Tail && Step(session, connection, queue, queue.Next)) { }
    }

    /// <summary>Sends what is drawn; true when nothing of it is left.</summary>
    private bool PumpBacklog(Session session, Connection connection, DeliveryQueue queue)
    {
        while (queue.Backlog is { } backlog)
        {
            if (backlog.NextDrawn() is var sequence && sequence == 0)
            {
                if (!queue.IsBacklogFirst || !DrawAll(backlog)) return true;
                continue;
            }
            if (!Step(session, connection, queue, sequence)) return false;
        }
        return true;
    }

    private static bool DrawAll(Backlog backlog)
    {
        var count = 0;
        for (; count < DrawnAhead && backlog.NextOpen(PullOrder.OldestFirst) is var open and not 0; count++)
            backlog.Draw(open);
        return count > 0;
    }

    private bool Step(Session session, Connection connection, DeliveryQueue queue, long sequence)
    {
        ref var delivery = ref queue.At(sequence);
        if (delivery.State == DeliveryState.Done)
        {
            queue.Next++;
            return true;
        }
        if (delivery.ExpiresAt != 0 && IsExpired(delivery))
        {
            finishing.Drop(session, sequence, DropReason.Expired);
            return true;
        }
        if (delivery.Qos > 0 && MustWait(session, queue, sequence)) return false;
        if (connection.Outbox.Length >= options.OutboxBytesMax)
        {
            connection.WantsDrained = true;
            return false;
        }
        if (delivery.State is DeliveryState.Received or DeliveryState.Released)
        {
            queue.Took(sequence, hasId: true);
            queue.Inflight++;
            if (delivery.State == DeliveryState.Released) WriteRelease(session, queue.PacketIdOf(sequence));
            return true;
        }
        if (delivery.Message is not { } message)
        {
            paging.Load(session);
            return false;
        }
        // Nothing that was stored leaves before a token covers it (LMQ-AUTH-2).
        if (connection.ReadsByToken && !connection.Login!.MayRead(message.Topic)) return false;
        if (delivery.Qos == 2 && session.IsPersistent && !IsOnce(session, message, delivery)) return false;
        queue.Took(sequence, delivery.Qos > 0);
        // That it comes again at once, and with DUP, is to be known after a restart too.
        if (delivery is { IsTaken: true, Slot: >= 0 }) journal.ProgressChanged(session);
        var wasTaken = Send(connection, message, ref delivery, queue.PacketIdOf(sequence));
        if (delivery.Qos == 0)
        {
            finishing.Finish(session, sequence);
            return true;
        }
        if (queue.Inflight++ == 0) session.LastProgress = turn.Now.Milliseconds;
        if (!wasTaken) finishing.Acknowledge(session, sequence);
        return true;
    }

    /// <summary>
    /// Whether a restart cannot make it two: it is durable, or its publisher would not repeat it.
    /// </summary>
    private bool IsOnce(Session session, Message message, in Delivery delivery)
    {
        if (message.Keeping == Keeping.Durable || !(delivery.IsKept || message.MustBeStored)) return true;
        if (!delivery.IsKept) _awaitingDisk.Add(session);
        return false;
    }

    /// <summary>Both queues of a client share what it takes unacknowledged (MQTT5-3.3.4-9).</summary>
    private static bool MustWait(Session session, DeliveryQueue queue, long sequence) =>
        queue.IsWindowFull(session.Window) || (queue.Backlog is not null && queue.IsIdTaken(sequence))
        || (session.Companion is { HasQueue: true } other
            && queue.Inflight + other.Queue.Inflight >= session.Window);

    private bool Send(Connection connection, Message message, ref Delivery delivery, ushort packetId)
    {
        delivery.State = DeliveryState.Sent;
        var dup = delivery is { WasSent: true, Qos: > 0 };
        if (!connection.IsSimple) return SendModern(connection, message, delivery, dup, packetId);
        sending.Publish(
            connection, message.Topic, message.Payload, delivery.Qos, dup, delivery.Retain, packetId);
        return true;
    }

    private bool SendModern(
        Connection connection, Message message, in Delivery delivery, bool dup, ushort packetId) =>
        bridging.Publish(connection, new(message.Topic, message.Properties, message.Payload)
        {
            Qos = delivery.Qos, Dup = dup, Retain = delivery.Retain, ExpiresAt = message.ExpiresAt,
            PacketId = packetId, Identifiers = delivery.Identifiers,
        }, Stamp.Of(message, delivery.StreamNumber));
}
