using LightMq.Lmq;

namespace LightMq.Central.Core;

/// <summary>A stream of one client behind one gateway (LMQ-CORE-4).</summary>
/// <param name="Gateway">Client id of the gateway.</param>
/// <param name="Client">Client id of the sender.</param>
/// <param name="Epoch">The stream.</param>
public readonly record struct StreamName(string Gateway, string Client, EpochText Epoch);

/// <summary>How far a stream has come.</summary>
/// <param name="Last">The last number that is in the core, or declared missing.</param>
/// <param name="SeenAt">When it moved last, ms since 1970.</param>
public readonly record struct StreamMark(long Last, long SeenAt);

/// <summary>
/// How far each stream has come in the core. A mark moves with the record that moves it, in the same write,
/// so that what is acknowledged once is known as such for ever; those that have not moved for 30 days go.
/// </summary>
public sealed class StreamMarks
{
    /// <summary>How long a stream that does not move is known, in milliseconds.</summary>
    public const long KeptMilliseconds = 30L * 24 * 3_600_000;

    private readonly Dictionary<StreamName, StreamMark> _marks = [];

    /// <summary>All of them.</summary>
    public IReadOnlyDictionary<StreamName, StreamMark> All => _marks;

    /// <summary>Last number of a stream; 0: nothing of it is known.</summary>
    public long LastOf(in StreamName stream) => _marks.GetValueOrDefault(stream).Last;

    /// <summary>A stream has come as far as <paramref name="last"/>; it never goes back.</summary>
    public void Move(in StreamName stream, long last, long at)
    {
        var mark = _marks.GetValueOrDefault(stream);
        _marks[stream] = new StreamMark(Math.Max(mark.Last, last), Math.Max(mark.SeenAt, at));
    }

    /// <summary>Forgets what has not moved for so long.</summary>
    public void Prune(long now)
    {
        foreach (var (stream, mark) in _marks)
            if (now - mark.SeenAt > KeptMilliseconds) _marks.Remove(stream);
    }
}
