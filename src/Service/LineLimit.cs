namespace LightMq.Service;

/// <summary>
/// Lets one log line a minute through, so that what repeats without end does not fill the log. Not for use by
/// several threads.
/// </summary>
public sealed class LineLimit(TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private long? _lastAt;
    private int _held;

    /// <summary>Whether a line is due; <paramref name="held"/>: those held back since.</summary>
    public bool IsDue(out int held)
    {
        held = _held;
        if (_lastAt is { } lastAt && time.GetElapsedTime(lastAt) < Interval)
        {
            _held++;
            return false;
        }
        (_lastAt, _held) = (time.GetTimestamp(), 0);
        return true;
    }

    /// <summary>The trouble is over: the next one is told at once.</summary>
    public void Reset() => (_lastAt, _held) = (null, 0);
}
