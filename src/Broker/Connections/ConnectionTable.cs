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
                if (connection.Session is { IsBridging: false }) count++;
            return count;
        }
    }

    /// <summary>Bytes of CONNECT packets that wait for a token.</summary>
    public long ProvisionalBytes { get; private set; }

    /// <summary>It waits for a token, and its CONNECT with it.</summary>
    public void AddProvisional(Connection connection, ReadOnlySpan<byte> connect, long now)
    {
        connection.Stage = ConnectionStage.Provisional;
        connection.ProvisionalSince = now;
        connection.PendingConnect = connect.ToArray();
        ProvisionalBytes += connect.Length;
    }

    /// <summary>It waits no longer; its CONNECT.</summary>
    public byte[] TakeProvisional(Connection connection)
    {
        var connect = connection.PendingConnect!;
        ProvisionalBytes -= connect.Length;
        connection.PendingConnect = null;
        connection.Stage = ConnectionStage.Connecting;
        return connect;
    }

    /// <summary>
    /// The connection that has waited longest without a CONNECT or a token; null: there is none.
    /// </summary>
    public Connection? OldestSilent()
    {
        Connection? oldest = null;
        foreach (var connection in _open)
        {
            if (connection is not { Stage: ConnectionStage.New or ConnectionStage.Provisional, Upload: null })
                continue;
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
        if (connection.Stage == ConnectionStage.Provisional) TakeProvisional(connection);
        var last = _open[^1];
        _open[connection.Index] = last;
        last.Index = connection.Index;
        _open.RemoveAt(_open.Count - 1);
    }
}
