// Long because one life of the broker, from start to power loss, reads best in one piece.
using LightMq.Broker;
using LightMq.Broker.Connections;
using LightMq.Broker.Durability;
using LightMq.Broker.Settings;
using LightMq.Simulator.Network;
using LightMq.Simulator.Oracle;
using LightMq.Simulator.World;

namespace LightMq.Simulator.Machine;

/// <summary>
/// One life of the broker: the real engine in a host that does what the real host does, turn by turn, from
/// start to power loss, kill or stop.
/// </summary>
public sealed class BrokerProcess : IEffects
{
    private static readonly byte[] s_disconnect = [0xE0, 0];
    private readonly Board _board;
    private readonly Scheduler _scheduler;
    private readonly Judge _judge;
    private readonly StoreThread _storeThread;
    private readonly Engine _engine;
    private readonly List<Peer> _ready = [];
    private readonly List<Peer> _dirty = [];
    private readonly Queue<Completion> _completions = new();
    private readonly long _born;
    private IReadOnlySet<string> _revoked = new HashSet<string>();
    private readonly Revocations _revocations = new();
    private readonly byte[] _received = new byte[65_536];
    private bool _turnComes;
    private long _tickAt = long.MaxValue;
    private bool _groupUnderWay;

    private delegate void Completion(in Now now);

    public BrokerProcess(Board board, IStoreModel store)
    {
        _board = board;
        _scheduler = board.World.Scheduler;
        _judge = board.World.Judge;
        _born = _scheduler.Now;
        _engine = new Engine(WidenedBounds.Of(board.World.Scenario.Options, board.World.Bug));
        _storeThread = new StoreThread(_scheduler, store, board.World.Scenario.CommitMicroseconds)
        {
            Stored = OnStored,
            Loaded = (slot, bytes) =>
                Complete((in now) => _engine.Handle(Input.Loaded(slot, bytes), now, this)),
            Full = full => Complete((in now) => _engine.Handle(Input.DiskFull(full), now, this)),
            PowerLost = board.PowerOff,
            Tamper = board.World.Bug == SeededBug.None ? null : new GroupTamper(board.World).Change,
        };
        store.Open((collection, key, value) => _engine.Recover(collection, key, value));
    }

    /// <summary>Whether listeners are open.</summary>
    public bool IsListening { get; private set; }
    public bool IsDead { get; private set; }
    public List<Peer> Peers { get; } = [];
    public Engine Engine => _engine;
    private bool IsStopping { get; set; }

    public void Start()
    {
        var random = new byte[16];
        _scheduler.Random.NextBytes(random);
        _engine.Start(random, Now(), this);
        Revoke();
        ComeSoon();
    }

    /// <summary>A device has reached the listener.</summary>
    public void Accept(LinkEnd end, ListenerOptions listener, string address)
    {
        var connection = new Connection(listener, address, end);
        var peer = new Peer(end) { Connection = connection };
        peer.Tap = FrameTap.For(_board.World);
        Peers.Add(peer);
        end.Attach(() => Ready(peer), () => Dirty(peer));
        Complete((in now) => _engine.Handle(Input.Connected(connection), now, this));
    }

    /// <summary>SIGTERM.</summary>
    public void Stop()
    {
        IsStopping = true;
        IsListening = false;
        _judge.Wills.Stopped();
        Complete((in now) => _engine.Handle(Input.Stop(), now, this));
    }

    /// <summary>No instruction is carried out any more.</summary>
    public void Die()
    {
        IsDead = true;
        _board.World.Tally.Count(_engine.Counters);
        _storeThread.IsDead = true;
        foreach (var peer in Peers) peer.Connection.Outbox.Clear();
    }

    public Now Now() => new((_scheduler.Now - _born) / 1000, _board.UnixMilliseconds, _board.IsClockTrusted);

    public void Send(Connection connection) => Dirty(PeerOf(connection));

    public void SetReading(Connection connection, bool on)
    {
        var peer = PeerOf(connection);
        _scheduler.Trace.Say($"broker {(on ? "reads" : "stops reading")} {peer.Connection.RemoteAddress}");
        peer.IsReading = on;
        peer.End.Link.WasStopped |= !on;
        if (on) Ready(peer);
    }

    public void Close(Connection connection, CloseReason reason)
    {
        var peer = PeerOf(connection);
        _scheduler.Trace.Say($"broker closes {connection.RemoteAddress}: {reason}");
        _scheduler.Trace.Mix((long)reason);
        Judge(peer, reason);
        if (reason == CloseReason.Disconnected && peer.End.Link.LastWill is { } will) _revocations.Add(will);
        peer.IsClosing = peer.End.Link.IsLetGo = true;
        Dirty(peer);
        _scheduler.After(Scheduler.Second, () => Gone(peer));
    }

    private void Judge(Peer peer, CloseReason reason)
    {
        var hasTokens = peer.Judged != null || peer.Tokens.Count > 0;
        if (reason == CloseReason.TakenOver) TokenRules.TakenOver(peer, Peers);
        if (reason == CloseReason.NotAuthorized && hasTokens)
            _judge.Tokens.Closed(peer, _revoked, _board.UnixMilliseconds, _board.LatestMilliseconds);
        else if (reason == CloseReason.Refused && _board.World.Scenario.QuotaEvery > 0) JudgeRefusal(peer);
        else if (reason is CloseReason.ProtocolError or CloseReason.PacketTooLarge
            or CloseReason.NotAuthorized or CloseReason.Refused
            && _board.World.Bug == SeededBug.None && !hasTokens)
            throw new Violation("WellBehaved", $"{peer.Connection.RemoteAddress} closed for {reason}");
    }

    // Who is connected may always come again, and a bridge comes whatever the quotas say (LMQ-LIM-3).
    private void JudgeRefusal(Peer refused)
    {
        var address = refused.Connection.RemoteAddress;
        var isBridge = _board.World.Scenario.Devices.Any(
            device => device.IsBridge && device.ClientId == address);
        if (isBridge || Peers.Exists(peer => peer != refused && peer is { IsAdmitted: true, IsClosing: false }
            && peer.Connection.RemoteAddress == address))
            throw new Violation("WellBehaved", $"{address} refused by a quota that is not for it");
    }

    public void Store(StoreGroup group)
    {
        if (_groupUnderWay) throw new Violation("OneGroup", $"{group.Number} before the last was stored");
        _groupUnderWay = true;
        _revocations.GroupBegins();
        _scheduler.Trace.Mix(group.Number);
        if (_scheduler.Trace.IsVerbose) _scheduler.Trace.Say($"{GroupText.Of(group)}");
        _storeThread.Commit(group);
    }

    public void Load(int slot)
    {
        _board.World.Tally.Count("slots read back");
        _storeThread.Load(slot);
    }

    public void CheckPassword(Connection connection, PasswordHash hash, byte[] password)
    {
        var matches = LocalUsers.Matches(hash, password);
        _scheduler.After(_scheduler.Random.Spread(1_000, 50_000), () => Complete((in now) =>
            _engine.Handle(Input.PasswordChecked(connection, matches), now, this)));
    }

    public void CheckToken(Connection connection, byte[] token)
    {
        var peer = PeerOf(connection);
        var found = _board.Office.Find(token);
        var verdict = TokenOffice.Verify(found, _board.World.Bug);
        if (_board.World.IsFaulty && _scheduler.Random.Happens(0.01)) verdict = default;
        _scheduler.After(_scheduler.Random.Spread(1_000, 300_000), () => Complete((in now) =>
        {
            peer.Judged = found;
            _engine.Handle(Input.TokenChecked(connection, verdict), now, this);
            peer.Judged = null;
            if (!peer.IsClosing && !peer.IsGone) peer.Tokens[found.Type] = found;
        }));
    }

    /// <summary>Tokens were revoked: the broker is told of all that are.</summary>
    public void Revoke()
    {
        var revoked = _board.Office.Revoked;
        Complete((in now) =>
        {
            _revoked = revoked;
            if (_board.World.Bug != SeededBug.ForgetRevocations)
                _engine.Handle(Input.Revoked(revoked), now, this);
        });
    }

    public void RegistryStored(RegistryChange change) => _board.World.Tally.Count("quotas stored");

    /// <summary>The quotas change.</summary>
    public void SetQuotas(InstanceQuotas quotas)
    {
        if (!IsListening) return;
        _scheduler.Trace.Say($"quotas {quotas}");
        Complete((in now) =>
            _engine.Handle(Input.RegistryChanged(RegistryChange.Put(quotas)), now, this));
    }

    public void Report(in BrokerEvent happened)
    {
        if (_scheduler.Trace.IsVerbose) _scheduler.Trace.Say($"report {happened}");
        if (happened.Kind != BrokerEventKind.ClientConnected) return;
        var address = happened.RemoteAddress;
        var admitted = Peers.FindLast(
            peer => !peer.IsClosing && peer.Connection.RemoteAddress == address);
        if (admitted != null) admitted.IsAdmitted = true;
    }

    private void OnStored(long number)
    {
        if (_board.World.Bug == SeededBug.HangStore && _scheduler.Random.Happens(0.01)) return;
        Complete((in now) =>
        {
            _revocations.GroupStored();
            _groupUnderWay = false;
            _scheduler.Trace.Say($"stored {number}");
            _engine.Handle(Input.Stored(number), now, this);
            if (!_engine.IsReady || IsStopping || IsListening) return;
            IsListening = true;
            if (_board.Quotas is { } quotas) SetQuotas(quotas);
        });
    }

    private void Complete(Completion completion)
    {
        if (IsDead) return;
        _completions.Enqueue(completion);
        ComeSoon();
    }

    private void ComeSoon()
    {
        if (_turnComes || IsDead) return;
        _turnComes = true;
        _scheduler.After(_scheduler.Random.Next(10, 200), Turn);
    }

    // One round of the loop: what was completed, what can be read, what is due; then what must be written.
    private void Turn()
    {
        if (IsDead) return;
        _turnComes = false;
        var now = Now();
        for (var left = _completions.Count; left > 0 && !IsDead; left--) _completions.Dequeue()(now);
        var ready = _ready.ToArray();
        _ready.Clear();
        foreach (var peer in ready) Receive(peer, now);
        if (_engine.Deadline <= now.Milliseconds) _engine.Handle(Input.Tick(), now, this);
        while (_dirty.Count > 0)
        {
            var dirty = _dirty.ToArray();
            _dirty.Clear();
            foreach (var peer in dirty) Write(peer, now);
        }
        _judge.Bounds.Observe(_engine);
        foreach (var peer in Peers)
        {
            if (peer.IsClosing) continue;
            _judge.Bounds.Observe(peer.Connection);
            if (peer.IsAdmitted && peer.Tokens.Count > 0)
                TokenRules.Observe(peer, _revoked, now.UnixMilliseconds);
        }
        if (_engine.IsStopped) _board.Stopped();
        else AwaitDeadline(now);
    }

    private void AwaitDeadline(in Now now)
    {
        if (_completions.Count > 0 || _ready.Count > 0) ComeSoon();
        if (_engine.Deadline == long.MaxValue) return;
        var due = _born + Math.Max(_engine.Deadline, now.Milliseconds + 1) * 1000;
        if (_tickAt > _scheduler.Now && _tickAt <= due) return;
        _tickAt = due;
        _scheduler.At(due + _scheduler.Random.Next(100), ComeSoon);
    }

    private void Receive(Peer peer, in Now now)
    {
        peer.IsReady = false;
        if (peer.IsClosing || peer.IsGone) return;
        if (peer.End.IsReset)
        {
            if (_board.World.Bug == SeededBug.FakeDisconnect)
                _engine.Handle(Input.Received(peer.Connection, s_disconnect), now, this);
            if (_board.World.Bug == SeededBug.AnswerForClient && peer.Tap!.MadeUpAnswers() is [_, ..] answers)
                _engine.Handle(Input.Received(peer.Connection, answers), now, this);
            if (peer.IsClosing) return;
            Gone(peer);
            _engine.Handle(Input.Closed(peer.Connection), now, this);
            return;
        }
        if (!peer.IsReading) return;
        var most = _scheduler.Random.Happens(0.05) ? _scheduler.Random.Next(1, 64) : _received.Length;
        var count = peer.End.Incoming.Read(_received.AsSpan(0, most));
        FrameTap.Mishear(_received.AsSpan(0, count), _board.World.Bug);
        var isDisconnect = _received.AsSpan(0, count).EndsWith(s_disconnect);
        if (isDisconnect && _board.World.Bug == SeededBug.IgnoreDisconnect) count -= s_disconnect.Length;
        if (count > 0) _engine.Handle(Input.Received(peer.Connection, _received.AsSpan(0, count)), now, this);
        if (peer.IsClosing || peer.IsGone) return;
        if (peer.End.IsAtEnd)
        {
            // All bytes were handled on a living connection, a DISCONNECT among them if one was sent.
            if (peer.End.Link.LastWill is { } will) _revocations.Add(will);
            Gone(peer);
            _engine.Handle(Input.Closed(peer.Connection), now, this);
        }
        else if (peer.End.Incoming.Available > 0)
        {
            Ready(peer);
        }
    }

    private void Write(Peer peer, in Now now)
    {
        peer.IsDirty = false;
        if (peer.IsGone) return;
        var outbox = peer.Connection.Outbox;
        if (peer.Tap is { } tap) tap.Write(peer);
        else outbox.Sent(peer.End.Outgoing.Write(outbox.Unsent));
        if (!outbox.IsEmpty || peer.Tapped.Count > 0) return;
        if (peer.IsClosing) Gone(peer);
        else if (peer.Connection.WantsDrained) _engine.Handle(Input.Drained(peer.Connection), now, this);
    }

    private void Gone(Peer peer)
    {
        if (peer.IsGone || IsDead) return;
        peer.IsGone = peer.End.Link.IsLetGo = true;
        peer.End.Close();
        peer.Connection.Outbox.Clear();
        Peers.Remove(peer);
    }

    private void Ready(Peer peer)
    {
        if (peer.IsReady || IsDead || peer.IsGone) return;
        peer.IsReady = true;
        _ready.Add(peer);
        ComeSoon();
    }

    private void Dirty(Peer peer)
    {
        if (peer.IsDirty || IsDead || peer.IsGone) return;
        peer.IsDirty = true;
        _dirty.Add(peer);
        ComeSoon();
    }

    private Peer PeerOf(Connection connection) => Peers.Find(peer => peer.Connection == connection)
        ?? throw new Violation("LetGo", $"effect on {connection.RemoteAddress}, whose connection has ended");
}
