using System.Text;
using LightMq.Mqtt;
using LightMq.Simulator.Network;

namespace LightMq.Simulator.Oracle;

/// <summary>
/// What a client can know of its subscriptions. Between a SUBSCRIBE and its SUBACK (and when a connection is
/// lost between them) more than one state is possible; promises are judged by what is certain, inventions by
/// what is possible.
/// </summary>
public sealed class SubscriberFacts(string clientId, bool isBridge, bool isPaced = false)
{
    private readonly SortedDictionary<string, FilterFacts> _filters = new(StringComparer.Ordinal);

    public string ClientId { get; } = clientId;
    public bool IsBridge { get; } = isBridge;
    /// <summary>
    /// A persistent client under the LMQ contract: nothing is kept for its filters of QoS 2 (LMQ-MSG-2), and
    /// what waited comes behind what arrives (LMQ-OFF-1).
    /// </summary>
    public bool IsPaced { get; } = isPaced;
    /// <summary>A persistent client of plain MQTT.</summary>
    public bool KeepsByMqtt { get; init; }
    /// <summary>
    /// It logs in by tokens; those uploaded on its connection, and those it was told the end of.
    /// </summary>
    public bool NeedsToken { get; set; }
    public List<HeldToken> Tokens { get; } = [];
    public HashSet<string> NoticedTokens { get; } = [];
    /// <summary>How often it has sent DISCONNECT.</summary>
    public int Goodbyes { get; set; }
    /// <summary>When its latest CONNECT was sent, and when CONNACK came.</summary>
    public long ConnectSent { get; set; }
    public long ConnectedSince { get; set; } = long.MaxValue;
    /// <summary>On this connection it has asked for the newest first of what waited.</summary>
    public bool HasPulledNewest { get; set; }
    /// <summary>Since when the broker certainly has a session of it, or a connection, for P2P.</summary>
    public long SessionSince { get; set; } = long.MaxValue;
    public long OnlineSince { get; set; } = long.MaxValue;
    /// <summary>The connection that <see cref="OnlineSince"/> speaks of.</summary>
    public Link? Online { get; set; }
    /// <summary>Sessions begun anew by the client: what came before is forgotten on both sides.</summary>
    public int Era { get; private set; }
    public IEnumerable<FilterFacts> Filters => _filters.Values;

    /// <summary>Whether its client id has certainly been known to the broker from before a time on.</summary>
    public bool WasKnownBefore(long time) =>
        SessionSince < time || (OnlineSince < time && Online is { IsLetGo: false });

    public FilterFacts Filter(string filter)
    {
        if (!_filters.TryGetValue(filter, out var facts))
            _filters[filter] = facts = new FilterFacts(filter, IsPaced);
        return facts;
    }

    /// <summary>A CONNECT that discards the session was acknowledged.</summary>
    public void BeginEra()
    {
        Era++;
        _filters.Clear();
    }

    /// <summary>
    /// Whether this client is owed a message at QoS 1 or above that was first sent at a time.
    /// </summary>
    public bool IsOwed(MessageFacts message)
    {
        // What is for one client is owed by no filter, but for a bridge's.
        if (message.Addressee != null && !(IsBridge && message.IsForElsewhere)) return false;
        foreach (var filter in _filters.Values)
            if (filter.CertainSince < message.FirstSent && filter.Matches(message.Topic)) return true;
        return false;
    }

    /// <summary>
    /// Lowest and highest QoS that subscriptions may give a message; high -1: none matches.
    /// </summary>
    public (int Low, int High) GrantedFor(MessageFacts message)
    {
        var (low, high) = (-1, -1);
        foreach (var filter in _filters.Values)
        {
            if (!filter.WasPossibleAfter(message.FirstSent) || !filter.Matches(message.Topic)) continue;
            high = Math.Max(high, filter.HighestEver);
            if (filter.SteadySince < message.FirstSent) low = Math.Max(low, filter.QosLow);
        }
        // What a filter of QoS 1 keeps, it gets with QoS 1, whatever others match.
        return (IsPaced ? Math.Min(low, 1) : low, high);
    }

    public override string ToString() => ClientId;
}

/// <summary>The possible states of one filter of one client.</summary>
public sealed class FilterFacts(string filter, bool isPaced)
{
    private const int NotSubscribed = 1, WithQos0 = 2, WithQos2 = 8;
    private readonly int _uncertain = NotSubscribed | WithQos0 | (isPaced ? WithQos2 : 0);
    private readonly byte[] _bytes = Encoding.UTF8.GetBytes(filter);
    private readonly Dictionary<string, bool> _matches = [];
    private int _possible = NotSubscribed;
    private long _possibleUntil = -1;

    public string Name { get; } = filter;
    /// <summary>Since when it certainly has messages kept for it; never: MaxValue.</summary>
    public long CertainSince { get; private set; } = long.MaxValue;
    /// <summary>Since when exactly one QoS is possible.</summary>
    public long SteadySince { get; private set; } = long.MaxValue;
    public int HighestEver { get; private set; } = -1;
    public int QosLow => _possible switch
    {
        _ when (_possible & 1) != 0 => -1,
        _ when (_possible & 2) != 0 => 0,
        _ when (_possible & 4) != 0 => 1,
        _ => 2,
    };

    public bool Matches(string topic)
    {
        if (!_matches.TryGetValue(topic, out var matches))
            _matches[topic] = matches = Topics.Matches(_bytes, Encoding.UTF8.GetBytes(topic));
        return matches;
    }

    /// <summary>Whether it may have been subscribed at some moment after a time.</summary>
    public bool WasPossibleAfter(long time) => _possibleUntil >= time;

    /// <summary>A request is on its way: -1 unsubscribes.</summary>
    public void Requested(int qos, long now) => Set(_possible | 1 << (qos + 1), qos, now);

    /// <summary>The request was acknowledged.</summary>
    public void Settled(int qos, long now) => Set(1 << (qos + 1), qos, now);

    private void Set(int possible, int qos, long now)
    {
        var was = _possible;
        var wasSubscribable = (was & ~NotSubscribed) != 0;
        _possible = possible;
        HighestEver = Math.Max(HighestEver, qos);
        CertainSince = (possible & _uncertain) != 0 ? long.MaxValue : Math.Min(CertainSince, now);
        if ((possible & (possible - 1)) != 0) SteadySince = long.MaxValue;
        else if (possible != was) SteadySince = now;
        if ((possible & ~NotSubscribed) != 0) _possibleUntil = long.MaxValue;
        else if (wasSubscribable) _possibleUntil = now;
    }
}
