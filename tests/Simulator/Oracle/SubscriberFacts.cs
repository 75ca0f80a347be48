using System.Text;
using LightMq.Mqtt;

namespace LightMq.Simulator.Oracle;

/// <summary>
/// What a client can know of its subscriptions. Between a SUBSCRIBE and its SUBACK (and when a connection is
/// lost between them) more than one state is possible; promises are judged by what is certain, inventions by
/// what is possible.
/// </summary>
public sealed class SubscriberFacts(string clientId, bool isBridge)
{
    private readonly SortedDictionary<string, FilterFacts> _filters = new(StringComparer.Ordinal);

    public string ClientId { get; } = clientId;
    public bool IsBridge { get; } = isBridge;
    /// <summary>Sessions begun anew by the client: what came before is forgotten on both sides.</summary>
    public int Era { get; private set; }
    public IEnumerable<FilterFacts> Filters => _filters.Values;

    public FilterFacts Filter(string filter)
    {
        if (!_filters.TryGetValue(filter, out var facts))
            _filters[filter] = facts = new FilterFacts(filter);
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
        return (low, high);
    }

    public override string ToString() => ClientId;
}

/// <summary>The possible states of one filter of one client.</summary>
public sealed class FilterFacts(string filter)
{
    private const int NotSubscribed = 1;
    private readonly byte[] _bytes = Encoding.UTF8.GetBytes(filter);
    private readonly Dictionary<string, bool> _matches = [];
    private int _possible = NotSubscribed;
    private long _possibleUntil = -1;

    public string Name { get; } = filter;
    /// <summary>Since when it is certainly subscribed with QoS 1 or 2; never: MaxValue.</summary>
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
        CertainSince = (possible & 3) != 0 ? long.MaxValue : Math.Min(CertainSince, now);
        if ((possible & (possible - 1)) != 0) SteadySince = long.MaxValue;
        else if (possible != was) SteadySince = now;
        if ((possible & ~NotSubscribed) != 0) _possibleUntil = long.MaxValue;
        else if (wasSubscribable) _possibleUntil = now;
    }
}
