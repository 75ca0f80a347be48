using LightMq.Broker.Bridges;
using LightMq.Broker.Messages;
using LightMq.Broker.Registry;
using LightMq.Broker.Routing;
using LightMq.Broker.Sessions;
using LightMq.Broker.Settings;

namespace LightMq.Broker.Durability;

/// <summary>Builds the engine's state from what the store holds; values may come in any order.</summary>
internal sealed class Recovery(
    BrokerOptions options, Counters counters, SessionTable sessions, SubscriptionTree tree, SlotTable slots,
    RetainedMessages retained, MessagePool messages, Register register)
{
    /// <summary>Key of the epoch on the <see cref="StoreCollection.Meta"/> shelf.</summary>
    public const int EpochKey = 1;
    /// <summary>Key of the age on the same shelf.</summary>
    public const int AgeKey = 2;

    private readonly Dictionary<int, ProgressRecord> _progress = [];
    private readonly List<Place> _places = [];

    private readonly record struct Place(
        int Session, long Sequence, int Slot, int Bytes, byte Qos, bool Retain, long StreamNumber,
        uint[]? Identifiers, uint ExpiresAt, uint AcceptedAt, bool WasSent);

    /// <summary>Starts of the broker on this store so far.</summary>
    public uint Boot { get; private set; }

    /// <summary>The last time that was written down: it cannot be earlier now. 0: none.</summary>
    public long KnownUnixMilliseconds { get; private set; }

    private long _age;
    private long _ageUnixMilliseconds;

    /// <summary>
    /// The store's age now: as last stored, and the time since by the wall clock if it can be relied on.
    /// </summary>
    public long AgeAt(in Now now)
    {
        if (!now.Trusted || _ageUnixMilliseconds == 0) return _age;
        return _age + Math.Max(0, now.UnixMilliseconds - _ageUnixMilliseconds);
    }

    /// <summary>Values that could not be understood.</summary>
    public List<string> Lost { get; } = [];

    /// <summary>Takes one value.</summary>
    public void Take(StoreCollection collection, int key, ReadOnlySpan<byte> value)
    {
        try
        {
            switch (collection)
            {
                case StoreCollection.Meta: TakeMeta(key, value); break;
                case StoreCollection.Sessions: TakeSession(key, value); break;
                case StoreCollection.Progress: _progress[key] = new ProgressRecord(value); break;
                case StoreCollection.Retained: TakeRetained(key, value); break;
                case StoreCollection.Slots: TakeSlot(key, value); break;
                case StoreCollection.Registry: register.Restore(key, value); break;
            }
        }
        catch (FormatException error)
        {
            Lost.Add($"{collection} {key}: {error.Message}");
        }
    }

    /// <summary>All values were taken: puts the queues together.</summary>
    public void Complete()
    {
        _places.Sort((a, b) => a.Session != b.Session
            ? a.Session.CompareTo(b.Session) : a.Sequence.CompareTo(b.Sequence));
        var from = 0;
        while (from < _places.Count)
        {
            var to = from;
            while (to < _places.Count && _places[to].Session == _places[from].Session) to++;
            sessions.ReserveNumber(_places[from].Session);
            if (sessions.Find(_places[from].Session) is { IsPersistent: true } session)
                Fill(session, _progress.GetValueOrDefault(session.Number), from, to);
            from = to;
        }
        foreach (var (number, progress) in _progress) CompleteProgress(number, progress);
        slots.EndRestore();
        retained.EndRestore();
        register.EndRestore();
        _places.Clear();
        _progress.Clear();
    }

    private void TakeMeta(int key, ReadOnlySpan<byte> value)
    {
        if (key == AgeKey)
        {
            var age = new ByteReader(value);
            (_age, _ageUnixMilliseconds) = (age.I64(), age.I64());
            // Older stores have the age alone.
            KnownUnixMilliseconds = age.IsAtEnd ? _ageUnixMilliseconds : age.I64();
            return;
        }
        if (key != EpochKey) return;
        if (value.Length != Epoch.Size) throw new FormatException("the epoch has a wrong length");
        Boot = Epoch.Read(value).Boot;
    }

    private void TakeSession(int key, ReadOnlySpan<byte> value)
    {
        var session = SessionRecord.Read(key, value, sessions, options.InflightMax);
        session.IsGateway = options.Central?.IsGateway(session.ClientId) == true;
        foreach (var subscription in session.Subscriptions)
            tree.Set(session, subscription);
    }

    private void TakeRetained(int key, ReadOnlySpan<byte> value)
    {
        var reader = new ByteReader(value);
        var record = MessageRecord.Read(ref reader);
        var message = messages.Take(record.Topic, record.Properties, record.Payload);
        message.ExpiresAt = record.ExpiresAt;
        message.AcceptedAt = record.AcceptedAt;
        message.Qos = record.Qos;
        message.Retain = true;
        message.Origin = record.Origin;
        message.Epoch = Epoch.Read(record.EpochBytes);
        message.Publisher = new Publisher(record.Publisher.ToArray());
        message.Keeping = Keeping.Durable;
        message.IsSafe = true;
        retained.Restore(key, message);
        messages.Release(message);
    }

    private void TakeSlot(int key, ReadOnlySpan<byte> value)
    {
        if (key is < 0 or > SlotTable.KeyMax) throw new FormatException("a slot with an impossible key");
        slots.Restore(key, value.Length);
        var reader = new ByteReader(value);
        while (!reader.IsAtEnd)
        {
            var record = MessageRecord.Read(ref reader);
            var bytes = record.Topic.Length + record.Properties.Length + record.Payload.Length
                + Flows.Delivering.OverheadBytes;
            for (var i = 0; i < record.TargetCount; i++)
            {
                var target = record.Target(i);
                _places.Add(new Place(target.Session, target.Sequence, key, bytes,
                    target.Qos, target.Retain, target.StreamNumber, target.Identifiers,
                    Delivery.SecondOf(record.ExpiresAt), record.AcceptedAt, target.WasSent));
            }
        }
    }

    private void Fill(Session session, ProgressRecord? progress, int from, int to)
    {
        var queue = session.Queue;
        var isApart = session.IsKeptForDays && !IsBridge(session);
        long last = 0;
        for (var i = from; i < to; i++)
        {
            var place = _places[i];
            // A slot packed anew leaves its old copy behind until it is overwritten: the same message twice.
            if (place.Sequence == last) continue;
            var state = progress?.StateOf(place.Sequence) ?? DeliveryState.Waiting;
            if (state is DeliveryState.Done or DeliveryState.Released) continue;
            RestoreReleased(queue, progress, from: last + 1, before: place.Sequence, isApart);
            last = place.Sequence;
            Restore(queue, place, state == DeliveryState.Sent || place.WasSent, isApart);
            slots.Hold(place.Slot, place.Bytes);
            counters.QueuedMessages++;
            counters.QueuedBytes += place.Bytes;
        }
        RestoreReleased(queue, progress, from: last + 1, before: long.MaxValue, isApart);
    }

    private void Restore(DeliveryQueue queue, in Place place, bool wasSent, bool isApart)
    {
        var delivery = new Delivery
        {
            Slot = place.Slot, Bytes = place.Bytes, Qos = place.Qos, Retain = place.Retain,
            StreamNumber = place.StreamNumber, Identifiers = place.Identifiers,
            ExpiresAt = place.ExpiresAt, AcceptedAt = place.AcceptedAt, IsKept = true,
            WasSent = wasSent || queue.Count < Math.Max(options.InflightMax, options.BridgeInflightMax),
            ComesAgain = wasSent,
        };
        if (isApart) queue.RestoreApart(place.Sequence, delivery);
        else queue.Restore(place.Sequence, delivery);
    }

    private bool IsBridge(Session session) =>
        options.Bridges.Any(bridge => bridge.ClientId == session.ClientText);

    private void CompleteProgress(int number, ProgressRecord progress)
    {
        sessions.ReserveNumber(number);
        if (sessions.Find(number) is not { } session) return;
        foreach (var id in progress.ExactIds) session.Receipts.AddExactId(id);
        if (progress.Next == 1) return;
        if (!session.HasQueue)
            RestoreReleased(session.Queue, progress, from: 1, before: long.MaxValue,
                session.IsKeptForDays && !IsBridge(session));
        session.Queue.EndRestore(progress.Next);
    }

    /// <summary>Places whose PUBREC came: their message is not needed, their packet id is.</summary>
    private void RestoreReleased(
        DeliveryQueue queue, ProgressRecord? progress, long from, long before, bool isApart)
    {
        foreach (var range in progress?.Ranges ?? [])
        {
            if (range.From >= before) break;
            if (range.State != DeliveryState.Released) continue;
            var until = Math.Min(range.Until, before);
            for (var sequence = Math.Max(range.From, from); sequence < until; sequence++)
            {
                var delivery = new Delivery
                {
                    Slot = -1, Qos = 2, State = DeliveryState.Released, IsKept = true,
                };
                if (isApart) queue.RestoreApart(sequence, delivery);
                else queue.Restore(sequence, delivery);
                counters.QueuedMessages++;
            }
        }
    }
}
