using LightMq.Simulator.Oracle;

namespace LightMq.Simulator.Chain;

/// <summary>
/// For each client the central's log contains every acknowledged message, only published ones, each accepted
/// one once, first occurrences in the order in which they were said (LMQ-ORD-1).
/// </summary>
public sealed class CentralLog(ChainJudge judge)
{
    private readonly Dictionary<(int, int), Reading> _readings = [];
    private readonly Dictionary<int, string> _clients = [];
    private readonly Dictionary<(int, int), HashSet<Place>> _places = [];
    private readonly Dictionary<int, Reading> _newest = [];
    private readonly HashSet<(int, int)> _present = [];

    /// <summary>Places of streams that were durable in a core at some time.</summary>
    public HashSet<Place> Ever { get; } = [];

    public IEnumerable<Reading> Readings => _readings.Values;

    /// <summary>A sensor says something for the first time.</summary>
    public void Said(Reading reading, string clientId)
    {
        _readings[(reading.Sensor, reading.Number)] = reading;
        _clients[reading.Sensor] = clientId;
    }

    public Reading? Find(ReadOnlySpan<byte> payload) => Reading.NameOf(payload) is var (sensor, number, _)
        ? _readings.GetValueOrDefault((sensor, number)) : null;

    public bool IsPresent(Reading reading) => _present.Contains((reading.Sensor, reading.Number));

    /// <summary>An entry is durable in a core.</summary>
    public void Kept(CentralTruth central, CoreFact fact)
    {
        for (var number = fact.First; number > 0 && number <= fact.Last && !fact.IsGap; number++)
            Ever.Add(new Place(fact.Client, fact.Epoch, number));
        if (fact.IsGap) return;
        var reading = Check(fact.Payload, fact.Topic, $"{central.Cluster} keeps {fact}");
        Demand(fact.Client == _clients[reading.Sensor], $"{fact} is of {_clients[reading.Sensor]}");
        Demand((fact.First == 0) == (reading.Qos == 0), $"{fact} has the wrong number for {reading}");
        var places = _places.TryGetValue((reading.Sensor, reading.Number), out var known)
            ? known : _places[(reading.Sensor, reading.Number)] = [];
        places.Add(new Place(fact.Client, fact.Epoch, fact.First));
        Demand(places.Count <= reading.Sendings.Count,
            $"{reading}, said {reading.Sendings.Count} times, is kept at {places.Count} places");
        Arrived(reading);
    }

    /// <summary>A message is durable at a central of another make, perhaps again.</summary>
    public void KeptElsewhere(byte[] payload, string topic) =>
        Arrived(Check(payload, topic, "the foreign central keeps what it keeps"));

    /// <summary>An older core was put back: these are gone.</summary>
    public void Lost(IEnumerable<CoreFact> facts)
    {
        foreach (var fact in facts)
        {
            if (fact.Name is not var (sensor, number, _)) continue;
            judge.Tally.Count("messages lost by a central");
            _present.Remove((sensor, number));
            var reading = _readings[(sensor, number)];
            // What the edge has still comes again; nobody else has it.
            if (reading.IsDone) reading.IsExcused = true;
        }
    }

    /// <summary>What is missing, or null.</summary>
    public string? Missing()
    {
        foreach (var reading in _readings.Values)
        {
            if (reading is { Qos: 0 } or { IsAcknowledged: false } or { IsExcused: true }) continue;
            if (reading.Poison == Poison.None && !IsPresent(reading)) return $"{reading} never came up";
        }
        return null;
    }

    public void AtEnd() => Demand(Missing() is not { } missing, Missing() ?? "");

    private Reading Check(byte[] payload, string topic, string what)
    {
        var reading = Find(payload);
        Demand(reading != null, $"{what}, which nobody said");
        Demand(reading!.Poison == Poison.None, $"{what}, which is refused there");
        Demand(reading.Topic == topic, $"{what}: said to {reading.Topic}");
        Demand(reading.Payload.AsSpan().SequenceEqual(payload), $"{what}: {reading} has changed");
        return reading;
    }

    private void Arrived(Reading reading)
    {
        if (!_present.Add((reading.Sensor, reading.Number))) return;
        judge.Tally.Count("messages that came up");
        if (reading.HasComeUp) return;
        reading.HasComeUp = true;
        if (reading.MayBeLate) return;
        if (_newest.TryGetValue(reading.Sensor, out var newest))
            Demand(reading.Number > newest.Number, $"{reading} comes up behind {newest}");
        _newest[reading.Sensor] = reading;
    }

    private static void Demand(bool holds, string what)
    {
        if (!holds) throw new Violation(nameof(CentralLog), what);
    }
}
