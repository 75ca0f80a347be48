// Long because one life of an engine, from start to power loss, reads best in one piece.
using LightMq.Broker;
using LightMq.Broker.Connections;
using LightMq.Broker.Durability;
using LightMq.Broker.Settings;
using LightMq.Broker.Streams;
using LightMq.Simulator.Machine;
using LightMq.Simulator.Network;
using LightMq.Simulator.Oracle;
using LightMq.Simulator.World;

namespace LightMq.Simulator.Chain;

/// <summary>One life of an engine of the chain, at the edge or at the central, in a host like the real
/// one.</summary>
public sealed class EngineLife : IEffects
{
    private readonly ChainWorld _world;
    private readonly string _name;
    private readonly StoreThread _storeThread;
    private readonly List<Caller> _callers = [];
    private readonly List<Caller> _ready = [];
    private readonly List<Caller> _dirty = [];
    private readonly Queue<Completion> _completions = new();
    private readonly byte[] _received = new byte[65_536];
    private readonly long _born;
    private bool _turnComes;
    private long _tickAt = long.MaxValue;

    public delegate void Completion(in Now now);

    public EngineLife(ChainWorld world, string name, BrokerOptions options, IStoreModel store,
        Action powerLost)
    {
        (_world, _name, _born) = (world, name, world.Scheduler.Now);
        Engine = new Engine(options);
        _storeThread = new StoreThread(Scheduler, store, world.Scenario.CommitMicroseconds)
        {
            Stored = OnStored,
            Loaded = (slot, bytes) =>
                Complete((in now) => Engine.Handle(Input.Loaded(slot, bytes), now, this)),
            Full = full => Complete((in now) => Engine.Handle(Input.DiskFull(full), now, this)),
            PowerLost = powerLost,
            Tamper = world.Bug == ChainBug.LoseGroup && options.Central == null ? LoseSome : null,
        };
        store.Open((collection, key, value) => Engine.Recover(collection, key, value));
    }

    public Engine Engine { get; }
    public bool IsListening { get; private set; }
    public bool IsDead { get; private set; }
    /// <summary>The core of a central.</summary>
    public CoreThread? Core { get; init; }
    /// <summary>Who verifies tokens.</summary>
    public TokenOffice? Office { get; init; }
    /// <summary>What stands before the engine; null: nothing does.</summary>
    public CentralFront? Front { get; init; }
    private Scheduler Scheduler => _world.Scheduler;

    public void Start()
    {
        var random = new byte[16];
        Scheduler.Random.NextBytes(random);
        if (_world.Bug == ChainBug.RepeatEpoch) random.AsSpan().Fill(7);
        Engine.Start(random, Now(), this);
        ComeSoon();
    }

    public void Accept(LinkEnd end, ListenerOptions listener, string address)
    {
        var caller = new Caller(end, new Connection(listener, address, end));
        _callers.Add(caller);
        end.Attach(() => Ready(caller), () => Dirty(caller));
        Complete((in now) => Engine.Handle(Input.Connected(caller.Connection), now, this));
    }

    /// <summary>Does something in the next turn.</summary>
    public void Complete(Completion completion)
    {
        if (IsDead) return;
        _completions.Enqueue(completion);
        ComeSoon();
    }

    /// <summary>An input for the next turn.</summary>
    public void Revoke(IReadOnlySet<string> revoked) =>
        Complete((in now) => Engine.Handle(Input.Revoked(revoked), now, this));

    /// <summary>An operator's word.</summary>
    public void Ask(CentralRequest request) =>
        Complete((in now) => Engine.Handle(Input.Requested(request), now, this));

    /// <summary>No instruction is carried out any more.</summary>
    public void Die(double vanishChance)
    {
        IsDead = true;
        IsListening = false;
        _storeThread.IsDead = true;
        if (Core != null) Core.IsDead = true;
        foreach (var caller in _callers)
        {
            if (Scheduler.Random.Happens(vanishChance)) caller.End.Link.Vanish();
            else caller.End.Link.ResetLater(caller.End.Link.Device);
            caller.End.Forget();
            caller.Connection.Outbox.Clear();
        }
        Count();
    }

    /// <summary>Adds what the engine has counted to the tally.</summary>
    public void Count()
    {
        _world.Tally.Count(Engine.Counters);
        _world.Tally.Count("streams begun", Engine.Counters.StreamsBegun);
        _world.Tally.Count("stream numbers repeated", Engine.Counters.StreamRepeated);
        _world.Tally.Count("stream holes", Engine.Counters.StreamHoles);
        _world.Tally.Count("stream gaps", Engine.Counters.StreamGaps);
    }

    public Now Now() => new((Scheduler.Now - _born) / 1000, _world.UnixMilliseconds, true);

    public void Send(Connection connection) => Dirty(CallerOf(connection));

    public void SetReading(Connection connection, bool on)
    {
        var caller = CallerOf(connection);
        caller.IsReading = on;
        if (on) Ready(caller);
    }

    public void Close(Connection connection, CloseReason reason)
    {
        Scheduler.Trace.Say($"{_name} closes {connection.RemoteAddress}: {reason}");
        Scheduler.Trace.Mix((long)reason);
        if (reason == CloseReason.ProtocolError && _world.Bug == ChainBug.None)
            throw new Violation("WellBehaved", $"{_name} closed {connection.RemoteAddress} for {reason}");
        Leave(CallerOf(connection));
    }

    public void Store(StoreGroup group) => _storeThread.Commit(group);

    public void Load(int slot) => _storeThread.Load(slot);

    public void CheckPassword(Connection connection, PasswordHash hash, byte[] password) =>
        throw new InvalidOperationException("nobody has a password here");

    public void CheckToken(Connection connection, byte[] token)
    {
        var verdict = TokenOffice.Verify(Office!.Find(token), SeededBug.None);
        if (_world.IsFaulty && Scheduler.Random.Happens(0.01)) verdict = default;
        Scheduler.After(Scheduler.Random.Spread(1_000, 300_000), () => Complete((in now) =>
            Engine.Handle(Input.TokenChecked(connection, verdict), now, this)));
    }

    public void RegistryStored(RegistryChange change)
    {
    }

    public void Keep(in CoreEntry entry, long number) => Core!.Keep(entry, number);

    public void Answered(CentralRequest request, string refusal) =>
        _world.Judge.Installations.Answered(request, refusal);

    public void Report(in BrokerEvent happened)
    {
        if (Scheduler.Trace.IsVerbose) Scheduler.Trace.Say($"{_name} reports {happened}");
        if (Core != null) _world.Judge.Installations.Reported(happened, _world.Bug);
    }

    private StoreGroup LoseSome(StoreGroup group) =>
        Scheduler.Random.Happens(0.1) && IsListening ? new StoreGroup { Number = group.Number } : group;

    private void OnStored(long number) => Complete((in now) =>
    {
        Engine.Handle(Input.Stored(number), now, this);
        if (IsListening || !Engine.IsReady) return;
        IsListening = true;
        if (Office is { } office) Revoke(office.Revoked);
    });

    private void ComeSoon()
    {
        if (_turnComes || IsDead) return;
        _turnComes = true;
        Scheduler.After(Scheduler.Random.Next(10, 200), Turn);
    }

    private void Turn()
    {
        if (IsDead) return;
        _turnComes = false;
        var now = Now();
        for (var left = _completions.Count; left > 0 && !IsDead; left--) _completions.Dequeue()(now);
        var ready = _ready.ToArray();
        _ready.Clear();
        foreach (var caller in ready) Receive(caller, now);
        if (Engine.Deadline <= now.Milliseconds) Engine.Handle(Input.Tick(), now, this);
        while (_dirty.Count > 0)
        {
            var dirty = _dirty.ToArray();
            _dirty.Clear();
            foreach (var caller in dirty) Write(caller, now);
        }
        if (_completions.Count > 0 || _ready.Count > 0) ComeSoon();
        if (Engine.Deadline == long.MaxValue) return;
        var due = _born + Math.Max(Engine.Deadline, now.Milliseconds + 1) * 1000;
        if (_tickAt > Scheduler.Now && _tickAt <= due) return;
        _tickAt = due;
        Scheduler.At(due + Scheduler.Random.Next(100), ComeSoon);
    }

    private void Receive(Caller caller, in Now now)
    {
        caller.IsReady = false;
        if (caller.IsClosing || caller.IsGone) return;
        if (caller.End.IsReset)
        {
            Gone(caller);
            Engine.Handle(Input.Closed(caller.Connection), now, this);
            return;
        }
        if (!caller.IsReading) return;
        var count = caller.End.Incoming.Read(_received);
        var bytes = _received.AsSpan(0, count);
        byte[]? farewell = null;
        if (Front is { } front && count > 0) bytes = front.Pass(caller.Held, bytes, out farewell);
        if (bytes.Length > 0) Engine.Handle(Input.Received(caller.Connection, bytes), now, this);
        if (caller.IsClosing || caller.IsGone) return;
        if (farewell != null)
        {
            farewell.CopyTo(caller.Connection.Outbox.Reserve(farewell.Length));
            caller.Connection.Outbox.Append(farewell.Length);
            Engine.Handle(Input.Closed(caller.Connection), now, this);
            Leave(caller);
        }
        else if (caller.End.IsAtEnd)
        {
            Gone(caller);
            Engine.Handle(Input.Closed(caller.Connection), now, this);
        }
        else if (caller.End.Incoming.Available > 0)
        {
            Ready(caller);
        }
    }

    // What waits is still written for a second.
    private void Leave(Caller caller)
    {
        caller.IsClosing = true;
        Dirty(caller);
        Scheduler.After(Scheduler.Second, () => Gone(caller));
    }

    private void Write(Caller caller, in Now now)
    {
        caller.IsDirty = false;
        if (caller.IsGone) return;
        var outbox = caller.Connection.Outbox;
        outbox.Sent(caller.End.Outgoing.Write(outbox.Unsent));
        if (!outbox.IsEmpty) return;
        if (caller.IsClosing) Gone(caller);
        else if (caller.Connection.WantsDrained) Engine.Handle(Input.Drained(caller.Connection), now, this);
    }

    private void Gone(Caller caller)
    {
        if (caller.IsGone || IsDead) return;
        caller.IsGone = true;
        caller.End.Close();
        caller.Connection.Outbox.Clear();
        _callers.Remove(caller);
    }

    private void Ready(Caller caller)
    {
        if (caller.IsReady || IsDead || caller.IsGone) return;
        caller.IsReady = true;
        _ready.Add(caller);
        ComeSoon();
    }

    private void Dirty(Caller caller)
    {
        if (caller.IsDirty || IsDead || caller.IsGone) return;
        caller.IsDirty = true;
        _dirty.Add(caller);
        ComeSoon();
    }

    private Caller CallerOf(Connection connection) => _callers.Find(one => one.Connection == connection)
        ?? throw new Violation("LetGo", $"{_name}: effect on a connection that has ended");

    private sealed class Caller(LinkEnd end, Connection connection)
    {
        public LinkEnd End { get; } = end;
        public Connection Connection { get; } = connection;
        public List<byte> Held { get; } = [];
        public bool IsReading { get; set; } = true;
        public bool IsReady { get; set; }
        public bool IsDirty { get; set; }
        public bool IsClosing { get; set; }
        public bool IsGone { get; set; }
    }
}
