using System.Text;
using LightMq.Broker.Connections;
using LightMq.Broker.Sessions;

namespace LightMq.Broker.Flows;

/// <summary>
/// Says which clients of the LMQ contract change their cleanSession, which they should keep for life
/// (LMQ-MSG-3). Of those that leave no session only so many are remembered, and none over a restart.
/// </summary>
internal sealed class KindChanges(Turn turn, BytesComparer names)
{
    private const int RememberedMax = 16_384;

    private readonly Dictionary<byte[], bool> _isClean = new(names);

    /// <summary>A client is let in.</summary>
    /// <param name="connection">Its connection.</param>
    /// <param name="clientId">Its id.</param>
    /// <param name="known">Its session; null: it has none.</param>
    /// <param name="isClean">What it asks for now; MQTT 5.0: a session expiry of 0.</param>
    public void Look(Connection connection, ReadOnlySpan<byte> clientId, Session? known, bool isClean)
    {
        if (!connection.IsLmq) return;
        var remembered = _isClean.GetAlternateLookup<ReadOnlySpan<byte>>();
        bool? before = known?.IsClean;
        if (before is null && remembered.TryGetValue(clientId, out var last)) before = last;
        if (_isClean.Count >= RememberedMax) _isClean.Clear();
        remembered[clientId] = isClean;
        if (before is null || before == isClean) return;
        turn.Report(BrokerEventKind.SessionChanged, Encoding.UTF8.GetString(clientId), connection, isClean
            ? "cleanSession changed from false to true: what was kept for it is discarded (LMQ-MSG-3)"
            : "cleanSession changed from true to false (LMQ-MSG-3)");
    }
}
