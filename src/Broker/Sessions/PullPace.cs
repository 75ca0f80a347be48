namespace LightMq.Broker.Sessions;

/// <summary>How often a client has pulled of late (LMQ-OFF-3).</summary>
internal sealed class PullPace
{
    /// <summary>Requests served within any second.</summary>
    public const int PerSecondMax = 5;

    private const int WindowMilliseconds = 1_000;
    private readonly long[] _served = new long[PerSecondMax];
    private int _oldest;

    public PullPace() => Array.Fill(_served, long.MinValue / 2);

    /// <summary>Whether a request is served now; it is counted then.</summary>
    /// <param name="now">In <see cref="Now.Milliseconds"/>.</param>
    public bool Admits(long now)
    {
        if (now - _served[_oldest] < WindowMilliseconds) return false;
        _served[_oldest] = now;
        _oldest = (_oldest + 1) % PerSecondMax;
        return true;
    }
}
