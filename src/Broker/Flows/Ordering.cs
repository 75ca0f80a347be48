using LightMq.Broker.Bridges;
using LightMq.Broker.Connections;
using LightMq.Broker.Durability;
using LightMq.Broker.Messages;
using LightMq.Broker.Registry;
using LightMq.Broker.Settings;
using LightMq.Lmq;

namespace LightMq.Broker.Flows;

/// <summary>Ordered sending: who asked for it, and the numbers of what they publish (LMQ-ORD-2).</summary>
internal sealed class Ordering(Turn turn, Register register, Journal journal)
{
    /// <summary>
    /// A client asks for order; once is enough for a connection, and what it published before has no number.
    /// </summary>
    public void Enable(Connection connection, int qos, ReadOnlySpan<byte> body)
    {
        if (qos != 1) Ignore(connection, $"with QoS {qos}, not 1");
        else if (!OrderRequest.TryParse(body, out var order)) Ignore(connection, "with an unreadable body");
        else if (connection.IsOrdered && order) Ignore(connection, "again");
        else connection.IsOrdered |= order;
    }

    /// <summary>
    /// The number of the next message of a client that asked for it; 0 where the topic is not
    /// partition-ordered. Rises within client and parent topic, over restarts too.
    /// </summary>
    public long NextNumber(Publisher publisher, ReadOnlySpan<byte> topic)
    {
        var parent = TopicNames.Parent(topic);
        if (register.FindTopic(parent) is not { Type: TopicType.PartitionOrdered }) return 0;
        return RisingNumber.Of(journal.Epoch.Boot, publisher.NextOrderNumber(parent));
    }

    private void Ignore(Connection connection, string what)
    {
        turn.Counters.OrderRequestsIgnored++;
        if (connection.MayComplain(Complaint.OrderRequest, turn.Now.Milliseconds))
            turn.Report(BrokerEventKind.Refused, connection.ClientText, connection,
                $"it asked for ordered sending {what}: that changes nothing (LMQ-ORD-2)");
    }
}
