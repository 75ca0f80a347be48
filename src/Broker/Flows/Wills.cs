using LightMq.Broker.Routing;
using LightMq.Broker.Sessions;

namespace LightMq.Broker.Flows;

/// <summary>
/// Publishes wills (MQTT-3.1.2-8). A will cannot wait for room, or a power cut would lose it: it goes beyond
/// the bounds of queues, but only so many do, and then no client may bring another one.
/// </summary>
internal sealed class Wills(SubscriptionTree tree, Publishing publishing, BackPressure pressure)
{
    /// <summary>Wills that may go beyond the bounds before there must be room again.</summary>
    public const int BeyondMax = 1_000;

    private int _beyond;

    /// <summary>A client is gone without a word.</summary>
    public void Publish(Session session, Will will)
    {
        if (HasRoom(will.Topic, will.Payload, will.Qos, will.Retain)) _beyond = 0;
        else _beyond++;
        publishing.PublishWill(session, will);
    }

    /// <summary>Whether a client may bring this will.</summary>
    public bool MayBring(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, int qos, bool retain) =>
        _beyond < BeyondMax || HasRoom(topic, payload, qos, retain);

    private bool HasRoom(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, int qos, bool retain) =>
        qos == 0
        || pressure.HasRoom(tree.Find(topic), topic.Length + payload.Length, retain, fromBridge: false);
}
