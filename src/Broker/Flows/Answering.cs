using LightMq.Broker.Durability;
using LightMq.Broker.Sessions;
using LightMq.Mqtt;

namespace LightMq.Broker.Flows;

/// <summary>What subscribers answer to what they were sent: PUBACK, PUBREC and PUBCOMP (MQTT 4.3).</summary>
internal sealed class Answering(Journal journal, Finishing finishing, Delivering delivering)
{
    /// <summary>PUBACK (MQTT-4.3.2).</summary>
    public void PubAck(Session session, ushort packetId)
    {
        session = OwnerOf(session, packetId);
        var sequence = SequenceOf(session, packetId);
        if (sequence == 0 || session.Queue.At(sequence) is not { Qos: 1, State: DeliveryState.Sent }) return;
        Acknowledged(session, sequence);
    }

    /// <summary>PUBREC: PUBREL follows once that is durable, if it has to be (MQTT-4.3.3).</summary>
    public void PubRec(Session session, in Ack ack)
    {
        var packetId = ack.PacketId;
        session = OwnerOf(session, packetId);
        var sequence = SequenceOf(session, packetId);
        if (sequence == 0)
        {
            delivering.WriteRelease(session, packetId, ReasonCode.PacketIdentifierNotFound);
            return;
        }
        ref var delivery = ref session.Queue.At(sequence);
        if (ack.Reason >= ReasonCode.UnspecifiedError)
        {
            // The client does not want it: that ends it (MQTT5-4.3.3-4).
            if (delivery is { Qos: 2, State: DeliveryState.Sent }) Acknowledged(session, sequence);
            return;
        }
        if (delivery is { Qos: 2, State: DeliveryState.Released }) delivering.WriteRelease(session, packetId);
        if (delivery is not { Qos: 2, State: DeliveryState.Sent }) return;
        delivery.State = delivery.IsKept ? DeliveryState.Received : DeliveryState.Released;
        finishing.Settle(ref delivery);
        if (!delivery.IsKept)
        {
            delivering.WriteRelease(session, packetId);
            return;
        }
        journal.ExactProgressChanged(session);
        journal.Confirm(new Confirmation(ConfirmationKind.PubRel, session, session.Connection, sequence));
    }

    /// <summary>The PUBREC of a message is durable.</summary>
    public void ReceivedStored(Session session, long sequence)
    {
        if (session.IsGone || !session.Queue.Holds(sequence)) return;
        ref var delivery = ref session.Queue.At(sequence);
        if (delivery.State != DeliveryState.Received) return;
        delivery.State = DeliveryState.Released;
        if (session.Queue.IsInFlight(sequence))
            delivering.WriteRelease(session, session.Queue.PacketIdOf(sequence));
    }

    /// <summary>PUBCOMP.</summary>
    public void PubComp(Session session, ushort packetId)
    {
        session = OwnerOf(session, packetId);
        var sequence = SequenceOf(session, packetId);
        if (sequence == 0)
        {
            if (session.HasQueue) session.Queue.Mend(packetId);
            return;
        }
        ref var delivery = ref session.Queue.At(sequence);
        if (delivery.State != DeliveryState.Released) return;
        if (delivery.IsKept) journal.ProgressChanged(session);
        Acknowledged(session, sequence);
    }

    private void Acknowledged(Session session, long sequence)
    {
        finishing.Acknowledge(session, sequence);
        // In turn, so that neither of a client's two queues starves the other.
        if (session.Companion is { } other && HasMore(other)) delivering.Pump(other);
        if (HasMore(session)) delivering.Pump(session);
    }

    private static bool HasMore(Session session) =>
        session.HasQueue && (session.Queue.HasWaiting || session.Queue.Backlog is not null);

    /// <summary>Whose queue a packet id belongs to: the client's own, or its mailbox's.</summary>
    private static Session OwnerOf(Session session, ushort packetId) =>
        session.Companion is { } mailbox && DeliveryQueue.IsMailboxId(packetId) ? mailbox : session;

    private static long SequenceOf(Session session, ushort packetId) =>
        session.HasQueue ? session.Queue.SequenceOf(packetId) : 0;
}
