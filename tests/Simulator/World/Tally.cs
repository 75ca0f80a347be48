using LightMq.Broker;
using LightMq.Broker.Connections;

namespace LightMq.Simulator.World;

/// <summary>How often the rarer things happened, so that a campaign shows what it has really tried.</summary>
public sealed class Tally
{
    private readonly Dictionary<string, long> _counts = [];

    public void Count(string what, long times = 1)
    {
        if (times > 0) _counts[what] = _counts.GetValueOrDefault(what) + times;
    }

    /// <summary>How often something happened.</summary>
    public long this[string what] => _counts.GetValueOrDefault(what);

    /// <summary>Adds what an engine has counted in its life.</summary>
    public void Count(Counters counters)
    {
        Count("groups", counters.Groups);
        Count("messages parked", counters.Parked);
        Count("publishers slowed by a quota", counters.Slowed);
        Count("alarms", counters.Alarms);
        Count("messages stored", counters.Journaled);
        Count("messages spared the disk", counters.Spared);
        foreach (var reason in Enum.GetValues<DropReason>())
            Count($"drops {reason}", counters.Dropped(reason));
        foreach (var reason in Enum.GetValues<CloseReason>())
            Count($"closes {reason}", counters.Closed(reason));
    }

    public void Add(Tally other)
    {
        foreach (var (what, times) in other._counts) Count(what, times);
    }

    public override string ToString() =>
        string.Join(", ", _counts.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => $"{pair.Value} {pair.Key}"));
}
