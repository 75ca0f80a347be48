namespace LightMq.Service;

/// <summary>
/// How long to wait before the next try: exponential with full jitter, so that a thousand boards which
/// lost the same peer do not come back in the same second.
/// </summary>
/// <param name="random">Where chance comes from.</param>
/// <param name="first">Upper bound of the first wait; doubles with each failure.</param>
/// <param name="longest">Upper bound of every wait.</param>
public sealed class Backoff(Random random, TimeSpan first, TimeSpan longest)
{
    private int _failures;

    /// <summary>The next wait: anywhere from 0 to the bound.</summary>
    public TimeSpan Next()
    {
        var bound = first * Math.Pow(2, Math.Min(_failures++, 30));
        return (bound < longest ? bound : longest) * random.NextDouble();
    }

    /// <summary>It was healthy for a while: the next failure starts small again.</summary>
    public void Reset() => _failures = 0;
}
