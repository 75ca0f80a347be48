namespace LightMq.Broker.Sessions;

/// <summary>When something about a session without a connection ends; one moment per session.</summary>
internal sealed class SessionTimers
{
    private readonly SortedSet<Session> _byTime = new(new ByTime());

    /// <summary>The first moment, in <see cref="Turn.Age"/>; <see cref="long.MaxValue"/>: none.</summary>
    public long Next { get; private set; } = long.MaxValue;

    /// <summary>Sets, or sets anew, the moment of a session that has a number.</summary>
    public void Set(Session session, long age)
    {
        Clear(session);
        if (age == long.MaxValue) return;
        session.DueAt = age;
        _byTime.Add(session);
        Next = _byTime.Min!.DueAt;
    }

    /// <summary>Nothing ends any more: the client is back, or the session is gone.</summary>
    public void Clear(Session session)
    {
        if (session.DueAt == long.MaxValue) return;
        _byTime.Remove(session);
        session.DueAt = long.MaxValue;
        Next = _byTime.Min?.DueAt ?? long.MaxValue;
    }

    /// <summary>Takes the session whose moment has come; null: none.</summary>
    public Session? TakeDue(long age)
    {
        if (Next > age) return null;
        var session = _byTime.Min!;
        Clear(session);
        return session;
    }

    private sealed class ByTime : IComparer<Session>
    {
        public int Compare(Session? x, Session? y) => x!.DueAt != y!.DueAt
            ? x.DueAt.CompareTo(y.DueAt)
            : x.Number.CompareTo(y.Number);
    }
}
