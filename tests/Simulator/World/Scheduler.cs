namespace LightMq.Simulator.World;

/// <summary>The simulated time: events in order of time, ties broken by the seed.</summary>
public sealed class Scheduler(int seed, Trace trace)
{
    public const long Millisecond = 1_000;
    public const long Second = 1_000_000;

    private readonly PriorityQueue<Action, (long Due, int Tie, long Order)> _events = new();
    private long _order;

    /// <summary>The one source of chance.</summary>
    public Random Random { get; } = new(seed);

    /// <summary>What happened.</summary>
    public Trace Trace { get; } = trace;

    /// <summary>Microseconds since the world began.</summary>
    public long Now { get; private set; }

    /// <summary>Events carried out.</summary>
    public long Steps { get; private set; }

    public void After(long microseconds, Action action) => At(Now + microseconds, action);

    public void At(long due, Action action) =>
        _events.Enqueue(action, (Math.Max(due, Now), Random.Next(), _order++));

    /// <summary>Carries out the next event; false when none is due by <paramref name="until"/>.</summary>
    public bool Step(long until)
    {
        if (!_events.TryPeek(out _, out var key) || key.Due > until)
        {
            Now = Math.Max(Now, until);
            return false;
        }
        var action = _events.Dequeue();
        Steps++;
        Now = Trace.Time = key.Due;
        Trace.Mix(Now);
        action();
        return true;
    }
}
