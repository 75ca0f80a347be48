namespace LightMq.Net.Door;

/// <summary>
/// How fast peers are let in: a bucket that holds a second's worth. What comes faster waits in the kernel's
/// backlog and is served in its turn; nobody is refused.
/// </summary>
/// <param name="perSecondMax">Peers per second; 0: any.</param>
/// <param name="counters">Where waiting is counted.</param>
internal sealed class AcceptPace(int perSecondMax, DoorCounters counters)
{
    // A thousandth of a peer each: one millisecond at one peer per second.
    private long _tokens = perSecondMax * 1000L;
    private long _seenAt;

    /// <summary>Lets one in; false: too many have come, try again at the time given.</summary>
    /// <param name="now">Milliseconds, never falling.</param>
    /// <param name="againAt">When the next may come in.</param>
    public bool TryTake(long now, out long againAt)
    {
        againAt = now;
        if (perSecondMax == 0) return true;
        _tokens = Math.Min(perSecondMax * 1000L, _tokens + (now - _seenAt) * perSecondMax);
        _seenAt = now;
        if (_tokens >= 1000)
        {
            _tokens -= 1000;
            return true;
        }
        counters.CountPause();
        againAt = now + (1000 - _tokens + perSecondMax - 1) / perSecondMax;
        return false;
    }
}
