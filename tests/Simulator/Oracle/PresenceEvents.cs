using LightMq.Lmq;

namespace LightMq.Simulator.Oracle;

/// <summary>
/// Who comes and goes is told truly (LMQ-PRE-1 to 4): an index names one event of a client and rises, over
/// restarts too; a channel is one connection of one client, with connect before disconnect before tcpclean
/// and nothing of another between; of bridges nothing is told.
/// </summary>
public sealed class PresenceEvents(Judge judge) : IChecker
{
    /// <summary>Parent topic of the events of the clients here.</summary>
    public const string Topic = "GID_SIM_MQTT";

    private readonly Dictionary<string, SortedDictionary<long, PresenceEvent>> _events = [];
    private readonly Dictionary<UInt128, string> _channels = [];
    private readonly Dictionary<(SubscriberFacts, long Connection, string), long> _last = [];

    /// <summary>An event came.</summary>
    /// <param name="to">Who is told.</param>
    /// <param name="connection">On which of its connections.</param>
    /// <param name="body">What is told.</param>
    public PresenceEvent Came(SubscriberFacts to, long connection, ReadOnlySpan<byte> body)
    {
        Demand(PresenceEvent.TryParse(body, out var told), $"{to}: an event that cannot be read");
        judge.Tally.Count($"presence {told.Kind}");
        if (to.IsBridge) judge.Tally.Count("presence up a bridge");
        var client = judge.FindClient(told.ClientId);
        Demand(client is { IsBridge: false }, $"{to}: {told} of nobody here");
        if (!_events.TryGetValue(told.ClientId, out var events)) _events[told.ClientId] = events = [];
        if (events.TryGetValue(told.Index, out var before))
            Demand(before == told, $"{to}: {told} was {before}");
        events[told.Index] = told;
        _channels.TryAdd(told.Channel, told.ClientId);
        Demand(_channels[told.Channel] == told.ClientId, $"{to}: {told} on a channel of another");
        // To a paced client what waited and what arrives come side by side (LMQ-OFF-1).
        var key = (to, connection, told.ClientId);
        Demand(to.IsPaced || told.Index > _last.GetValueOrDefault(key), $"{to}: {told} came late");
        _last[key] = told.Index;
        return told;
    }

    public void AtEnd()
    {
        foreach (var (clientId, events) in _events)
        {
            var ended = new HashSet<UInt128>();
            PresenceEvent? last = null;
            foreach (var told in events.Values)
            {
                if (last is { } before && before.Channel != told.Channel) ended.Add(before.Channel);
                Demand(!ended.Contains(told.Channel), $"{told} after another connection's");
                Demand(last is not { } same || same.Channel != told.Channel || same.Kind < told.Kind,
                    $"{told} after {last}");
                last = told;
            }
            var goodbyes = events.Values.Count(told => told.Kind == PresenceKind.Disconnect);
            var said = judge.FindClient(clientId)!.Goodbyes;
            Demand(goodbyes <= said, $"{clientId} said goodbye {said} times, told were {goodbyes}");
        }
    }

    private static void Demand(bool holds, string what)
    {
        if (!holds) throw new Violation(nameof(PresenceEvents), what);
    }
}
