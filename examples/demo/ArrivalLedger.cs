using System.Text.Json;
using LightMq.Process.Chain;

namespace LightMq.Demo;

/// <summary>
/// What came above: each stream once and in order, each reading that was acknowledged below.
/// </summary>
internal sealed class ArrivalLedger
{
    private readonly Dictionary<string, HashSet<int>> _readings = [];
    private readonly Dictionary<(string Client, string Epoch), long> _streams = [];
    private int _arrived, _twice, _outOfOrder;

    public void Take(IEnumerable<CoreMessage> messages)
    {
        foreach (var message in messages)
        {
            _arrived++;
            var stream = (message.Client, message.Epoch);
            var last = _streams.GetValueOrDefault(stream);
            if (message.Sequence <= last) _twice++;
            else if (message.Sequence != last + 1) _outOfOrder++;
            _streams[stream] = Math.Max(last, message.Sequence);
            using var reading = JsonDocument.Parse(message.Payload);
            var sensor = message.Client[(message.Client.LastIndexOf('@') + 1)..];
            if (!_readings.TryGetValue(sensor, out var numbers)) _readings[sensor] = numbers = [];
            numbers.Add(reading.RootElement.GetProperty("number").GetInt32());
        }
    }

    /// <summary>Readings that were acknowledged below and are not above (yet).</summary>
    public int Missing(IReadOnlyDictionary<string, int> acknowledged) => acknowledged.Sum(one =>
        Enumerable.Range(1, one.Value).Count(number => !Has(one.Key, number)));

    public string Line(IReadOnlyDictionary<string, int> acknowledged) =>
        $"acknowledged below {acknowledged.Values.Sum(),6}   above {_arrived,6}   "
        + $"on the way {Missing(acknowledged),5}   twice {_twice}   out of order {_outOfOrder}";

    public bool IsRight(IReadOnlyDictionary<string, int> acknowledged) =>
        Missing(acknowledged) == 0 && _twice == 0 && _outOfOrder == 0 && _arrived > 0;

    public string Verdict(IReadOnlyDictionary<string, int> acknowledged) => IsRight(acknowledged)
        ? $"every one of {acknowledged.Values.Sum()} acknowledged readings is above, "
            + "each stream once and in order"
        : $"WRONG: {Line(acknowledged)}";

    private bool Has(string sensor, int number) =>
        _readings.TryGetValue(sensor, out var numbers) && numbers.Contains(number);
}
