using LightMq.Broker.Durability;
using LightMq.Broker.Messages;
using LightMq.Broker.Sessions;
using LightMq.Broker.Settings;
using LightMq.Lmq;

namespace LightMq.Broker.Flows;

/// <summary>
/// Stored messages between memory and disk: lets them go while memory is short, reads them back when their
/// turn comes, and packs sparse slots anew.
/// </summary>
internal sealed class Paging(
    Turn turn, BrokerOptions options, MessagePool messages, SlotTable slots, Hold hold, SessionTable sessions)
{
    private const int ReadAheadMin = 256, SlotsAtOnce = 2, LookedAhead = 128;

    private readonly HashSet<int> _loading = [];
    private HashSet<Session> _waiting = [];
    private HashSet<Session> _ready = [];

    /// <summary>Lets a stored message go from memory while memory is short.</summary>
    public void LetGo(Session session, long sequence)
    {
        if (messages.Bytes >= options.MemoryBytesMax / 2) GiveBack(session, sequence);
    }

    /// <summary>Lets a stored message go from memory.</summary>
    public void GiveBack(Session session, long sequence)
    {
        ref var delivery = ref session.Queue.At(sequence);
        if (delivery.Slot < 0) return;
        if (delivery.State > DeliveryState.Sent || delivery.Message is not { } message) return;
        delivery.Message = null;
        messages.Release(message);
    }

    /// <summary>Asks for the slots of the next messages, two at a time.</summary>
    public void Load(Session session)
    {
        _waiting.Add(session);
        var queue = session.Queue;
        var asked = 0;
        foreach (var sequence in queue.Backlog?.Drawn ?? [])
        {
            if (asked == SlotsAtOnce) break;
            if (queue.Holds(sequence)) Ask(queue.At(sequence), ref asked);
        }
        asked = 0;
        var end = Math.Min(queue.Tail, queue.Next + 512);
        for (var sequence = queue.Next; sequence < end && asked < SlotsAtOnce; sequence++)
            Ask(queue.At(sequence), ref asked);
    }

    /// <summary>
    /// Asks for what may be drawn next, so that it is there when it is: reads wait behind commits.
    /// </summary>
    public void LookAhead(Session session, PullOrder order)
    {
        if (!session.HasQueue || session.Queue.Backlog is not { } backlog) return;
        var asked = 0;
        var sequence = backlog.NextOpen(order);
        for (var left = LookedAhead; left > 0 && sequence != 0 && asked < SlotsAtOnce; left--)
        {
            ref var delivery = ref backlog.At(sequence);
            if (!HasSpare && delivery is { Message: null, Slot: >= 0 }) GiveBackAhead(session, backlog);
            if (!HasSpare) return;
            Ask(delivery, ref asked);
            sequence = order == PullOrder.OldestFirst ? backlog.After(sequence) : backlog.Before(sequence);
        }
    }

    /// <summary>Lets go of what was read ahead, of this client, and is not drawn.</summary>
    public void GiveBackAhead(Session session, Backlog backlog)
    {
        foreach (var sequence in backlog.ReadAhead)
            if (backlog.Holds(sequence) && !backlog.At(sequence).IsTaken) GiveBack(session, sequence);
        backlog.ForgetReadAhead();
    }

    private bool HasSpare => messages.Bytes < options.MemoryBytesMax / 4;

    private void Ask(in Delivery delivery, ref int asked)
    {
        if (delivery is not { Message: null, Slot: >= 0, State: DeliveryState.Waiting }) return;
        if (_loading.Contains(delivery.Slot)) asked++;
        if (!_loading.Add(delivery.Slot)) return;
        turn.Effects.Load(delivery.Slot);
        asked++;
    }

    /// <summary>A slot was read back: fills the places that wait for it.</summary>
    public void Loaded(int slot, ReadOnlySpan<byte> bytes)
    {
        _loading.Remove(slot);
        var reader = new ByteReader(bytes);
        while (!reader.IsAtEnd)
        {
            var record = MessageRecord.Read(ref reader);
            Message? message = null;
            for (var i = 0; i < record.TargetCount; i++)
            {
                var target = record.Target(i);
                if (sessions.Find(target.Session) is not { HasQueue: true } session) continue;
                if (!IsWanted(session, target.Sequence, slot)) continue;
                message ??= Revive(record);
                message.References++;
                message.AddTarget(session, target.Sequence);
                session.Queue.At(target.Sequence).Message = message;
                if (target.Sequence < session.Queue.Head) session.Queue.Backlog!.HasRead(target.Sequence);
            }
            if (message is not null) messages.Release(message);
        }
    }

    /// <summary>
    /// Those that wait for a slot, to be tried again: what they asked for may have been dropped meanwhile, so
    /// that they need another. Valid until the next call.
    /// </summary>
    public IReadOnlyCollection<Session> TakeWaiting()
    {
        (_waiting, _ready) = (_ready, _waiting);
        _waiting.Clear();
        return _ready;
    }

    /// <summary>The slot was asked for and could not be read.</summary>
    public void Forget(int slot) => _loading.Remove(slot);

    /// <summary>Writes the live messages of a sparse slot anew, so that the slot becomes free.</summary>
    public void Repack(int slot, ReadOnlySpan<byte> bytes)
    {
        var reader = new ByteReader(bytes);
        while (!reader.IsAtEnd)
        {
            var record = MessageRecord.Read(ref reader);
            var message = Revive(record);
            for (var i = 0; i < record.TargetCount; i++)
            {
                var target = record.Target(i);
                if (sessions.Find(target.Session) is { HasQueue: true } session
                    && session.Queue.Holds(target.Sequence)
                    && session.Queue.At(target.Sequence).Slot == slot)
                    Move(session, target.Sequence, message);
            }
            if (message.Unacknowledged > 0)
            {
                message.Keeping = Keeping.Volatile;
                hold.Commit(message);
            }
            messages.Release(message);
        }
    }

    private void Move(Session session, long sequence, Message message)
    {
        ref var delivery = ref session.Queue.At(sequence);
        slots.Release(delivery.Slot, delivery.Bytes);
        delivery.Slot = -1;
        if (delivery.Message is { } old) messages.Release(old);
        delivery.Message = message;
        message.References++;
        message.AddTarget(session, sequence);
    }

    private bool IsWanted(Session session, long sequence, int slot)
    {
        var queue = session.Queue;
        if (!queue.Holds(sequence)) return false;
        if (sequence < queue.Head) return IsWantedApart(session, queue.At(sequence), slot);
        if (sequence < queue.Next) return false;
        // Not so few that a slot is read again for each message of a small window.
        if (sequence >= queue.Next + 2 * Math.Max(session.Window, ReadAheadMin)) return false;
        ref var delivery = ref queue.At(sequence);
        return delivery.Slot == slot && delivery is { Message: null, State: DeliveryState.Waiting };
    }

    /// <summary>What is drawn, and its neighbours while there is memory to spare.</summary>
    private bool IsWantedApart(Session session, in Delivery delivery, int slot) => delivery.Slot == slot
        && delivery is { Message: null, State: DeliveryState.Waiting } && session.Connection is not null
        && (delivery.IsTaken || HasSpare);

    private Message Revive(in MessageRecord record)
    {
        var message = messages.Take(record.Topic, record.Properties, record.Payload);
        message.ExpiresAt = record.ExpiresAt;
        message.AcceptedAt = record.AcceptedAt;
        message.Qos = record.Qos;
        message.Retain = record.Retain;
        message.Origin = record.Origin;
        message.OrderNumber = record.OrderNumber;
        message.Publisher = new Publisher(record.Publisher.ToArray());
        message.Epoch = Bridges.Epoch.Read(record.EpochBytes);
        message.Keeping = Keeping.Durable;
        message.IsSafe = true;
        return message;
    }
}
