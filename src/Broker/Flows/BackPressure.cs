using System.Runtime.InteropServices;
using LightMq.Broker.Connections;
using LightMq.Broker.Durability;
using LightMq.Broker.Messages;
using LightMq.Broker.Routing;
using LightMq.Broker.Sessions;
using LightMq.Broker.Settings;
using LightMq.Mqtt;

namespace LightMq.Broker.Flows;

/// <summary>
/// Bounds instead of loss (design page, "Nothing accepted is dropped"): says whether a publish has room,
/// parks it where not, and drops only where a policy says so.
/// </summary>
internal sealed class BackPressure(
    Turn turn, BrokerOptions options, MessagePool messages, RetainedMessages retained, Journal journal,
    Dropping dropping, SubscriptionTree tree, SlotTable slots)
{
    private const long ReportEveryMilliseconds = 60_000;
    private readonly List<Connection> _blocked = [];
    private Session? _blocker;
    private long _reportedAt = -ReportEveryMilliseconds;

    /// <summary>Connections with parked publishes, oldest first.</summary>
    public IReadOnlyList<Connection> Blocked => _blocked;

    /// <summary>Whether the disk refuses for want of room.</summary>
    public bool IsDiskFull { get; set; }

    /// <summary>Whether every queue that must take a QoS 1 or 2 message has room for it.</summary>
    public bool HasRoom(
        List<Receiver> recipients, int messageBytes, bool mustBeStored, bool fromBridge)
    {
        _blocker = null;
        var persistent = mustBeStored;
        var bytes = messageBytes + Delivering.OverheadBytes;
        var any = false;
        foreach (ref readonly var recipient in CollectionsMarshal.AsSpan(recipients))
        {
            var session = recipient.Session;
            if (recipient.Qos == 0 || recipient.IsLost || (fromBridge && session.Bridge >= 0)) continue;
            any = true;
            persistent |= recipient.IsKept;
            if (PolicyOf(session) != DropPolicy.Stop || Fits(session, bytes)) continue;
            _blocker = session;
            return false;
        }
        if (!any && !mustBeStored) return true;
        var isDiskWaiting = journal.IsFull
            || (IsDiskFull && options.DiskFull == DropPolicy.Stop && !slots.HasFreed);
        if (persistent && isDiskWaiting) return false;
        var isOver = turn.Counters.QueuedBytes + bytes > options.QueuesBytesMax;
        if (isOver && options.QueueFull == DropPolicy.Stop) return false;
        return messages.Bytes - retained.BufferBytes <= options.MemoryBytesMax;
    }

    /// <summary>Whether one client's queue may take one more QoS 1 or 2 message.</summary>
    public bool HasRoom(Session session, int messageBytes) =>
        FitsAsItIs(session, messageBytes + Delivering.OverheadBytes)
        && (session.IsClean || !(journal.IsFull || IsDiskFull))
        && turn.Counters.QueuedBytes + messageBytes <= options.QueuesBytesMax
        && messages.Bytes - retained.BufferBytes <= options.MemoryBytesMax;

    /// <summary>
    /// Whether a waiting message may be added to a QoS 0 receiver. QoS 0 may take half of the common bounds.
    /// </summary>
    public bool HasRoomForQos0(Session session, int messageBytes) =>
        FitsAsItIs(session, messageBytes + Delivering.OverheadBytes)
        && turn.Counters.QueuedBytes + messageBytes <= options.QueuesBytesMax / 2
        && messages.Bytes - retained.BufferBytes <= options.MemoryBytesMax / 2;

    /// <summary>
    /// Whether a client's queue takes a presence event. They get half of each bound, so that no flood of
    /// connects makes publishers wait; what is beyond is dropped and counted here.
    /// </summary>
    public bool TakesPresence(Session session, int messageBytes)
    {
        var bytes = messageBytes + Delivering.OverheadBytes;
        var fits = turn.Counters.QueuedBytes + bytes <= options.QueuesBytesMax / 2
            && messages.Bytes - retained.BufferBytes <= options.MemoryBytesMax / 2
            && (!session.HasQueue || (session.Queue.Count < options.QueueMessagesMax / 2
                && session.Queue.Bytes + bytes <= BytesMaxOf(session) / 2));
        if (!fits) Dropped(session, DropReason.Presence);
        return fits;
    }

    /// <summary>Makes room as the policy says; false: the new message is the one to go.</summary>
    public bool MakeRoom(Session session, ReadOnlySpan<byte> topic, int messageBytes)
    {
        if (IsDiskFull && options.DiskFull == DropPolicy.DropNewest
            && session is { IsPersistent: true, IsBridging: false })
        {
            Dropped(session, DropReason.DiskDropNewest);
            return false;
        }
        var bytes = messageBytes + Delivering.OverheadBytes;
        while (!FitsAsItIs(session, bytes) &&
            dropping.DropOldest(session, DropReason.Qos0Shed, qosMax: 0)) { }
        var policy = PolicyOf(session);
        var room = turn.Counters.QueuedBytes - bytes;
        // At the common bound a client makes room for its own message, and no more.
        while (policy != DropPolicy.Stop && (!Fits(session, bytes)
            || turn.Counters.QueuedBytes > Math.Max(room, options.QueuesBytesMax - bytes)))
        {
            if (policy == DropPolicy.KeepLatestPerTopic && dropping.DropSameTopic(session, topic))
            {
                Report(BrokerEventKind.Dropping, session, "its queue is full; older messages of a topic go");
                continue;
            }
            if (policy != DropPolicy.DropNewest && dropping.DropOldest(session, DropReason.QueueDropOldest))
            {
                Report(BrokerEventKind.Dropping, session, "its queue is full and the oldest messages go");
                continue;
            }
            Dropped(session, DropReason.QueueDropNewest);
            return false;
        }
        return true;
    }

    /// <summary>A full disk with the policy drop-oldest: the older half of what waits offline goes.</summary>
    public void DropForDisk(IEnumerable<Session> sessions)
    {
        if (options.DiskFull != DropPolicy.DropOldest) return;
        foreach (var session in sessions)
        {
            if (!session.IsPersistent || session.IsBridging || !session.HasQueue) continue;
            for (var left = session.Queue.Count / 2; left > 0; left--)
                if (!dropping.DropOldest(session, DropReason.DiskDropOldest)) break;
        }
    }

    /// <summary>The next park is for a bound of the publisher's own.</summary>
    public void BlockedByItself(Session publisher) => _blocker = publisher;

    /// <summary>The next park is for the quota of messages, which is common to all.</summary>
    public void BlockedByQuota()
    {
        _blocker = null;
        turn.Counters.Slowed++;
    }

    /// <summary>The next park is for a bound common to all.</summary>
    public void BlockedByAll() => _blocker = null;

    /// <summary>Puts a publish, or the refusal of one, aside until there is room.</summary>
    public void Park(Connection connection, in ParkedPublish entry)
    {
        var parked = connection.Parked ??= new ParkedPublishes();
        if (parked.Count == 0)
        {
            Remember(parked);
            _blocked.Add(connection);
            Report(BrokerEventKind.BackPressure, _blocker, _blocker is null
                ? "publishers wait: queues, memory or the disk are full, or the messages of a quota used up"
                : "publishers wait: this client's queue is full");
        }
        parked.Add(entry);
        if (entry is { Packet: null, Reason: not ReasonCode.Success })
            turn.Counters.Drop(DropReason.Refused);
        else turn.Counters.Parked++;
    }

    /// <summary>What was published with QoS 1 was taken; its PUBACK waits behind those that are
    /// parked.</summary>
    public void ParkAnswer(Connection connection, ushort packetId) =>
        Park(connection, new ParkedPublish(null, packetId, Qos: 1, ReasonCode.Success));

    /// <summary>
    /// Whether the connection has parked all it may. Of a gateway all is parked that it may send
    /// unacknowledged: none of it may be refused while what follows is taken (LMQ-CORE-4), and its
    /// acknowledgements must be read.
    /// </summary>
    public bool IsParkFull(Connection connection) => connection.Parked is { Count: > 0 } parked
        && (connection.Session is { IsGateway: true } && connection.Terms is not null
            ? parked.Bytes >= options.MemoryBytesMax / 4
            : parked.Count >= options.ParkedPacketsMax || parked.Bytes >= options.ParkedBytesMax);

    /// <summary>Whether the oldest parked publish of the connection is worth another try.</summary>
    public bool MayRetry(Connection connection) => connection.Parked is { Count: > 0 } parked
        && (parked.Peek().Packet is null || parked.TreeVersion != tree.Version
            || parked.BlockedBy is not { IsGone: false } blocker || Fits(blocker, Delivering.OverheadBytes));

    /// <summary>Whether the last publish without room failed at a bound common to all.</summary>
    public bool IsCommonBound => _blocker is null;

    /// <summary>The oldest parked publish went through (true) or found no room again.</summary>
    public void Tried(Connection connection, bool wentThrough)
    {
        var parked = connection.Parked!;
        if (!wentThrough)
        {
            Remember(parked);
            return;
        }
        parked.Remove();
        if (parked.Count == 0) Forget(connection);
    }

    /// <summary>The connection ended; what it parked was never acknowledged.</summary>
    public void Forget(Connection connection)
    {
        if (connection.Parked is null) return;
        connection.Parked = null;
        _blocked.Remove(connection);
    }

    /// <summary>Whether a client's full queue makes others wait.</summary>
    public bool IsFull(Session session) =>
        session.HasQueue && !Fits(session, Delivering.OverheadBytes + options.PacketBytesMax);

    /// <summary>Whether a message fits, if all QoS 0 messages in the queue make way for it.</summary>
    private bool Fits(Session session, int bytes)
    {
        if (!session.HasQueue) return true;
        var queue = session.Queue;
        var count = queue.Count - queue.Qos0Count;
        return count == 0 || (count < options.QueueMessagesMax
            && queue.Bytes - queue.Qos0Bytes + bytes <= BytesMaxOf(session));
    }

    /// <summary>Whether a message fits beside all that is there.</summary>
    private bool FitsAsItIs(Session session, int bytes) => !session.HasQueue || session.Queue.Count == 0
        || (session.Queue.Count < options.QueueMessagesMax
            && session.Queue.Bytes + bytes <= BytesMaxOf(session)
            && session.Queue.Span < options.QueueMessagesMax + DeliveryQueue.OwnIds);

    /// <summary>A clean session's queue lies in memory, so no single one may fill it.</summary>
    private long BytesMaxOf(Session session) => session.IsPersistent
        ? options.QueueBytesMax
        : Math.Min(options.QueueBytesMax, options.MemoryBytesMax / 4);

    private void Remember(ParkedPublishes parked)
    {
        parked.BlockedBy = _blocker;
        parked.TreeVersion = tree.Version;
    }

    private DropPolicy PolicyOf(Session session) => session.IsBridging ? DropPolicy.Stop : options.QueueFull;

    private void Dropped(Session session, DropReason reason)
    {
        turn.Counters.Drop(reason);
        Report(BrokerEventKind.Dropping, session, $"new messages are dropped: {reason}");
    }

    private void Report(BrokerEventKind kind, Session? session, string detail)
    {
        var last = session?.ReportedAt ?? _reportedAt;
        if (turn.Now.Milliseconds - last < ReportEveryMilliseconds) return;
        if (session is null) _reportedAt = turn.Now.Milliseconds;
        else session.ReportedAt = turn.Now.Milliseconds;
        turn.Report(kind, session?.ClientText ?? "", null, detail);
    }
}
