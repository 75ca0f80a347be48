using LightMq.Simulator.World;

namespace LightMq.Simulator.Oracle;

/// <summary>Knows every message and every subscription, and asks the checkers.</summary>
public sealed class Judge(Rules rules)
{
    private readonly Dictionary<(int, int), MessageFacts> _messages = [];
    private readonly List<SubscriberFacts> _subscribers = [];
    private readonly HashSet<string> _cleared = [];

    public Rules Rules { get; } = rules;
    public IReadOnlyList<SubscriberFacts> Subscribers => _subscribers;
    public IReadOnlyCollection<MessageFacts> Messages => _messages.Values;
    public long Deliveries { get; private set; }

    public SessionSurvival Sessions { get; } = new();
    public AckOrder AckOrder { get; } = new();
    public BridgeStreams Bridges { get; private set; } = null!;
    public OfflineDelivery Offline { get; private set; } = null!;
    public TokenRules Tokens { get; private set; } = null!;
    public PresenceEvents Presence { get; private set; } = null!;
    public Bounds Bounds { get; } = new(rules.Options);
    public Wills Wills { get; private set; } = null!;
    public RetainedState Retained { get; private set; } = null!;
    public Drains Drains { get; } = new();
    private List<IChecker> Checkers { get; } = [];

    /// <summary>The time, in simulated microseconds.</summary>
    public long Now => Clock();
    public required Func<long> Clock { get; init; }
    /// <summary>What happened how often.</summary>
    public Tally Tally { get; } = new();

    public static Judge Of(Rules rules, Func<long> clock)
    {
        var judge = new Judge(rules) { Clock = clock };
        judge.Wills = new Wills(judge);
        judge.Bridges = new BridgeStreams(judge);
        judge.Retained = new RetainedState(judge);
        judge.Offline = new OfflineDelivery(judge);
        judge.Tokens = new TokenRules(judge);
        judge.Presence = new PresenceEvents(judge);
        judge.Checkers.AddRange([
            judge.Tokens, new PeerToPeer(judge), judge.Offline, new AtLeastOnce(judge),
            new ExactlyOnce(rules), new PublisherOrder(rules),
            new NothingInvented(judge), judge.Wills, judge.Retained, judge.Bridges,
            judge.Presence]);
        return judge;
    }

    public SubscriberFacts Subscriber(string clientId, bool isBridge, bool isPaced, bool isClean)
    {
        var facts = new SubscriberFacts(clientId, isBridge, isPaced) { KeepsByMqtt = !isPaced && !isClean };
        _subscribers.Add(facts);
        return facts;
    }

    public void Sent(MessageFacts message)
    {
        _messages[(message.Publisher, message.Sequence)] = message;
        if (message.Payload.Length == 0) _cleared.Add(message.Topic);
    }

    /// <summary>The message of a publisher by its sequence; null: there is none.</summary>
    public MessageFacts? Find(int publisher, int sequence) =>
        _messages.GetValueOrDefault((publisher, sequence));

    /// <summary>The client of an id; null: none that lives here.</summary>
    public SubscriberFacts? FindClient(string clientId) =>
        _subscribers.Find(subscriber => subscriber.ClientId == clientId);

    /// <summary>Whether an empty payload was ever published to a topic.</summary>
    public bool WasCleared(string topic) => _cleared.Contains(topic);

    public void Acknowledged(MessageFacts message, long now)
    {
        if (message.Acknowledged != long.MaxValue) return;
        message.Acknowledged = now;
        foreach (var checker in Checkers) checker.Acknowledged(message);
    }

    /// <summary>A client's application got a message; gives it if it is one of a device.</summary>
    public MessageFacts? Delivered(
        SubscriberFacts to, string topic, byte[] payload, int qos, bool dup, bool retain, long connection)
    {
        Deliveries++;
        var known = MessageFacts.TryRead(payload, out var publisher, out var sequence);
        var message = known ? Find(publisher, sequence) : null;
        var delivery = new Delivery(to, message, topic, payload, qos, dup, retain, connection);
        foreach (var checker in Checkers) checker.Delivered(delivery);
        return message;
    }

    public void Unanswered(SubscriberFacts subscriber, MessageFacts message)
    {
        foreach (var checker in Checkers) checker.Unanswered(subscriber, message);
    }

    public void Requested(SubscriberFacts subscriber, string filter, int qos, long now)
    {
        subscriber.Filter(filter).Requested(qos, now);
        if (qos >= 0 && _messages.Values.Any(message => message.Retain)) Bounds.SubscriptionAsked();
        if (qos < 1 || (qos == 2 && subscriber.IsPaced)) Loosen(subscriber, filter);
    }

    public void Settled(SubscriberFacts subscriber, string filter, int qos, long now) =>
        subscriber.Filter(filter).Settled(qos, now);

    /// <summary>
    /// The client's session may be gone: its connection ended (clean), or it asks for a new one.
    /// </summary>
    public void SessionDoubtful(SubscriberFacts subscriber, long now)
    {
        foreach (var filter in subscriber.Filters)
        {
            filter.Requested(-1, now);
            Loosen(subscriber, filter.Name);
        }
    }

    public void EraBegan(SubscriberFacts subscriber)
    {
        subscriber.BeginEra();
        foreach (var checker in Checkers) checker.EraBegan(subscriber);
    }

    /// <summary>
    /// What is still owed to anybody, as the violation that it will be if it stays so; or null.
    /// </summary>
    public Violation? Owed()
    {
        foreach (var checker in Checkers)
            if (checker.Owed() is { } owed) return new Violation(checker.GetType().Name, owed);
        return null;
    }

    public void AtEnd()
    {
        foreach (var checker in Checkers) checker.AtEnd();
    }

    private void Loosen(SubscriberFacts subscriber, string filter)
    {
        foreach (var checker in Checkers) checker.Loosened(subscriber, filter);
    }
}
