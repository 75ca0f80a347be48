using LightMq.Broker.Durability;

namespace LightMq.Broker.Flows;

/// <summary>
/// Writes the time down when it becomes known and each hour after, so that a start without a right clock
/// knows at least that much (LMQ-TOK-9). Makes no turn of its own: without any input there is nothing to
/// judge.
/// </summary>
internal sealed class Timekeeping(Turn turn, Journal journal)
{
    private const long EveryMilliseconds = 3_600_000;

    private long _dueAt;

    /// <summary>At start: a time that is trusted goes with the first group.</summary>
    public void Begin()
    {
        if (!turn.Now.Trusted) return;
        _dueAt = turn.Now.Milliseconds + EveryMilliseconds;
        journal.AgeNow();
    }

    /// <summary>At the end of an input.</summary>
    public void Look()
    {
        if (!turn.Now.Trusted || turn.Now.Milliseconds < _dueAt) return;
        _dueAt = turn.Now.Milliseconds + EveryMilliseconds;
        journal.Age();
    }
}
