using System.Text;
using LightMq.Broker.Streams;

namespace LightMq.Central.Core;

/// <summary>Numbers of a stream that will never come, as the gateway declared them (LMQ-CORE-4).</summary>
/// <param name="Stream">The stream.</param>
/// <param name="From">The first.</param>
/// <param name="To">The last.</param>
/// <param name="Reason">Why, in a word.</param>
/// <param name="DeclaredAt">When it was taken, ms since 1970.</param>
public readonly record struct KeptGap(
    StreamName Stream, long From, long To, string Reason, long DeclaredAt);

/// <summary>The newest gaps, for people who look for what is missing.</summary>
internal sealed class GapList
{
    private const int CountMax = 10_000;

    private readonly Queue<KeptGap> _gaps = new();

    /// <summary>All of them, the oldest first.</summary>
    public IReadOnlyCollection<KeptGap> All => _gaps;

    /// <summary>One more.</summary>
    public void Add(in CoreEntry entry)
    {
        if (_gaps.Count == CountMax) _gaps.Dequeue();
        var stream = new StreamName(Encoding.UTF8.GetString(entry.Gateway),
            Encoding.UTF8.GetString(entry.Client), entry.Epoch);
        _gaps.Enqueue(new KeptGap(
            stream, entry.Sequence, entry.LastSequence, Encoding.UTF8.GetString(entry.Topic), entry.TakenAt));
    }
}
