using LightMq.Broker.Connections;
using LightMq.Lmq;
using LightMq.Mqtt;

namespace LightMq.Broker.Flows;

/// <summary>
/// Publishes to the broker itself: requests on the <c>$SYS</c> topics of the LMQ contract. They are
/// acknowledged like any publish and reach nobody.
/// </summary>
internal sealed class Controlling(Ordering ordering, Pulling pulling)
{
    /// <summary>Whether a topic is one of those that requests are published to.</summary>
    public static bool IsRequest(ReadOnlySpan<byte> topic) =>
        topic.SequenceEqual(ControlTopics.EnableOrder) || topic.SequenceEqual(ControlTopics.GetOffline);

    /// <summary>A request was accepted: carries it out.</summary>
    /// <param name="connection">Whose.</param>
    /// <param name="topic">One that <see cref="IsRequest"/> knows.</param>
    /// <param name="packet">The request.</param>
    public void Take(Connection connection, ReadOnlySpan<byte> topic, in PublishPacket packet)
    {
        if (topic.SequenceEqual(ControlTopics.EnableOrder))
            ordering.Enable(connection, packet.Qos, packet.Payload);
        else pulling.Take(connection, packet.Payload);
    }
}
