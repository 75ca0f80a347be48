using System.Text;
using LightMq.Broker.Durability;
using LightMq.Broker.Flows;
using LightMq.Broker.Messages;
using LightMq.Broker.Routing;
using LightMq.Broker.Sessions;
using LightMq.Broker.Settings;
using LightMq.Lmq;
using LightMq.Mqtt;

namespace LightMq.Broker.Bridges;

/// <summary>The sessions of bridges, which exist before any client may connect.</summary>
internal sealed class BridgeSessions(
    Turn turn, BrokerOptions options, SessionTable sessions, SubscriptionTree tree, Journal journal,
    Ending ending, Publishing publishing)
{
    private const int TellMilliseconds = 2_000;

    private readonly List<Receiver> _told = [];
    private readonly byte[] _body = new byte[BacklogBody.BytesMax];
    private readonly BacklogBody[] _last = new BacklogBody[options.Bridges.Count];
    private readonly byte[][] _ids =
        [.. options.Bridges.Select(static bridge => Encoding.UTF8.GetBytes(bridge.ClientId))];
    private long _tellAt;

    /// <summary>When the bridges that ask for it are to be told again what waits for them.</summary>
    public long Deadline { get; private set; } = long.MaxValue;

    /// <summary>
    /// At the end of an input: tells bridges that subscribed to it what waits for them.
    /// </summary>
    public void Look()
    {
        if (_last.Length == 0 || turn.Now.Milliseconds < _tellAt) return;
        _tellAt = turn.Now.Milliseconds + TellMilliseconds;
        Deadline = long.MaxValue;
        for (var i = 0; i < _last.Length; i++)
        {
            if (sessions.Find(_ids[i]) is not { Connection: not null } session) continue;
            if (session.IndexOf(ControlTopics.BridgeBacklog) < 0) continue;
            Deadline = _tellAt;
            var backlog = BacklogOf(session);
            if (backlog.Messages > 0 || _last[i] != backlog) Tell(session, backlog);
            _last[i] = backlog;
        }
    }

    private BacklogBody BacklogOf(Session session)
    {
        if (!session.HasQueue || session.Queue.Count == 0) return default;
        var seconds = turn.AgeSeconds - Math.Min(
            turn.AgeSeconds, session.Queue.At(session.Queue.First).AcceptedAt);
        return new BacklogBody(session.Queue.Count, session.Queue.Bytes, seconds * 1000L);
    }

    private void Tell(Session session, in BacklogBody backlog)
    {
        _told.Clear();
        _told.Add(new Receiver(session, 0));
        var origin = new Origin(0, turn.Now.UnixMilliseconds, turn.Now.Trusted, true, FromBridge: false);
        publishing.PublishOwn(new Publication(session.Publisher, origin, ControlTopics.BridgeBacklog, default,
            _body.AsSpan(0, backlog.Write(_body)), qos: 0, retain: false, expiresAt: 0), _told);
    }

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
