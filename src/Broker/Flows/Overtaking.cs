using LightMq.Broker.Connections;
using LightMq.Broker.Dialects;
using LightMq.Lmq;
using LightMq.Mqtt;

namespace LightMq.Broker.Flows;

/// <summary>
/// What need not wait behind publishes without room: a token, and a request for what waited. They may be what
/// makes room.
/// </summary>
internal sealed class Overtaking(
    Turn turn, DialectTable dialects, Controlling controlling, Uploading uploading, BackPressure pressure)
{
    /// <summary>
    /// Takes such a publish; no room: it is another. Its answer waits for its turn (MQTT-4.6.0-2), that of a
    /// token until it is verified.
    /// </summary>
    public PublishOutcome Take(
        Connection connection, in PublishPacket packet, scoped ReadOnlySpan<byte> topic)
    {
        var isUpload = Uploading.IsUpload(topic);
        var isPull = packet.Qos < 2 && topic.SequenceEqual(ControlTopics.GetOffline);
        if (!isUpload && !isPull) return PublishOutcome.NoRoom;
        var verdict = dialects[connection].Publish(connection.Login!, topic, packet.Payload.Length);
        if (verdict is not { IsGranted: true, Kind: TopicKind.Control }) return PublishOutcome.NoRoom;
        if (isUpload) return uploading.Take(connection, packet);
        turn.Counters.Received[packet.Qos]++;
        controlling.Take(connection, topic, packet);
        if (packet.Qos > 0) pressure.ParkAnswer(connection, packet.PacketId);
        return PublishOutcome.Taken;
    }
}
