using System.Text;
using LightMq.Broker.Durability;
using LightMq.Broker.Flows;
using LightMq.Broker.Routing;
using LightMq.Broker.Sessions;
using LightMq.Broker.Settings;
using LightMq.Mqtt;

namespace LightMq.Broker.Bridges;

/// <summary>The sessions of bridges, which exist before any client may connect.</summary>
internal sealed class BridgeSessions(
    Turn turn, BrokerOptions options, SessionTable sessions, SubscriptionTree tree, Journal journal,
    Ending ending)
{
    /// <summary>At start: makes or finds the session of every configured bridge.</summary>
    public void Prepare()
    {
        for (var i = 0; i < options.Bridges.Count; i++) PrepareBridge(i);
        ReportFormerBridges();
    }

    /// <summary>
    /// At start: makes or finds the session of a configured bridge, with its filters and those that its
    /// client added.
    /// </summary>
    private void PrepareBridge(int index)
    {
        var bridge = options.Bridges[index];
        var id = Encoding.UTF8.GetBytes(bridge.ClientId);
        var known = sessions.Find(id);
        if (known is { IsClean: true })
        {
            ending.Discard(known);
            known = null;
        }
        var session = known ?? sessions.Add(id, isClean: false, options.BridgeInflightMax);
        session.Bridge = index;
        session.ExpirySeconds = Session.Never;
        session.Window = options.BridgeInflightMax;
        ending.RemoveSubscriptions(session, static s => s.IsConfigured);
        foreach (var filter in bridge.Filters)
        {
            var subscription = new Subscription(
                Encoding.UTF8.GetBytes(filter), new SubscriptionOptions(1), IsConfigured: true);
            session.SetSubscription(subscription);
            tree.Set(session, subscription);
        }
        journal.SessionChanged(session);
    }

    /// <summary>At start: a bridge that is configured no longer keeps its queue, as a client.</summary>
    private void ReportFormerBridges()
    {
        foreach (var session in sessions.All)
            if (session.Bridge < 0 && session.Subscriptions.Any(s => s.IsConfigured))
                turn.Report(BrokerEventKind.SessionChanged, session.ClientText, null,
                    "this bridge is not configured any more: its session and queue stay, as a client's; "
                    + "connect once with clean session on to remove them");
    }
}
