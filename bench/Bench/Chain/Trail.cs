using System.Buffers.Binary;
using System.Diagnostics;

namespace LightMq.Bench.Chain;

/// <summary>What was published with numbers and times in it, and what of it has arrived.</summary>
internal sealed class Trail
{
    private const int HeadBytes = 20;
    private readonly Lock _gate = new();
    private readonly Dictionary<int, HashSet<int>> _published = [];
    private readonly Dictionary<int, List<int>> _arrived = [];
    private readonly List<double> _milliseconds = [];

    /// <summary>Deliveries, repeats included.</summary>
    public int Arrived
    {
        get { lock (_gate) return _arrived.Values.Sum(static list => list.Count); }
    }

    /// <summary>Messages that the first broker has acknowledged.</summary>
    public int Acknowledged
    {
        get { lock (_gate) return _published.Values.Sum(static set => set.Count); }
    }

    /// <summary>Acknowledged ones that never arrived.</summary>
    public int Lost => Sum(static (published, arrived) => published.Except(arrived).Count());

    /// <summary>Arrivals of what had arrived before.</summary>
    public int Repeated => Sum(static (_, arrived) => arrived.Count - arrived.Distinct().Count());

    /// <summary>Arrivals with a smaller number than the one before of the same sender.</summary>
    public int Reordered => Sum(static (_, arrived) =>
        arrived.Zip(arrived.Skip(1)).Count(static pair => pair.Second < pair.First));

    /// <summary>A payload that tells who sent it, its number and its time.</summary>
    public static byte[] Payload(int sender, int number, int bytes)
    {
        var payload = new byte[Math.Max(bytes, HeadBytes)];
        BinaryPrimitives.WriteInt32LittleEndian(payload, sender);
        BinaryPrimitives.WriteInt32LittleEndian(payload.AsSpan(4), number);
        BinaryPrimitives.WriteInt64LittleEndian(payload.AsSpan(8), Stopwatch.GetTimestamp());
        return payload;
    }

    public void Publish(int sender, int number)
    {
        lock (_gate)
        {
            if (!_published.TryGetValue(sender, out var set)) _published[sender] = set = [];
            set.Add(number);
        }
    }

    public void Arrive(byte[] payload)
    {
        var now = Stopwatch.GetTimestamp();
        var sender = BinaryPrimitives.ReadInt32LittleEndian(payload);
        var sent = BinaryPrimitives.ReadInt64LittleEndian(payload.AsSpan(8));
        lock (_gate)
        {
            if (!_arrived.TryGetValue(sender, out var list)) _arrived[sender] = list = [];
            list.Add(BinaryPrimitives.ReadInt32LittleEndian(payload.AsSpan(4)));
            _milliseconds.Add((now - sent) * 1_000.0 / Stopwatch.Frequency);
        }
    }

    /// <summary>Time from publish to arrival, of so many of a hundred at most.</summary>
    public double Milliseconds(int percent)
    {
        lock (_gate)
        {
            var sorted = _milliseconds.Order().ToArray();
            return sorted.Length == 0 ? double.NaN : sorted[(sorted.Length - 1) * percent / 100];
        }
    }

    private int Sum(Func<HashSet<int>, List<int>, int> count)
    {
        lock (_gate)
            return _published.Sum(one => count(one.Value, _arrived.GetValueOrDefault(one.Key, [])));
    }
}
