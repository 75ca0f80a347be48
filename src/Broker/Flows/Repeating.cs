using LightMq.Broker.Durability;
using LightMq.Broker.Messages;
using LightMq.Broker.Sessions;
using LightMq.Mqtt;

namespace LightMq.Broker.Flows;

/// <summary>Knows publishes that came before, and owes what was accepted its acknowledgement.</summary>
internal sealed class Repeating(Journal journal, Receipting receipting)
{
    /// <summary>Whether this publish was taken before and only its acknowledgement is wanted again.</summary>
    public bool IsKnown(Session session, in PublishPacket packet, ReadOnlySpan<byte> topic)
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
        if (!isOrphan || orphan.Qos != 1 || orphan.Hash != HashOf(packet, topic)) return false;
        receipting.OweAgain(session, orphan);
        return true;
    }

    /// <summary>The publish was taken, or refused with a reason; QoS 0 gets no answer.</summary>
    public void Answer(
        Session session, Message? message, in PublishPacket packet, ReadOnlySpan<byte> topic,
        ReasonCode reason)
    {
        if (packet.Qos == 0) return;
        var needsHash = message is { IsOwedNothing: false } && session.IsPersistent && packet.Qos == 1;
        receipting.Owe(session, message, packet.PacketId, (byte)packet.Qos,
            needsHash ? HashOf(packet, topic) : 0, reason);
    }

    private static ulong HashOf(in PublishPacket packet, ReadOnlySpan<byte> topic) =>
        BytesComparer.Hash(packet.Payload, BytesComparer.Hash(topic, (ulong)topic.Length));
}
