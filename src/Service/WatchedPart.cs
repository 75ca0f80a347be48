namespace LightMq.Service;

/// <summary>A part of the process whose standstill the <see cref="Watchdog"/> tells.</summary>
public interface IWatchedPart
{
    /// <summary>Its name in the log.</summary>
    string Name { get; }

    /// <summary>Whether it moved, since the last look or within <paramref name="limit"/>.</summary>
    bool IsMoving(TimeSpan limit);

    /// <summary>How long it has not moved.</summary>
    TimeSpan StillFor { get; }
}

/// <summary>A loop: it must have turned since the last look, and is nudged so that it does.</summary>
/// <param name="name">Its name in the log.</param>
/// <param name="turns">Its turns so far.</param>
/// <param name="nudge">Makes it turn.</param>
/// <param name="time">The clock.</param>
public sealed class TurningPart(string name, Func<long> turns, Action nudge, TimeProvider time) : IWatchedPart
{
    private long _turns = -1;
    private long _turnedAt;

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public TimeSpan StillFor => time.GetElapsedTime(_turnedAt);

    /// <inheritdoc/>
    public bool IsMoving(TimeSpan limit)
    {
        var now = turns();
        var isMoving = now != _turns;
        _turns = now;
        nudge();
        if (isMoving) _turnedAt = time.GetTimestamp();
        return isMoving;
    }
}

/// <summary>A thread that notes when it moved last, and while it has nothing to do.</summary>
/// <param name="name">Its name in the log.</param>
/// <param name="movedAt">Timestamp of the clock.</param>
/// <param name="time">The clock.</param>
public sealed class MovingPart(string name, Func<long> movedAt, TimeProvider time) : IWatchedPart
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public TimeSpan StillFor => time.GetElapsedTime(movedAt());

    /// <inheritdoc/>
    public bool IsMoving(TimeSpan limit) => StillFor < limit;
}
