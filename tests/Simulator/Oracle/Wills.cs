using LightMq.Simulator.Network;

namespace LightMq.Simulator.Oracle;

/// <summary>What is known of one connection's will.</summary>
public sealed class WillFacts(MessageFacts message, Link link)
{
    public MessageFacts Message { get; } = message;
    public Link Link { get; } = link;
    /// <summary>CONNACK came: the broker has promised it.</summary>
    public bool IsArmed { get; set; }
    /// <summary>The client still holds the connection.</summary>
    public bool IsOpen { get; set; } = true;
    /// <summary>The client sent DISCONNECT.</summary>
    public bool IsLeaving { get; set; }
    /// <summary>The broker read DISCONNECT on the living connection.</summary>
    public bool IsRevoked { get; set; }
    /// <summary>A group was stored that was begun after that.</summary>
    public bool IsRevokedDurably { get; set; }
    /// <summary>
    /// The broker was stopped, or lost power before it had noted the DISCONNECT: either is right.
    /// </summary>
    public bool IsExcused { get; set; }
    /// <summary>It must be published.</summary>
    public bool IsDue => IsArmed && !IsOpen && !IsLeaving && !IsExcused;
}

/// <summary>
/// A will is published when its connection ends without DISCONNECT, also by power loss (MQTT-3.1.2-8), and
/// not otherwise (MQTT-3.1.2-10).
/// </summary>
public sealed class Wills(Judge judge) : IChecker
{
    private readonly Dictionary<MessageFacts, WillFacts> _wills = [];
    private readonly HashSet<(MessageFacts, SubscriberFacts)> _seen = [];

    public WillFacts Offer(MessageFacts message, Link link)
    {
        judge.Sent(message);
        judge.Bounds.WillOffered();
        return _wills[message] = new WillFacts(message, link);
    }

    public void PowerLost()
    {
        foreach (var will in _wills.Values)
            if (will is { IsRevoked: true, IsRevokedDurably: false }) will.IsExcused = true;
    }

    /// <summary>A broker that shuts down may leave wills for later (MQTT 3.1.1, section 3.1.2.5).</summary>
    public void Stopped()
    {
        foreach (var will in _wills.Values) will.IsExcused = true;
    }

    public void Delivered(Delivery delivery)
    {
        if (delivery.Message is not { IsWill: true } message) return;
        _seen.Add((message, delivery.Subscriber));
        var will = _wills[message];
        if (will is { IsRevoked: true, IsExcused: false })
            throw new Violation(nameof(Wills), $"{delivery} after DISCONNECT");
    }

    public string? Owed()
    {
        foreach (var will in _wills.Values)
        {
            if (!will.IsDue || will.Message.Qos == 0) continue;
            foreach (var subscriber in judge.Subscribers)
            {
                if (judge.Rules.MayDrop && !subscriber.IsBridge) continue;
                if (!subscriber.IsOwed(will.Message) || _seen.Contains((will.Message, subscriber))) continue;
                return $"{will.Message} never reached {subscriber}";
            }
        }
        return null;
    }

    public void AtEnd()
    {
        if (Owed() is { } owed) throw new Violation(nameof(Wills), owed);
        foreach (var will in _wills.Values)
            if (will is { IsOpen: true, IsArmed: true, Link.IsCut: false }
                && _seen.Any(seen => seen.Item1 == will.Message))
                throw new Violation(nameof(Wills), $"{will.Message} was published, its client is connected");
    }
}
