using LightMq.Broker.Sessions;

namespace LightMq.Broker.Routing;

/// <summary>
/// The sessions that share one filter under one name (MQTT 5.0, 4.8.2): each message goes to one of them.
/// </summary>
internal sealed class Share(byte[] name)
{
    private readonly List<Receiver> _members = [];
    private int _next;

    public byte[] Name { get; } = name;
    public bool IsEmpty => _members.Count == 0;

    public void Set(in Receiver member)
    {
        var session = member.Session;
        var index = _members.FindIndex(m => m.Session == session);
        if (index >= 0) _members[index] = member;
        else _members.Add(member);
    }

    public bool Has(Session session) => _members.Exists(member => member.Session == session);

    /// <summary>Takes a member out; how often it was in.</summary>
    public int Remove(Session session) => _members.RemoveAll(m => m.Session == session);

    /// <summary>
    /// The member whose turn it is: first among those that are connected and keep up; else the connected one,
    /// else the persistent one, whose queue is shortest. Null: all are gone.
    /// </summary>
    public Receiver? Choose()
    {
        for (var i = 0; i < _members.Count; i++)
        {
            var index = (_next + i) % _members.Count;
            if (_members[index].Session is not { Connection: not null } session) continue;
            if (session is { HasQueue: true, Queue.HasWaiting: true }) continue;
            _next = index + 1;
            return _members[index];
        }
        Receiver? best = null;
        foreach (var member in _members)
        {
            if (member.Session is { Connection: null, IsPersistent: false }) continue;
            if (best is null || IsBetter(member.Session, best.Value.Session)) best = member;
        }
        return best;
    }

    private static bool IsBetter(Session one, Session other)
    {
        var isOnline = one.Connection is not null;
        if (isOnline != other.Connection is not null) return isOnline;
        return (one.HasQueue ? one.Queue.Count : 0) < (other.HasQueue ? other.Queue.Count : 0);
    }
}
