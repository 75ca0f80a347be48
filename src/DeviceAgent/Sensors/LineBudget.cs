namespace LightMq.DeviceAgent.Sensors;

/// <summary>
/// Lets a few log lines of one sensor through in ten minutes: one that comes and goes must not fill the log.
/// </summary>
internal sealed class LineBudget(Loop loop)
{
    private const int LinesMax = 6;
    private const long WindowMilliseconds = 600_000;
    private long _windowFrom;
    private int _lines;

    /// <summary>Whether a line may be written; <paramref name="isLast"/>: the next ones may not.</summary>
    public bool IsDue(out bool isLast)
    {
        if (loop.Now - _windowFrom >= WindowMilliseconds) (_windowFrom, _lines) = (loop.Now, 0);
        isLast = ++_lines == LinesMax;
        return _lines <= LinesMax;
    }
}
