namespace LightMq.Simulator.Oracle;

/// <summary>
/// Acknowledged QoS 1 and 2 reaches, at least once, every client that was certainly subscribed with QoS 1 or
/// 2 before the message was sent and stayed so (MQTT-4.3.2, LMQ-MSG-2).
/// </summary>
public sealed class AtLeastOnce(Judge judge) : IChecker
{
    private readonly Dictionary<(SubscriberFacts, MessageFacts), bool> _seen = [];
    private readonly Dictionary<SubscriberFacts, List<MessageFacts>> _owed = [];

    public void Acknowledged(MessageFacts message)
    {
        if (message.Qos == 0 || message.Payload.Length == 0) return;
        foreach (var subscriber in judge.Subscribers)
        {
            if (judge.Rules.MayDrop && !subscriber.IsBridge) continue;
            if (!subscriber.IsOwed(message) || _seen.ContainsKey((subscriber, message))) continue;
            if (!_owed.TryGetValue(subscriber, out var owed)) _owed[subscriber] = owed = [];
            owed.Add(message);
        }
    }

    public void Delivered(Delivery delivery)
    {
        // A retained copy comes of a new subscription and settles nothing that was owed to an older one.
        if (delivery.Message == null || delivery.Retain) return;
        _seen.TryAdd((delivery.Subscriber, delivery.Message), true);
        if (_owed.TryGetValue(delivery.Subscriber, out var owed)) owed.Remove(delivery.Message);
    }

    /// <summary>What its client had not acknowledged comes again (LMQ-OFF-4).</summary>
    public void Unanswered(SubscriberFacts subscriber, MessageFacts message)
    {
        if (message.Acknowledged == long.MaxValue || !subscriber.IsOwed(message)) return;
        if (judge.Rules.MayDrop && !subscriber.IsBridge) return;
        judge.Tally.Count("messages unanswered");
        if (!_owed.TryGetValue(subscriber, out var owed)) _owed[subscriber] = owed = [];
        if (!owed.Contains(message)) owed.Add(message);
    }

    public void Loosened(SubscriberFacts subscriber, string filter)
    {
        if (_owed.TryGetValue(subscriber, out var owed))
            owed.RemoveAll(message => !subscriber.IsOwed(message));
    }

    public void EraBegan(SubscriberFacts subscriber)
    {
        _owed.Remove(subscriber);
        foreach (var key in _seen.Keys.Where(key => key.Item1 == subscriber).ToList()) _seen.Remove(key);
    }

    public string? Owed()
    {
        foreach (var (subscriber, owed) in _owed)
            if (owed.Count > 0) return $"{owed[0]} (and {owed.Count - 1} more) never reached {subscriber}";
        return null;
    }

    public void AtEnd()
    {
        if (Owed() is { } owed) throw new Violation(nameof(AtLeastOnce), owed);
    }
}
