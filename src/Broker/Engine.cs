using LightMq.Broker.Bridges;
using LightMq.Broker.Connections;
using LightMq.Broker.Dialects;
using LightMq.Broker.Durability;
using LightMq.Broker.Flows;
using LightMq.Broker.Messages;
using LightMq.Broker.Routing;
using LightMq.Broker.Sessions;
using LightMq.Broker.Settings;

namespace LightMq.Broker;

/// <summary>
/// The broker itself: one thread, deterministic, no clock, no disk, no socket. Life: construct,
/// <see cref="Recover"/> once per stored value, <see cref="Start"/>, then <see cref="Handle"/> for ever.
/// </summary>
public sealed class Engine
{
    private readonly Turn _turn = new();
    private readonly MessagePool _messages = new();
    private readonly SlotTable _slots;
    private readonly ConnectionTable _connections = new();
    private readonly SessionTable _sessions;
    private readonly SubscriptionTree _tree;
    private readonly RetainedMessages _retained;
    private readonly Journal _journal;
    private readonly Hold _hold;
    private readonly Recovery _recovery;
    private readonly Paging _paging;
    private readonly Delivering _delivering;
    private readonly Receipting _receipting;
    private readonly Dropping _dropping;
    private readonly BackPressure _pressure;
    private readonly Expiring _expiring;
    private readonly Publishing _publishing;
    private readonly Replaying _replaying;
    private readonly Subscribing _subscribing;
    private readonly BridgeSessions _bridges;
    private readonly Closing _closing;
    private readonly Connecting _connecting;
    private readonly Inbound _inbound;
    private readonly Confirming _confirming;
    private readonly Watch _watch;
    private int _repacking = -1;
    private bool _isStopping;

    /// <summary>Makes an empty engine.</summary>
    /// <param name="options">Validated options.</param>
    /// <param name="hashSeed">Random in production, so that nobody can choose names that collide in our
    /// tables.</param>
    public Engine(BrokerOptions options, ulong hashSeed = 0)
    {
        Options = options;
        var names = new BytesComparer(hashSeed);
        _slots = new SlotTable(options.SlotWasteBytesMax);
        var dialects = new DialectTable(options, names);
        _sessions = new SessionTable(names);
        _tree = new SubscriptionTree(names);
        _retained = new RetainedMessages(names, _messages, options);
        _journal = new Journal(_turn, options, _slots, _retained);
        _hold = new Hold(_turn, options, _journal, _messages);
        _recovery = new Recovery(options, _turn.Counters, _sessions, _tree, _slots, _retained, _messages);
        var sending = new Sending(_turn);
        _receipting = new Receipting(_hold, sending);
        _paging = new Paging(_turn, options, _messages, _slots, _hold, _sessions);
        _delivering = new Delivering(
            _turn, options, _messages, _slots, _journal, _hold, _receipting, _paging, sending);
        _dropping = new Dropping(_delivering, _paging, _sessions);
        _pressure = new BackPressure(
            _turn, options, _messages, _retained, _journal, _dropping, _tree, _slots);
        _publishing = new Publishing(
            _turn, _tree, _retained, _messages, _journal, _hold, _delivering, sending,
            new Repeating(_journal, _receipting), _pressure, dialects);
        _replaying = new Replaying(_turn, _sessions, _retained, _publishing, _pressure);
        var wills = new Wills(_publishing, _pressure, _journal);
        var timers = new SessionTimers();
        var bequeathing = new Bequeathing(_turn, _sessions, _tree, _messages, _hold, _delivering, _pressure);
        var ending = new Ending(_turn, _sessions, timers, _tree, _journal, _hold, _delivering, bequeathing);
        _expiring =
            new Expiring(_turn, _sessions, timers, _retained, _journal, _dropping, ending, wills);
        _bridges = new BridgeSessions(_turn, options, _sessions, _tree, _journal, ending);
        _closing = new Closing(
            _turn, _connections, _sessions, _journal, _delivering, ending, _expiring, wills, _pressure);
        _connecting = new Connecting(
            _turn, options, _connections, _sessions, timers, _journal, _delivering, ending, _closing,
            wills, dialects);
        _subscribing = new Subscribing(_turn, options, _tree, _journal, _replaying, _closing, dialects);
        var releasing = new Releasing(_turn, _journal, sending);
        var intake = new Intake(_turn, options, _closing, _publishing, _receipting, _pressure);
        _inbound = new Inbound(
            _turn, options, _connections, _journal, _connecting, _closing, intake, _subscribing,
            _delivering, releasing, _pressure);
        _confirming = new Confirming(
            _journal, _messages, _delivering, _receipting, _connecting, _subscribing, releasing,
            _inbound);
        _watch = new Watch(_turn, options, _connections, _closing, _pressure);
    }

    /// <summary>What it was told.</summary>
    public BrokerOptions Options { get; }

    /// <summary>What has happened so far.</summary>
    public Counters Counters => _turn.Counters;

    /// <summary>Whether the epoch is durable, so that clients may be let in.</summary>
    public bool IsReady => _confirming.IsEpochStored;

    /// <summary>After <see cref="Input.Stop"/>: all is stored, all connections are let go.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>Name of the streams of this start.</summary>
    public Epoch Epoch => _journal.Epoch;

    /// <summary>Open connections.</summary>
    public int ConnectionCount => _connections.Count;

    /// <summary>Sessions kept, connected or not.</summary>
    public int SessionCount => _sessions.Count;

    /// <summary>Bytes of message buffers in memory.</summary>
    public long MemoryBytes => _messages.Bytes;

    /// <summary>Retained messages kept.</summary>
    public int RetainedCount => _retained.Count;

    /// <summary>When the next <see cref="Input.Tick"/> is due, in <see cref="Now.Milliseconds"/>.</summary>
    public long Deadline => (_turn.RoomFreed && _pressure.Blocked.Count > 0) || _replaying.HasWork
        ? _turn.Now.Milliseconds
        : Math.Min(Math.Min(_watch.Deadline, _expiring.Deadline),
            Math.Min(_hold.Deadline, _journal.Deadline));

    /// <summary>
    /// Takes one value that the store holds; call before <see cref="Start"/>, in any order.
    /// </summary>
    public void Recover(StoreCollection collection, int key, ReadOnlySpan<byte> value) =>
        _recovery.Take(collection, key, value);

    /// <summary>
    /// Ends recovery and begins a new epoch. The first group goes to <see cref="IEffects.Store"/>; open the
    /// listeners once its <see cref="Input.Stored"/> was handled (<see cref="IsReady"/>).
    /// </summary>
    /// <param name="epochRandom">16 random bytes (LMQ-CORE-4).</param>
    /// <param name="now">The time.</param>
    /// <param name="effects">Where effects go.</param>
    public void Start(ReadOnlySpan<byte> epochRandom, in Now now, IEffects effects)
    {
        _turn.Begin(now, effects);
        _recovery.Complete();
        _turn.AgeAtZero = _recovery.AgeAt(now) - now.Milliseconds;
        _turn.MayExpire = true;
        foreach (var lost in _recovery.Lost) _turn.Report(BrokerEventKind.StoredValueLost, "", null, lost);
        _journal.Epoch = Epoch.Of(_recovery.Boot + 1, epochRandom);
        StoreEpoch();
        _bridges.Prepare();
        _closing.EndLostConnections();
        _journal.Confirm(new Confirmation(ConfirmationKind.Epoch, null, null));
        _journal.Hurry();
        _journal.Leave();
    }

    /// <summary>Takes one input and gives its effects.</summary>
    public void Handle(scoped in Input input, in Now now, IEffects effects)
    {
        _turn.Begin(now, effects);
        switch (input.Kind)
        {
            case InputKind.Received: _inbound.Received(input.Connection!, input.Bytes); break;
            case InputKind.Connected: Connected(input.Connection!); break;
            case InputKind.Closed: _inbound.Gone(input.Connection!); break;
            case InputKind.Drained: Drained(input.Connection!); break;
            case InputKind.Tick: break;
            case InputKind.Stored: _confirming.Stored(input.Number); break;
            case InputKind.Loaded: Loaded((int)input.Number, input.Bytes); break;
            case InputKind.PasswordChecked: _connecting.PasswordChecked(input.Connection!, input.Yes); break;
            case InputKind.DiskFull: DiskFull(input.Yes); break;
            case InputKind.StoreRebuilt: StoreRebuilt(); break;
            case InputKind.Stop: Stop(); break;
        }
        Finish();
    }

    /// <summary>The stream place of a message in flight to a bridge; null where there is none.</summary>
    public BridgeStamp? BridgeStampOf(Connection connection, ushort packetId)
    {
        if (connection.Session is not { Bridge: >= 0, HasQueue: true } session) return null;
        var sequence = session.Queue.SequenceOf(packetId);
        if (sequence == 0 || session.Queue.At(sequence) is not { Message: { } message } delivery) return null;
        return new BridgeStamp(message.Publisher!.Text, message.Epoch ?? Epoch, delivery.StreamNumber);
    }

    /// <summary>What one connection makes the engine hold, for checks of the bounds.</summary>
    public static ConnectionLoad LoadOf(Connection connection)
    {
        var queue = connection.Session is { HasQueue: true } session ? session.Queue : null;
        return new ConnectionLoad(connection.Parked?.Count ?? 0, connection.Parked?.Bytes ?? 0,
            queue?.Inflight ?? 0, queue?.Count ?? 0, queue?.Bytes ?? 0);
    }

    /// <summary>Everything that follows from an input, whatever it was.</summary>
    private void Finish()
    {
        _hold.CommitDue();
        _watch.Look();
        _expiring.Look();
        _inbound.WorkResumed();
        _replaying.Continue();
        _inbound.RetryParked();
        Repack();
        if (_isStopping) _journal.Hurry();
        _journal.Leave();
        if (_isStopping && _journal.IsIdle && !IsStopped) LetAllGo();
    }

    private void Connected(Connection connection)
    {
        // Beyond the bound, bridges and refusals by CONNACK must still get through.
        var isFull = _connections.Count >= Options.ConnectionsMax + Options.Bridges.Count + 64;
        if (isFull) Counters.ConnectionsTooMany++;
        if (isFull && _connections.OldestSilent() is { } silent)
        {
            _closing.Close(silent, CloseReason.TooManyConnections);
            isFull = false;
        }
        if (_isStopping || isFull)
        {
            connection.IsClosed = true;
            Counters.Close(CloseReason.TooManyConnections);
            _turn.Effects.Close(connection, CloseReason.TooManyConnections);
            return;
        }
        _connections.Add(connection, _turn.Now.Milliseconds);
    }

    private void Drained(Connection connection)
    {
        connection.WantsDrained = false;
        if (connection.IsClosed) return;
        if (connection.Session is { } session) _delivering.Pump(session);
        _turn.Resumed.Add(connection);
    }

    private void Loaded(int slot, ReadOnlySpan<byte> bytes)
    {
        if (slot == _repacking)
        {
            _repacking = -1;
            if (!bytes.IsEmpty) _paging.Repack(slot, bytes);
        }
        if (bytes.IsEmpty) _dropping.Lost(slot);
        else _paging.Loaded(slot, bytes);
        foreach (var session in _paging.TakeWaiting()) _delivering.Pump(session);
    }

    private void Repack()
    {
        if (_repacking >= 0 || _isStopping || !_slots.IsSparse) return;
        _repacking = _slots.FindSparse();
        if (_repacking >= 0) _turn.Effects.Load(_repacking);
    }

    private void StoreEpoch()
    {
        Span<byte> epoch = stackalloc byte[Epoch.Size];
        _journal.Epoch.Write(epoch);
        _journal.PutMeta(Recovery.EpochKey, epoch);
    }

    private void StoreRebuilt()
    {
        StoreEpoch();
        foreach (var session in _sessions.All)
        {
            if (!session.IsStored) continue;
            _journal.SessionChanged(session);
            _journal.ProgressChanged(session);
        }
        _retained.StoreAll();
    }

    private void DiskFull(bool isFull)
    {
        _pressure.IsDiskFull = isFull;
        _turn.RoomFreed = true;
        if (isFull) _pressure.DropForDisk(_sessions.All);
    }

    private void Stop()
    {
        _isStopping = true;
        foreach (var connection in _connections.Open) _turn.Effects.SetReading(connection, false);
        _hold.CommitAll();
    }

    private void LetAllGo()
    {
        while (_connections.Count > 0)
            _closing.Close(_connections.Open[^1], CloseReason.ServerStopping);
        IsStopped = true;
    }
}
