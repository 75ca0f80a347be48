using System.Text;
using Xunit;

namespace LightMq.Process.Load;

/// <summary>What publishers were promised and what a subscriber got, and whether the two agree.</summary>
internal sealed class Ledger
{
    private readonly Dictionary<string, HashSet<int>> _acknowledged = [];
    private readonly Dictionary<string, List<int>> _received = [];
    private readonly Dictionary<string, int> _sent = [];

    /// <summary>Payload of a message: who, which, and filler that follows from both.</summary>
    public static byte[] Payload(string publisher, int number, int filler = 100)
    {
        var text = new StringBuilder($"{publisher}:{number}:");
        for (var i = 0; i < filler; i++) text.Append((char)('a' + (number + i) % 26));
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    public int AcknowledgedCount
    {
        get
        {
            lock (_sent) return _acknowledged.Values.Sum(set => set.Count);
        }
    }

    /// <summary>Deliveries, repeats included.</summary>
    public int ReceivedCount
    {
        get
        {
            lock (_sent) return _received.Values.Sum(list => list.Count);
        }
    }

    public void Sent(string publisher, int number)
    {
        lock (_sent) _sent[publisher] = Math.Max(number, _sent.GetValueOrDefault(publisher));
    }

    public void Acknowledged(string publisher, int number)
    {
        lock (_sent)
        {
            if (!_acknowledged.TryGetValue(publisher, out var set)) _acknowledged[publisher] = set = [];
            set.Add(number);
        }
    }

    public void Received(byte[] payload)
    {
        var parts = Encoding.ASCII.GetString(payload).Split(':');
        Assert.Equal(3, parts.Length);
        var number = int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(Payload(parts[0], number, parts[2].Length), payload);
        lock (_sent)
        {
            Assert.True(number <= _sent.GetValueOrDefault(parts[0]), $"invented: {parts[0]} {number}");
            if (!_received.TryGetValue(parts[0], out var list)) _received[parts[0]] = list = [];
            list.Add(number);
        }
    }

    /// <summary>The same, counted only once enough deliveries came: counting is slow.</summary>
    public int MissingCount(int atLeast) => ReceivedCount < atLeast ? atLeast : MissingCount();

    /// <summary>How many acknowledged messages have not come yet.</summary>
    public int MissingCount()
    {
        lock (_sent)
            return _acknowledged.Sum(pair =>
                pair.Value.Except(_received.GetValueOrDefault(pair.Key, [])).Count());
    }

    /// <summary>
    /// Nothing acknowledged is missing; first occurrences are in order; where asked, none twice.
    /// </summary>
    public void Verify(bool isExactlyOnce)
    {
        foreach (var (publisher, acknowledged) in _acknowledged)
        {
            var received = _received.GetValueOrDefault(publisher, []);
            var missing = acknowledged.Except(received).Order().ToList();
            Assert.True(missing.Count == 0,
                $"{publisher}: {missing.Count} lost, first {missing.FirstOrDefault()}");
            var seen = new HashSet<int>();
            var firsts = received.Where(seen.Add).ToList();
            for (var i = 1; i < firsts.Count; i++)
                Assert.True(firsts[i] > firsts[i - 1],
                    $"{publisher}: {firsts[i]} came after {firsts[i - 1]}");
            if (isExactlyOnce)
                Assert.True(received.Count == seen.Count,
                    $"{publisher}: {received.Count - seen.Count} came twice");
        }
    }
}
