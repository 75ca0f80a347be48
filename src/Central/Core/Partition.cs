namespace LightMq.Central.Core;

/// <summary>Where the records of a partition begin in a batch.</summary>
/// <param name="Offset">Offset of the first of them.</param>
/// <param name="Segment">Number of the segment.</param>
/// <param name="At">Place of the batch in it.</param>
internal readonly record struct Run(long Offset, long Segment, long At);

/// <summary>
/// One partition of a parent topic: records with offsets 0, 1, 2 …, which are never given out again.
/// </summary>
internal sealed class Partition
{
    private readonly List<Run> _runs = [];
    private long _given;

    /// <summary>Offset of the next record.</summary>
    public long Next { get; private set; }

    /// <summary>Offset of the oldest record that is still kept.</summary>
    public long First => _runs.Count > 0 ? _runs[0].Offset : Next;

    /// <summary>Gives out the next offset, for a record that is not durable yet.</summary>
    public long Give() => _given++;

    /// <summary>A record is durable; all records of a batch share its place.</summary>
    public void Add(long offset, long segment, long at)
    {
        if (_runs.Count == 0 || _runs[^1].Segment != segment || _runs[^1].At != at)
            _runs.Add(new Run(offset, segment, at));
        SkipTo(offset + 1);
    }

    /// <summary>At the start: offsets below are used up.</summary>
    public void SkipTo(long next) => (Next, _given) = (Math.Max(Next, next), Math.Max(_given, next));

    /// <summary>Index of the run that holds an offset; -1: it is not kept, or not there yet.</summary>
    public int FindRun(long offset)
    {
        if (offset < First || offset >= Next) return -1;
        var (low, high) = (0, _runs.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (_runs[middle].Offset <= offset) low = middle;
            else high = middle - 1;
        }
        return low;
    }

    /// <summary>A run by its index; null behind the last.</summary>
    public Run? RunAt(int index) => index < _runs.Count ? _runs[index] : null;

    /// <summary>A segment was removed.</summary>
    public void Forget(long segment) => _runs.RemoveAll(run => run.Segment <= segment);
}
