using LightMq.Broker.Connections;
using LightMq.Broker.Durability;
using LightMq.Mqtt;

namespace LightMq.Broker.Flows;

/// <summary>The second half of a QoS 2 publish: PUBREL and PUBCOMP (MQTT-4.3.3-2).</summary>
internal sealed class Releasing(Turn turn, Journal journal, Sending sending)
{
    /// <summary>PUBREL: the packet id becomes free; its release is durable before PUBCOMP.</summary>
    public void Release(Connection connection, ushort packetId)
    {
        var session = connection.Session!;
        var isKnown = session.HasReceipts && session.Receipts.RemoveExactId(packetId);
        turn.RoomFreed |= isKnown;
        if (session.IsClean || (!isKnown && journal.IsIdle))
        {
            Complete(connection, packetId, isKnown);
            return;
        }
        if (isKnown) journal.ExactProgressChanged(session);
        journal.Confirm(new Confirmation(ConfirmationKind.PubComp, session, connection, packetId));
    }

    /// <summary>PUBCOMP: the release of the packet id is durable, or needs no disk.</summary>
    public void Complete(Connection connection, ushort packetId, bool isKnown = true)
    {
        if (!connection.IsClosed)
            sending.Acknowledge(connection, PacketType.PubComp, packetId,
                isKnown ? ReasonCode.Success : ReasonCode.PacketIdentifierNotFound);
    }
}
