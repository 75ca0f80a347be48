namespace LightMq.Simulator.Oracle;

/// <summary>
/// First occurrences at one subscriber keep the publisher's order, per topic, and at a bridge over all topics
/// (MQTT-4.6.0-6, LMQ-ORD-1).
/// </summary>
/// <remarks>
/// Only messages first sent after the subscription was certain count: a client that subscribes between the
/// two transmissions of a message rightly gets it after a later one. Where a queue may drop, a message sent
/// twice may be new at its second coming, and a power cut may bring back what was dropped: there only worlds
/// without are judged. To a paced client what waited and what arrives come side by side (LMQ-OFF-1), so there
/// each of the two is judged by itself, on one connection, as far as it is certain to which a message
/// belongs.
/// </remarks>
public sealed class PublisherOrder(Rules rules) : IChecker
{
    private readonly Dictionary<(SubscriberFacts, int Era, int, string Topic), MessageFacts> _last = [];
    private readonly Dictionary<(SubscriberFacts, long Connection, int, string Topic, bool), MessageFacts>
        _onConnection = [];
    private readonly HashSet<(SubscriberFacts, int Era, MessageFacts)> _seen = [];

    public void Delivered(Delivery delivery)
    {
        if (delivery.Message is not { IsWill: false } message || delivery.Retain || delivery.Qos == 0) return;
        var to = delivery.Subscriber;
        CheckConnection(delivery, message);
        if (to.IsPaced) return;
        if (!_seen.Add((to, to.Era, message)) || !to.IsOwed(message)) return;
        if (rules.MayDrop && !to.IsBridge && (message.Sends > 1 || !rules.IsFaultless)) return;
        var key = (to, to.Era, message.Publisher, to.IsBridge ? "" : message.Topic);
        if (_last.TryGetValue(key, out var last) && last.Sequence > message.Sequence)
            throw new Violation(nameof(PublisherOrder), $"{delivery} came after {last}");
        _last[key] = message;
    }

    // Whatever is sent again is sent in its old order (MQTT-4.6.0-1), so one connection sees each message
    // once.
    private void CheckConnection(Delivery delivery, MessageFacts message)
    {
        if (message.Sends > 1) return;
        var to = delivery.Subscriber;
        var arrives = to.IsPaced && message.FirstSent > to.ConnectedSince;
        if (!arrives && to.HasPulledNewest) return;
        if (to.IsPaced && !arrives && (delivery.Dup || message.Acknowledged > to.ConnectSent)) return;
        var key = (to, delivery.Connection, message.Publisher, message.Topic, arrives);
        if (_onConnection.TryGetValue(key, out var last) && last.Sequence >= message.Sequence)
            throw new Violation(nameof(PublisherOrder), $"{delivery} came after {last} on one connection");
        _onConnection[key] = message;
    }
}
