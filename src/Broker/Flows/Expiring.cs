using LightMq.Broker.Durability;
using LightMq.Broker.Routing;
using LightMq.Broker.Sessions;
using LightMq.Broker.Settings;

namespace LightMq.Broker.Flows;

/// <summary>
/// What ends by time: sessions without a connection, wills that wait for their client, and messages (MQTT
/// 5.0, 3.1.2.11.2, 3.1.3.2.2, 3.3.2.3.3). Measured by the store's age, not by the clock.
/// </summary>
internal sealed class Expiring(
    Turn turn, BrokerOptions options, SessionTable sessions, SessionTimers timers, RetainedMessages retained,
    Journal journal, Dropping dropping, Ending ending, Wills wills)
{
    private const int SweepMilliseconds = 60_000;
    // How much of the days that messages are kept may be counted again after each restart.
    private const long AgeEveryMilliseconds = 3_600_000;
    private const long DayMilliseconds = 86_400_000;

    private readonly List<Session> _empty = [];
    private long _agedAt;

    private long _sweepAt = long.MaxValue;

    /// <summary>When the next is due, in <see cref="Now.Milliseconds"/>.</summary>
    public long Deadline => Math.Min(
        timers.Next == long.MaxValue ? long.MaxValue : timers.Next - turn.AgeAtZero, _sweepAt);

    /// <summary>The client is gone and its session stays: from now on its time runs.</summary>
    public void Begin(Session session)
    {
        session.OfflineSince = turn.Age;
        timers.Set(session, DueAt(session));
        if (session.DueAt != long.MaxValue) journal.SessionChanged(session);
    }

    /// <summary>At start: what was offline goes on being so.</summary>
    public void Resume(Session session) => timers.Set(session, DueAt(session));

    /// <summary>At the end of an input: ends what is due.</summary>
    public void Look()
    {
        while (timers.TakeDue(turn.Age) is { } session) End(session);
        if (turn.Now.Milliseconds >= _sweepAt) Sweep();
        if (!turn.MayExpire || _sweepAt != long.MaxValue) return;
        turn.MayExpire = false;
        _sweepAt = turn.Now.Milliseconds + SweepMilliseconds;
    }

    private void End(Session session)
    {
        if (session.Will is not null && WillDueAt(session) <= turn.Age) wills.Publish(session);
        if (EndsAt(session) <= turn.Age) ending.Discard(session);
        else Resume(session);
    }

    private void Sweep()
    {
        _sweepAt = long.MaxValue;
        foreach (var session in sessions.All)
        {
            if (!session.HasQueue) continue;
            dropping.DropExpired(session);
            turn.MayExpire |= session.Queue.ExpiringCount > 0;
            if (session.IsKeptForDays) SweepKept(session);
        }
        foreach (var mailbox in _empty) ending.Discard(mailbox);
        _empty.Clear();
        if (retained.ExpiringCount == 0) return;
        for (var key = 0; key <= retained.LastKey; key++)
        {
            if (retained.At(key) is not { Message: { ExpiresAt: > 0 } message } entry) continue;
            if (turn.Age <= message.ExpiresAt) continue;
            retained.Store(entry.Topic);
            retained.Set(entry.Topic, null);
            journal.Housekeep();
        }
        turn.MayExpire |= retained.ExpiringCount > 0;
    }

    /// <summary>What was kept for some days goes, oldest first (LMQ-MSG-4).</summary>
    private void SweepKept(Session session)
    {
        var oldest = turn.Age - options.Offline.RetentionDays * DayMilliseconds;
        if (oldest > 0) dropping.DropOld(session, (uint)(oldest / 1000));
        if (session.IsMailbox && session.Connection is null && session.Queue.Count == 0) _empty.Add(session);
        if (session.Queue.Count == 0) return;
        turn.MayExpire = true;
        if (turn.Now.Milliseconds < _agedAt + AgeEveryMilliseconds) return;
        _agedAt = turn.Now.Milliseconds;
        journal.Age();
    }

    private static long DueAt(Session session) => Math.Min(EndsAt(session), WillDueAt(session));

    private static long EndsAt(Session session) => session.ExpirySeconds == Session.Never
        ? long.MaxValue
        : session.OfflineSince + session.ExpirySeconds * 1000L;

    private static long WillDueAt(Session session) =>
        session.Will is null ? long.MaxValue : session.OfflineSince + session.WillDelaySeconds * 1000L;
}
