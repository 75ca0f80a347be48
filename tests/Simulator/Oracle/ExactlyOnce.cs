namespace LightMq.Simulator.Oracle;

/// <summary>
/// QoS 2 from end to end comes at most once to an application (MQTT-4.3.3); that it comes at all is
/// <see cref="AtLeastOnce"/>'s. Where no fault ever happens, QoS 1 must not come twice either.
/// </summary>
public sealed class ExactlyOnce(Rules rules) : IChecker
{
    private readonly HashSet<(SubscriberFacts, MessageFacts, int Era)> _seen = [];

    public void Delivered(Delivery delivery)
    {
        if (delivery.Message is not { } message || delivery.Retain) return;
        var isQos2 = message.Qos == 2 && delivery.Qos == 2;
        // Even there a client that leaves too early gets a message again, or sends it again, with DUP.
        if (!isQos2 && (!rules.IsFaultless || delivery.Dup || message.Sends > 1)) return;
        if (!_seen.Add((delivery.Subscriber, message, delivery.Subscriber.Era)))
            throw new Violation(nameof(ExactlyOnce), $"{delivery} came again");
    }
}
