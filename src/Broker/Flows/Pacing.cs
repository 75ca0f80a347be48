using System.Text;
using LightMq.Broker.Connections;
using LightMq.Broker.Sessions;
using LightMq.Broker.Settings;
using LightMq.Lmq;

namespace LightMq.Broker.Flows;

/// <summary>
/// Pushes what waited for a client of the LMQ contract a batch at a time, until nothing is left or the client
/// pulls (LMQ-OFF-1).
/// </summary>
internal sealed class Pacing
{
    private readonly Turn _turn;
    private readonly OfflinePace _pace;
    private readonly Drawing _drawing;
    private readonly Dictionary<byte[], OfflinePace> _groups;
    private readonly PriorityQueue<Connection, (long At, long Connection)> _due = new();

    public Pacing(Turn turn, BrokerOptions options, BytesComparer names, Drawing drawing)
    {
        _turn = turn;
        _pace = options.Offline.Pace;
        _drawing = drawing;
        _groups = new Dictionary<byte[], OfflinePace>(names);
        foreach (var (group, pace) in options.Offline.Groups) _groups[Encoding.UTF8.GetBytes(group)] = pace;
    }

    /// <summary>When the next batch is due, in <see cref="Now.Milliseconds"/>.</summary>
    public long Deadline => _due.TryPeek(out _, out var due) ? due.At : long.MaxValue;

    /// <summary>A client is back.</summary>
    public void Begin(Connection connection)
    {
        connection.ReadyAt = _turn.Now.Milliseconds;
        var session = connection.Session!;
        if (session.IsPaced && Drawing.HasOpen(session))
            Wait(connection, PaceOf(session).FirstMilliseconds);
    }

    /// <summary>
    /// The client is not read, because its publishes wait for room: what it makes room by is sent at once. It
    /// hears no answer to its pings either, and may be gone before the next batch.
    /// </summary>
    public void Hasten(Connection connection)
    {
        if (connection.PacedAt > 0) Wait(connection, 0);
    }

    /// <summary>The client pulls: pushing stops at once (LMQ-OFF-2).</summary>
    public static void End(Connection connection)
    {
        connection.PacedAt = 0;
        Drawing.Undraw(connection.Session!);
    }

    /// <summary>At the end of an input: the batches that are due.</summary>
    public void Look()
    {
        while (_due.TryPeek(out var connection, out var due) && due.At <= _turn.Now.Milliseconds)
        {
            _due.Dequeue();
            if (connection.IsClosed || connection.PacedAt != due.At) continue;
            var (session, pace) = (connection.Session!, PaceOf(connection.Session!));
            // A client that has not taken the last batch gets no other on top of it.
            if (Drawing.DrawnCount(session) == 0)
                _drawing.Draw(session, PullOrder.OldestFirst, pace.BatchMessages);
            connection.PacedAt = 0;
            if (!connection.IsClosed && Drawing.HasOpen(session)) Wait(connection, pace.BatchMilliseconds);
        }
    }

    private void Wait(Connection connection, int milliseconds)
    {
        connection.PacedAt = _turn.Now.Milliseconds + Math.Max(1, milliseconds);
        _due.Enqueue(connection, (connection.PacedAt, connection.Number));
    }

    private OfflinePace PaceOf(Session session)
    {
        if (_groups.Count == 0 || !ClientIdName.TryParse(session.ClientId, out var name)) return _pace;
        var groups = _groups.GetAlternateLookup<ReadOnlySpan<byte>>();
        return groups.TryGetValue(name.Group, out var pace) ? pace : _pace;
    }
}
