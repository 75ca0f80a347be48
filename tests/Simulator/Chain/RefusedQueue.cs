using LightMq.Simulator.Oracle;
using LightMq.Uplink.Bridging;

namespace LightMq.Simulator.Chain;

/// <summary>What the central will never take is in the refused queue, whole, and nothing else is.</summary>
public sealed class RefusedQueue(ChainJudge judge)
{
    private readonly HashSet<Place> _stored = [];

    public bool Has(Place place) => _stored.Contains(place);

    /// <summary>A message is durable there.</summary>
    public void Stored(BridgeMessage message)
    {
        judge.Tally.Count("messages refused");
        var reading = judge.Log.Find(message.Payload.Span);
        if (reading is not { Poison: not Poison.None })
            throw new Violation(nameof(RefusedQueue), $"{reading} was refused, and is nothing that is");
        _stored.Add(UpwardAcks.PlaceOf(message));
    }

    /// <summary>Everything is quiet: what do the refused queues of all boxes hold?</summary>
    public void AtEnd(IEnumerable<byte[]> kept)
    {
        var names = new HashSet<(int, int)>();
        foreach (var payload in kept)
        {
            if (judge.Log.Find(payload) is not { Poison: not Poison.None } reading
                || !reading.Payload.AsSpan().SequenceEqual(payload))
                throw new Violation(nameof(RefusedQueue), "a refused queue holds what was not refused");
            names.Add((reading.Sensor, reading.Number));
        }
        foreach (var reading in judge.Log.Readings)
            if (reading is { IsAcknowledged: true, IsExcused: false, Qos: > 0, Poison: not Poison.None }
                && !names.Contains((reading.Sensor, reading.Number)))
                throw new Violation(nameof(RefusedQueue), $"{reading} is in no refused queue");
    }
}
