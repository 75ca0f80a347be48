namespace LightMq.Simulator.Oracle;

/// <summary>
/// P2P reaches its client alone (LMQ-MSG-5), once on a connection however it subscribed. What a persistent
/// sender got acknowledged waits for its addressee, over restarts and clean sessions, if that is known here;
/// what a clean one sends is for the moment only. To a bridge goes only what is not known here.
/// </summary>
public sealed class PeerToPeer(Judge judge) : IChecker
{
    /// <summary>What the ids of clients begin with that live elsewhere.</summary>
    public const string StrangerPrefix = "GID_SIM@@@far";

    private readonly Dictionary<SubscriberFacts, List<MessageFacts>> _owed = [];
    private readonly HashSet<(SubscriberFacts, MessageFacts)> _seen = [];
    private readonly HashSet<(SubscriberFacts, long Connection, MessageFacts)> _onConnection = [];

    public void Acknowledged(MessageFacts message)
    {
        if (message.Addressee is not { } id || message.Qos == 0 || message.IsClean) return;
        if (judge.Rules.MayDrop || judge.FindClient(id) is not { } to) return;
        if (!to.WasKnownBefore(message.FirstSent) || _seen.Contains((to, message))) return;
        Owe(to, message);
    }

    public void Delivered(Delivery delivery)
    {
        if (delivery.Message is not { Addressee: { } addressee } message) return;
        var to = delivery.Subscriber;
        if (to.IsBridge)
        {
            judge.Tally.Count("P2P up a bridge");
            var isKnown = judge.FindClient(addressee)?.WasKnownBefore(message.FirstSent) == true;
            Demand(!isKnown || message.Acknowledged < long.MaxValue || message.Sends > 1, delivery,
                "its addressee is known here");
            return;
        }
        Demand(to.ClientId == addressee, delivery, "it is for another client");
        Demand(!delivery.Retain, delivery, "the retain flag means nothing here");
        var isExact = message.IsClean && !(to.KeepsByMqtt && to.OnlineSince == long.MaxValue);
        var qos = isExact ? message.Qos : Math.Min(1, message.Qos);
        Demand(delivery.Qos == qos, delivery, $"expected QoS {qos}");
        // Whatever comes again comes on another connection; only its sender can make it two.
        Demand(_onConnection.Add((to, delivery.Connection, message)) || message.Sends > 1, delivery,
            "it came twice on one connection");
        var hasWaited = message.Acknowledged < to.ConnectSent;
        Demand(!hasWaited || !(message.IsClean || message.Qos == 0) || message.Sends > 1, delivery,
            "it was for the moment only");
        if (_seen.Add((to, message)))
        {
            judge.Tally.Count(hasWaited ? "P2P waited" : "P2P delivered");
            if (hasWaited && to.SessionSince == long.MaxValue)
                judge.Tally.Count("P2P waited for a clean client");
        }
        if (_owed.TryGetValue(to, out var owed)) owed.Remove(message);
    }

    /// <summary>A connection ended before the client had acknowledged a message: it comes again.</summary>
    public void Unanswered(SubscriberFacts subscriber, MessageFacts message)
    {
        if (message.Addressee == null || subscriber.IsBridge || message.Qos == 0 || message.IsClean) return;
        if (message.Acknowledged == long.MaxValue || judge.Rules.MayDrop) return;
        judge.Tally.Count("P2P unanswered");
        Owe(subscriber, message);
    }

    public string? Owed()
    {
        foreach (var (subscriber, owed) in _owed)
            if (owed.Count > 0) return $"{owed[0]} (and {owed.Count - 1} more) never reached {subscriber}";
        return null;
    }

    public void AtEnd()
    {
        if (Owed() is { } owed) throw new Violation(nameof(PeerToPeer), owed);
    }

    private void Owe(SubscriberFacts to, MessageFacts message)
    {
        if (!_owed.TryGetValue(to, out var owed)) _owed[to] = owed = [];
        if (!owed.Contains(message)) owed.Add(message);
    }

    private static void Demand(bool holds, Delivery delivery, string what)
    {
        if (!holds) throw new Violation(nameof(PeerToPeer), $"{delivery}: {what}");
    }
}
