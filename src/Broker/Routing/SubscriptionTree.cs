using LightMq.Broker.Sessions;
using LightMq.Mqtt;

namespace LightMq.Broker.Routing;

/// <summary>All filters of all sessions by topic level, with a cache of the routes last asked for.</summary>
internal sealed class SubscriptionTree(BytesComparer names)
{
    private const int CachedTopicsMax = 16_384;
    private const int CachedBytesMax = 8 << 20;
    private const int RouteBytes = 200, ReceiverBytes = 32;
    /// <summary>Levels of all filters together; beyond it no filter is granted.</summary>
    public const int NodesMax = 1_000_000;

    private const byte Separator = (byte)'/', Plus = (byte)'+', Hash = (byte)'#', Dollar = (byte)'$';

    private readonly Node _root = new();
    private readonly Dictionary<byte[], Route> _routes = new(names);
    private int _cachedBytes;
    private int _version;
    private int _match;

    /// <summary>Levels of all filters together.</summary>
    public int NodeCount { get; private set; }

    /// <summary>Filters of all sessions.</summary>
    public int HolderCount { get; private set; }

    /// <summary>Counts changes: what was true of a route may not be any more.</summary>
    public int Version => _version;

    public void Set(Session session, in Subscription subscription)
    {
        var receiver = Receiver.Of(session, subscription);
        if (SharedFilter.TrySplit(subscription.Filter, out var name, out var filter))
        {
            var share = ShareOf(NodeOf(filter), name);
            if (!share.Has(session)) HolderCount++;
            share.Set(receiver);
        }
        else
        {
            var holders = NodeOf(subscription.Filter).Holders ??= [];
            var index = holders.FindIndex(r => r.Session == session);
            if (index < 0) HolderCount++;
            if (index >= 0) holders[index] = receiver;
            else holders.Add(receiver);
        }
        _version++;
    }

    public void Remove(Session session, ReadOnlySpan<byte> filter)
    {
        var isShared = SharedFilter.TrySplit(filter, out var name, out var inner);
        Remove(_root, session, isShared ? inner : filter, name);
        _version++;
    }

    /// <summary>
    /// What a session receives of its own messages: that of its filters without no-local; null: nothing.
    /// </summary>
    public static Receiver? FindLocal(Session session, ReadOnlySpan<byte> topic)
    {
        Receiver? found = null;
        foreach (var subscription in session.Subscriptions)
        {
            if (subscription.Options.NoLocal || !Topics.Matches(subscription.Filter, topic)) continue;
            if (SharedFilter.TrySplit(subscription.Filter, out _, out _)) continue;
            var receiver = Receiver.Of(session, subscription);
            found = found?.With(receiver) ?? receiver;
        }
        return found;
    }

    /// <summary>
    /// Who of an open route receives one message: a member of each share, and not who leaves out its own.
    /// </summary>
    public static List<Receiver> Choose(
        Route route, Session? publisher, ReadOnlySpan<byte> topic, List<Receiver> chosen)
    {
        chosen.Clear();
        foreach (var receiver in route.Receivers)
        {
            var isOwn = receiver.NoLocal && receiver.Session == publisher;
            if (!isOwn) chosen.Add(receiver);
            else if (FindLocal(receiver.Session, topic) is { } local) chosen.Add(local);
        }
        foreach (var share in route.Shares)
            if (share.Choose() is { } member) chosen.Add(member);
        return chosen;
    }

    /// <summary>The same for a publisher, which mostly writes to the topic that it wrote to last.</summary>
    public Route Find(Session publisher, ReadOnlySpan<byte> topic)
    {
        if (publisher.LastRoute is { } last && last.Version == _version && topic.SequenceEqual(last.Topic))
            return last;
        return publisher.LastRoute = Find(topic);
    }

    /// <summary>The receivers of a valid topic name.</summary>
    public Route Find(ReadOnlySpan<byte> topic)
    {
        var routes = _routes.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (routes.TryGetValue(topic, out var route) && route.Version == _version) return route;
        if (route is null)
        {
            if (_routes.Count >= CachedTopicsMax || _cachedBytes >= CachedBytesMax)
            {
                _routes.Clear();
                _cachedBytes = 0;
            }
            _cachedBytes += topic.Length + RouteBytes;
            var name = topic.ToArray();
            _routes[name] = route = new Route(name);
        }
        route.Receivers.Clear();
        route.Shares.Clear();
        route.Version = _version;
        _match++;
        _cachedBytes -= route.Receivers.Capacity * ReceiverBytes;
        Collect(_root, topic, route, topic[0] == Dollar);
        route.IsOpen = route.Shares.Count > 0 || route.Receivers.Exists(static r => r.NoLocal);
        _cachedBytes += route.Receivers.Capacity * ReceiverBytes;
        return route;
    }

    /// <summary>
    /// Walks the tree; leading wildcards do not match topics that begin with $ (MQTT-4.7.2-1).
    /// </summary>
    private void Collect(Node node, ReadOnlySpan<byte> rest, Route found, bool noWildcard)
    {
        if (!noWildcard && node.Everything is { } all) Add(all, found);
        var end = rest.IndexOf(Separator);
        var level = end < 0 ? rest : rest[..end];
        if (node.Levels is { } levels
            && levels.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(level, out var exact))
            Descend(exact, rest, end, found);
        if (!noWildcard && node.AnyLevel is { } any) Descend(any, rest, end, found);
    }

    private void Descend(Node node, ReadOnlySpan<byte> rest, int end, Route found)
    {
        if (end >= 0)
        {
            Collect(node, rest[(end + 1)..], found, noWildcard: false);
            return;
        }
        Add(node, found);
        if (node.Everything is { } parents) Add(parents, found);
    }

    private void Add(Node node, Route found)
    {
        if (node.Shares is { } shares) found.Shares.AddRange(shares);
        if (node.Holders is not { } holders) return;
        foreach (var holder in holders)
        {
            var session = holder.Session;
            if (session.MatchNumber != _match)
            {
                session.MatchNumber = _match;
                session.MatchIndex = found.Receivers.Count;
                found.Receivers.Add(holder);
            }
            else found.Receivers[session.MatchIndex] = found.Receivers[session.MatchIndex].With(holder);
        }
    }

    private static Share ShareOf(Node node, ReadOnlySpan<byte> name)
    {
        var shares = node.Shares ??= [];
        foreach (var known in shares)
            if (name.SequenceEqual(known.Name)) return known;
        var share = new Share(name.ToArray());
        shares.Add(share);
        return share;
    }

    private Node NodeOf(ReadOnlySpan<byte> filter)
    {
        var node = _root;
        while (true)
        {
            var end = filter.IndexOf(Separator);
            var level = end < 0 ? filter : filter[..end];
            var child = node.Find(level);
            if (child is null) NodeCount++;
            node = child ?? node.Child(level, names);
            if (end < 0) return node;
            filter = filter[(end + 1)..];
        }
    }

    /// <summary>Removes the holder and every node that is empty then; true when this node is.</summary>
    private bool Remove(Node node, Session session, ReadOnlySpan<byte> filter, ReadOnlySpan<byte> share)
    {
        var end = filter.IndexOf(Separator);
        var level = end < 0 ? filter : filter[..end];
        if (node.Find(level) is not { } child) return false;
        if (end >= 0) Remove(child, session, filter[(end + 1)..], share);
        else if (share.IsEmpty) HolderCount -= child.Holders?.RemoveAll(r => r.Session == session) ?? 0;
        else HolderCount -= child.Leave(session, share);
        if (child.IsEmpty)
        {
            node.Drop(level);
            NodeCount--;
        }
        return node.IsEmpty;
    }

    private sealed class Node
    {
        public Dictionary<byte[], Node>? Levels;
        public Node? AnyLevel;
        public Node? Everything;
        public List<Receiver>? Holders;
        public List<Share>? Shares;

        public bool IsEmpty => (Levels is null || Levels.Count == 0) && AnyLevel is null && Everything is null
            && (Holders is null || Holders.Count == 0) && (Shares is null || Shares.Count == 0);

        /// <summary>Takes a member out of a share; how often it was in it.</summary>
        public int Leave(Session session, ReadOnlySpan<byte> share)
        {
            for (var i = 0; i < (Shares?.Count ?? 0); i++)
            {
                if (!share.SequenceEqual(Shares![i].Name)) continue;
                var count = Shares[i].Remove(session);
                if (Shares[i].IsEmpty) Shares.RemoveAt(i);
                return count;
            }
            return 0;
        }

        public Node? Find(ReadOnlySpan<byte> level)
        {
            if (level is [Plus]) return AnyLevel;
            if (level is [Hash]) return Everything;
            Node? child = null;
            Levels?.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(level, out child);
            return child;
        }

        public Node Child(ReadOnlySpan<byte> level, BytesComparer names)
        {
            if (level is [Plus]) return AnyLevel ??= new Node();
            if (level is [Hash]) return Everything ??= new Node();
            Levels ??= new Dictionary<byte[], Node>(names);
            var lookup = Levels.GetAlternateLookup<ReadOnlySpan<byte>>();
            if (!lookup.TryGetValue(level, out var child)) lookup[level] = child = new Node();
            return child;
        }

        public void Drop(ReadOnlySpan<byte> level)
        {
            if (level is [Plus]) AnyLevel = null;
            else if (level is [Hash]) Everything = null;
            else Levels?.GetAlternateLookup<ReadOnlySpan<byte>>().Remove(level);
        }
    }
}
