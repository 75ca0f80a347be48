namespace LightMq.Simulator.Oracle;

/// <summary>
/// What arrives was published just so, to a topic that a filter of this client matches, at the QoS that
/// publisher and subscription give together (MQTT-3.8.4-6), and was not there before it was sent.
/// </summary>
public sealed class NothingInvented(Judge judge) : IChecker
{
    public void Delivered(Delivery delivery)
    {
        if (delivery.Payload.Length == 0)
        {
            var wasSent = judge.WasCleared(delivery.Topic) && !delivery.Retain;
            Demand(wasSent, delivery, "nobody sent an empty payload");
            return;
        }
        if (delivery.Message is not { } message)
            throw new Violation(nameof(NothingInvented), $"{delivery}: nobody published this");
        Demand(message.Topic == delivery.Topic, delivery, $"it was published to {message.Topic}");
        Demand(message.Payload.AsSpan().SequenceEqual(delivery.Payload), delivery, "its payload was altered");
        Demand(!delivery.Retain || message.Retain, delivery, "it was not retained");
        Demand(!delivery.Dup || delivery.Qos > 0, delivery, "DUP on QoS 0 (MQTT-3.3.1-2)");
        Demand(delivery.Qos <= message.Qos, delivery, "QoS above the publisher's");
        if (delivery.Subscriber.IsBridge || message.Addressee != null) return;
        CheckSubscription(delivery, message);
    }

    private static void CheckSubscription(Delivery delivery, MessageFacts message)
    {
        // A retained message was routed when the subscription was made, which is later than it was sent.
        if (delivery.Retain)
        {
            Demand(delivery.Subscriber.Filters.Any(f => f.WasPossibleAfter(0) && f.Matches(message.Topic)),
                delivery, "no filter matches");
            return;
        }
        var (low, high) = delivery.Subscriber.GrantedFor(message);
        Demand(high >= 0, delivery, "no filter of this client matches");
        Demand(delivery.Qos <= high, delivery, $"QoS above the subscription's {high}");
        Demand(delivery.Qos >= Math.Min(low, message.Qos), delivery, $"QoS below the subscription's {low}");
    }

    private static void Demand(bool holds, Delivery delivery, string what)
    {
        if (!holds) throw new Violation(nameof(NothingInvented), $"{delivery}: {what}");
    }
}
