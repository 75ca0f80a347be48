using LightMq.Broker.Connections;
using LightMq.Broker.Dialects;
using LightMq.Broker.Durability;
using LightMq.Broker.Sessions;

namespace LightMq.Broker.Flows;

/// <summary>Takes filters from a session that its login does not grant any more.</summary>
internal sealed class Granting(Turn turn, DialectTable dialects, Ending ending, Journal journal)
{
    /// <summary>The rules may be other ones than when the filters were granted.</summary>
    public void DropUngranted(Session session, Connection connection)
    {
        var count = session.Subscriptions.Count;
        ending.RemoveSubscriptions(session, s => !s.IsConfigured
            && !session.IsItsOwn(s.Filter) && !dialects[connection].Keeps(connection.Login!, s.Filter));
        if (session.Subscriptions.Count == count) return;
        if (session.IsPersistent) journal.SessionChanged(session);
        turn.Report(BrokerEventKind.SessionChanged, session.ClientText, connection,
            "filters that are not granted any more were removed from its session");
    }
}
