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

    private bool _isKnown;
    private long _writtenAt;

    /// <summary>At start: a time that is trusted was written with the first group.</summary>
    public void Begin() => (_isKnown, _writtenAt) = (turn.Now.Trusted, turn.Now.Milliseconds);

    /// <summary>At the end of an input.</summary>
    public void Look()
    {
        if (!turn.Now.Trusted) return;
        if (_isKnown && turn.Now.Milliseconds - _writtenAt < EveryMilliseconds) return;
        (_isKnown, _writtenAt) = (true, turn.Now.Milliseconds);
        journal.Age();
    }
}
