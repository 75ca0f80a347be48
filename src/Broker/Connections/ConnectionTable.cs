namespace LightMq.Broker.Connections;

/// <summary>All open connections, in an order that is the same in every replay.</summary>
internal sealed class ConnectionTable
{
    private readonly List<Connection> _open = [];
    private long _lastNumber;

    public IReadOnlyList<Connection> Open => _open;
    public int Count => _open.Count;

    /// <summary>Those that said CONNECT and belong to no bridge.</summary>
    public int ClientCount
    {
        get
        {
            var count = 0;
            foreach (var connection in _open)
                if (connection.Session is { Bridge: < 0 }) count++;
            return count;
        }
    }

    /// <summary>The connection that has waited longest without a CONNECT; null: there is none.</summary>
    public Connection? OldestSilent()
    {
        Connection? oldest = null;
        foreach (var connection in _open)
        {
            if (connection.Stage != ConnectionStage.New) continue;
            if (oldest is null || connection.Number < oldest.Number) oldest = connection;
        }
        return oldest;
    }

    /// <summary>Bytes of packets of which the rest has not come, and of topics behind aliases.</summary>
    public long LeftoverBytes()
    {
        long bytes = 0;
        foreach (var connection in _open)
            bytes += connection.Leftover.Length + (connection.Terms?.AliasBytes ?? 0);
        return bytes;
    }

    public void Add(Connection connection, long now)
    {
        connection.Number = ++_lastNumber;
        connection.Index = _open.Count;
        connection.OpenedAt = connection.LastReceived = connection.SentSeenAt = now;
        _open.Add(connection);
    }

    public void Remove(Connection connection)
    {
        var last = _open[^1];
        _open[connection.Index] = last;
        last.Index = connection.Index;
        _open.RemoveAt(_open.Count - 1);
    }
}
