using LightMq.Broker.Bridges;
using LightMq.Broker.Messages;
using LightMq.Broker.Routing;
using LightMq.Broker.Sessions;
using LightMq.Broker.Settings;

namespace LightMq.Broker.Durability;

/// <summary>
/// Gathers what must become durable into groups, one under way at a time. Urgent changes set a time by which
/// the group leaves; the others ride along, or leave with the housekeeping.
/// </summary>
internal sealed class Journal(Turn turn, BrokerOptions options, SlotTable slots, RetainedMessages retained)
{
    private const int SlotBytesMax = 128 << 10;

    private readonly ByteWriter _slot = new();
    private readonly ByteWriter _scratch = new();
    private readonly List<Session> _dirtySessions = [];
    private readonly List<Session> _dirtyProgress = [];
    private readonly List<StoredTarget> _targets = [];
    private int _slotKey = -1;
    private Pending _building = new();
    private Pending _underWay = new();
    private long _number;
    private bool _isUnderWay;
    private long _dueAt = long.MaxValue;
    private long _housekeepingAt = long.MaxValue;
    private int _urgent;
    private bool _isAgeing;

    /// <summary>The stream of this start; set when the engine starts.</summary>
    public Epoch Epoch { get; set; } = new(0, 0, 0);

    /// <summary>Bytes that wait for the disk.</summary>
    public int Bytes => _building.Bytes + _slot.Length + (_isUnderWay ? _underWay.Bytes : 0);

    /// <summary>Whether what waits for the disk is at its bound: those who would add to it wait.</summary>
    public bool IsFull => Bytes > options.GroupBytesMax;

    /// <summary>Whether nothing waits and nothing is under way.</summary>
    public bool IsIdle => !_isUnderWay && !HasWork;

    /// <summary>When the group must leave, unless one is under way.</summary>
    public long Deadline => _isUnderWay ? long.MaxValue : Math.Min(_dueAt, _housekeepingAt);

    private bool HasWork => !_building.IsEmpty || _slotKey >= 0 || _dirtySessions.Count > 0
        || _dirtyProgress.Count > 0 || retained.Dirty.Count > 0 || _isAgeing;

    /// <summary>
    /// Adds a message with every place that still waits for it. The caller's reference is kept until the
    /// group is stored.
    /// </summary>
    public void Add(Message message)
    {
        message.Keeping = Keeping.Journaled;
        _building.Messages.Add(message);
        turn.Counters.Journaled++;
        Urgent();
        _isAgeing |= message.ExpiresAt > 0;
        if (message.ChangesRetained) retained.Store(message.Topic);
        CollectTargets(message);
        if (_targets.Count == 0) return;
        if (_slotKey < 0) _slotKey = slots.Take();
        foreach (var target in message.Targets) Place(target, message);
        MessageRecord.Write(_slot, message, message.Epoch ?? Epoch,
            System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_targets));
        if (_slot.Length >= SlotBytesMax) SealSlot();
    }

    /// <summary>Whether a change of the session's document is not durable yet.</summary>
    public bool IsPending(Session session) => session.StoredWith > (_isUnderWay ? _number - 1 : _number);

    /// <summary>The session's document changed and what confirms it waits: it leaves soon.</summary>
    public void SessionChanged(Session session)
    {
        MarkSession(session);
        Urgent();
    }

    /// <summary>The session's document is to be removed, with its progress.</summary>
    public void SessionRemoved(Session session)
    {
        if (!session.IsStored) return;
        _building.Group.Delete(StoreCollection.Sessions, session.Number);
        _building.Group.Delete(StoreCollection.Progress, session.Number);
        session.IsStored = false;
        Urgent();
    }

    /// <summary>Acknowledgements moved; rides with the next group.</summary>
    public void ProgressChanged(Session session)
    {
        if (session.ProgressDirty) return;
        session.ProgressDirty = true;
        _dirtyProgress.Add(session);
        Housekeep();
    }

    /// <summary>QoS 2 state moved, and an answer waits for it.</summary>
    public void ExactProgressChanged(Session session)
    {
        ProgressChanged(session);
        Urgent();
    }

    /// <summary>A retained message changed that nobody waits for.</summary>
    public void Housekeep()
    {
        if (_housekeepingAt == long.MaxValue)
            _housekeepingAt = turn.Now.Milliseconds + options.HousekeepingSeconds * 1000L;
    }

    /// <summary>Messages wait that are kept for so many days: the age rides with the next group.</summary>
    public void Age()
    {
        _isAgeing = true;
        Housekeep();
    }

    /// <summary>The age and the time ride with the group that is being made.</summary>
    public void AgeNow() => _isAgeing = true;

    /// <summary>Sets a value of the engine's own.</summary>
    public void PutMeta(int key, ReadOnlySpan<byte> value)
    {
        _building.Group.Put(StoreCollection.Meta, key, value);
        Urgent();
    }

    /// <summary>Sets a value that somebody waits for.</summary>
    public void Put(StoreCollection collection, int key, ReadOnlySpan<byte> value)
    {
        _building.Group.Put(collection, key, value);
        Urgent();
    }

    /// <summary>Removes a value.</summary>
    public void Delete(StoreCollection collection, int key) => _building.Group.Delete(collection, key);

    /// <summary>To be done once everything added so far is durable.</summary>
    public void Confirm(in Confirmation confirmation)
    {
        _building.Confirmations.Add(confirmation);
        Urgent();
    }

    /// <summary>Lets the group leave now, whatever its time.</summary>
    public void Hurry()
    {
        if (HasWork) _dueAt = long.MinValue;
    }

    /// <summary>At the end of an input: hands the group over if it is due and none is under way.</summary>
    public void Leave()
    {
        if (_isUnderWay || Deadline > turn.Now.Milliseconds) return;
        _dueAt = _housekeepingAt = long.MaxValue;
        _urgent = 0;
        if (!HasWork) return;
        Complete();
        (_building, _underWay) = (_underWay, _building);
        _isUnderWay = true;
        _underWay.Group.Number = ++_number;
        turn.Counters.Groups++;
        turn.Effects.Store(_underWay.Group);
    }

    /// <summary>The group under way is durable; the caller works through what waited for it.</summary>
    public Pending? Stored(long number)
    {
        if (!_isUnderWay || number != _number) return null;
        _isUnderWay = false;
        turn.RoomFreed = true;
        return _underWay;
    }

    private void Urgent()
    {
        var now = turn.Now.Milliseconds;
        if (++_urgent >= options.GroupMessagesMax) _dueAt = now;
        else if (_dueAt == long.MaxValue) _dueAt = now + options.GroupMilliseconds;
    }

    private void MarkSession(Session session)
    {
        session.IsStored = true;
        session.StoredWith = _number + 1;
        _isAgeing |= session.OfflineSince >= 0;
        if (session.IsDirty) return;
        session.IsDirty = true;
        _dirtySessions.Add(session);
    }

    private void CollectTargets(Message message)
    {
        _targets.Clear();
        foreach (var (session, sequence) in message.Targets)
            if (Waits(session, sequence, message))
            {
                ref var delivery = ref session.Queue.At(sequence);
                var wasSent = delivery.State == DeliveryState.Sent || delivery.ComesAgain;
                _targets.Add(new StoredTarget(
                    session.Number, sequence, delivery.Qos, delivery.Retain, delivery.StreamNumber,
                    delivery.Identifiers, wasSent));
                _isAgeing |= session.IsKeptForDays;
                if (!session.IsStored) MarkSession(session);
            }
    }

    private void Place(in Target target, Message message)
    {
        if (!Waits(target.Session, target.Sequence, message)) return;
        ref var delivery = ref target.Session.Queue.At(target.Sequence);
        if (delivery.Slot >= 0) return;
        delivery.Slot = _slotKey;
        slots.Hold(_slotKey, delivery.Bytes);
    }

    private static bool Waits(Session session, long sequence, Message message) => !session.IsGone
        && session.Queue.Holds(sequence) && session.Queue.At(sequence).Message == message;

    private void Complete()
    {
        if (_slotKey >= 0) SealSlot();
        foreach (var session in _dirtySessions) WriteSession(session);
        _dirtySessions.Clear();
        foreach (var session in _dirtyProgress) WriteProgress(session);
        _dirtyProgress.Clear();
        foreach (var entry in retained.Dirty) retained.Write(entry, _building.Group, _scratch, Epoch);
        retained.Dirty.Clear();
        if (_isAgeing) WriteAge();
        foreach (var key in slots.TakeSurplus()) _building.Group.Delete(StoreCollection.Slots, key);
    }

    /// <summary>What expires is measured by it after a restart.</summary>
    private void WriteAge()
    {
        _isAgeing = false;
        _scratch.Reset();
        _scratch.I64(turn.Age);
        _scratch.I64(turn.Now.Trusted ? turn.Now.UnixMilliseconds : 0);
        _scratch.I64(turn.KnownUnixMilliseconds);
        _building.Group.Put(StoreCollection.Meta, Recovery.AgeKey, _scratch.Written);
    }

    private void WriteSession(Session session)
    {
        session.IsDirty = false;
        if (session.IsGone) return;
        _scratch.Reset();
        SessionRecord.Write(_scratch, session);
        _building.Group.Put(StoreCollection.Sessions, session.Number, _scratch.Written);
    }

    private void WriteProgress(Session session)
    {
        session.ProgressDirty = false;
        if (session.IsGone || !session.IsStored) return;
        _scratch.Reset();
        ProgressRecord.Write(_scratch, session);
        _building.Group.Put(StoreCollection.Progress, session.Number, _scratch.Written);
    }

    private void SealSlot()
    {
        if (slots.IsLive(_slotKey)) _building.Group.Put(StoreCollection.Slots, _slotKey, _slot.Written);
        slots.Seal(_slotKey, _slot.Length);
        _slot.Reset();
        _slotKey = -1;
    }
}

/// <summary>What one group holds and what waits for it.</summary>
internal sealed class Pending
{
    private const int ItemBytes = 128;

    public StoreGroup Group { get; } = new();
    public List<Message> Messages { get; } = [];
    public List<Confirmation> Confirmations { get; } = [];

    public bool IsEmpty => Group.IsEmpty && Messages.Count == 0 && Confirmations.Count == 0;

    /// <summary>Bytes that it holds, what waits for it included.</summary>
    public int Bytes => Group.Bytes + ItemBytes * (Messages.Count + Confirmations.Count);

    public void Reset()
    {
        Group.Reset();
        Messages.Clear();
        Confirmations.Clear();
    }
}
