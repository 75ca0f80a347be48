using LightMq.Broker;
using LightMq.Broker.Connections;
using LightMq.Broker.Durability;
using LightMq.Broker.Settings;

namespace LightMq.Tests.Stages;

/// <summary>The bare engine: no thread, no socket, a clock that stands unless it is moved.</summary>
internal sealed class CoreStage : IStage, IEffects
{
    // What the broker may take to answer: the hold of an acknowledgement and the gathering of a group.
    private const int PatienceMilliseconds = 1_000;
    private const int TicksMax = 100_000;

    private readonly Transcript _transcript;
    private readonly int _cut;
    private readonly Dictionary<(StoreCollection, int), byte[]> _store = [];
    private readonly Dictionary<string, Peer> _peers = [];
    private readonly Queue<Action> _answers = new();
    private Engine _engine = null!;
    private Now _now = new(1_000, 1_700_000_000_000);
    private byte _starts;
    private bool _isAdvancing;

    /// <param name="transcript">Names the options.</param>
    /// <param name="cut">Bytes that the engine is given at a time.</param>
    public CoreStage(Transcript transcript, int cut)
    {
        _transcript = transcript;
        _cut = cut;
        Start();
    }

    public void Connect(string peer)
    {
        var connection = new Connection(Given.Listener(_transcript), "127.0.0.1:1", peer);
        _peers[peer] = new Peer(connection);
        Handle(Input.Connected(connection));
    }

    public void Send(string peer, byte[] bytes)
    {
        _peers[peer].Unread.AddRange(bytes);
        Deliver(_peers[peer]);
    }

    public byte[] Receive(string peer, int count)
    {
        var from = _peers[peer];
        Wait(() => from.Received.Count >= count || from.IsClosed);
        return from.Take(Math.Min(count, from.Received.Count));
    }

    public byte[] Pending(string peer)
    {
        var from = _peers[peer];
        Wait(() => false);
        if (from.IsClosed) throw new Difference($"{peer} was closed");
        return from.Take(from.Received.Count);
    }

    public byte[] PendingAtEnd(string peer)
    {
        var from = _peers[peer];
        Wait(() => from.IsClosed);
        if (!from.IsClosed) throw new Difference($"{peer} is still open");
        return from.Take(from.Received.Count);
    }

    /// <summary>What waits for a peer now.</summary>
    public byte[] Take(string peer) => _peers[peer].Take(_peers[peer].Received.Count);

    /// <summary>Whether the broker has closed it, or never knew it.</summary>
    public bool IsClosed(string peer) => !_peers.TryGetValue(peer, out var found) || found.IsClosed;

    public long Milliseconds => _now.Milliseconds;

    /// <summary>Whether the disk takes its time: no answer comes from it.</summary>
    public bool IsDiskSlow { get; private set; }

    /// <summary>Makes the disk slow, or lets it catch up.</summary>
    public void SetDiskSlow(bool on)
    {
        IsDiskSlow = on;
        Settle();
    }

    /// <summary>Tells the broker that the disk is full, or has room again.</summary>
    public void SetDiskFull(bool on) => Handle(Input.DiskFull(on));

    /// <summary>Whether it has connected since the process started.</summary>
    public bool IsKnown(string peer) => _peers.ContainsKey(peer);

    /// <summary>Whether the peer takes what the broker has for it.</summary>
    public void SetTaking(string peer, bool on)
    {
        _peers[peer].IsTaking = on;
        Settle();
    }

    public void Cut(string peer)
    {
        var from = _peers[peer];
        from.IsClosed = true;
        Handle(Input.Closed(from.Connection));
    }

    public void Advance(int milliseconds)
    {
        var until = _now.Milliseconds + milliseconds;
        _isAdvancing = true;
        AdvanceTo(until, () => false);
        Pass(until);
        _isAdvancing = false;
    }

    public void Restart()
    {
        // What the disk had not confirmed is lost.
        IsDiskSlow = false;
        _peers.Clear();
        _answers.Clear();
        Start();
    }

    public void Dispose() { }

    void IEffects.Send(Connection connection) { }

    void IEffects.SetReading(Connection connection, bool on) => PeerOf(connection).IsRead = on;

    void IEffects.Close(Connection connection, CloseReason reason)
    {
        var peer = PeerOf(connection);
        Collect(peer);
        peer.IsClosed = true;
    }

    void IEffects.Store(StoreGroup group)
    {
        _answers.Enqueue(() =>
        {
            foreach (var change in group.Changes)
            {
                var key = (change.Collection, change.Key);
                if (change.IsDelete) _store.Remove(key);
                else _store[key] = group.ValueOf(change).ToArray();
            }
            _engine.Handle(Input.Stored(group.Number), _now, this);
        });
    }

    void IEffects.Load(int slot) => _answers.Enqueue(() => _engine.Handle(
        Input.Loaded(slot, _store.GetValueOrDefault((StoreCollection.Slots, slot)) ?? []), _now, this));

    void IEffects.CheckPassword(Connection connection, PasswordHash hash, byte[] password) =>
        _answers.Enqueue(() => _engine.Handle(
            Input.PasswordChecked(connection, Given.Matches(hash, password)), _now, this));

    void IEffects.CheckToken(Connection connection, byte[] token) =>
        _answers.Enqueue(() => _engine.Handle(
            Input.TokenChecked(connection, GivenTokens.Verify(token)), _now, this));

    void IEffects.RegistryStored(RegistryChange change) { }

    void IEffects.Report(in BrokerEvent happened) { }

    private Peer PeerOf(Connection connection) => _peers.Values.First(peer => peer.Connection == connection);

    private void Start()
    {
        _engine = new Engine(Given.Options(_transcript));
        foreach (var ((collection, key), value) in _store) _engine.Recover(collection, key, value);
        var random = new byte[16];
        random[0] = ++_starts;
        _engine.Start(random, _now, this);
        _engine.Handle(Input.Revoked(GivenTokens.Revoked), _now, this);
        Settle();
        if (!_engine.IsReady) throw new Difference("not ready after the first group was stored");
    }

    private void Handle(scoped in Input input)
    {
        _engine.Handle(input, _now, this);
        Settle();
    }

    private void Deliver(Peer peer)
    {
        while (peer.Unread.Count > 0 && peer.IsRead && !peer.IsClosed)
        {
            var bytes = peer.Unread.GetRange(0, Math.Min(_cut, peer.Unread.Count)).ToArray();
            peer.Unread.RemoveRange(0, bytes.Length);
            Handle(Input.Received(peer.Connection, bytes));
        }
    }

    // The end of a turn: all answers are given and all outboxes taken.
    private void Settle()
    {
        for (var isBusy = true; isBusy;)
        {
            isBusy = !IsDiskSlow && _answers.TryDequeue(out var answer) && Invoke(answer);
            foreach (var peer in _peers.Values.ToArray())
            {
                if (peer.IsClosed || !peer.IsTaking) continue;
                Collect(peer);
                if (!peer.Connection.WantsDrained) continue;
                _engine.Handle(Input.Drained(peer.Connection), _now, this);
                isBusy = true;
            }
        }
    }

    private static bool Invoke(Action answer)
    {
        answer();
        return true;
    }

    private static void Collect(Peer peer)
    {
        var outbox = peer.Connection.Outbox;
        peer.Received.AddRange(outbox.Unsent);
        outbox.Sent(outbox.Length);
    }

    private void Wait(Func<bool> isDone)
    {
        foreach (var peer in _peers.Values.ToArray()) Deliver(peer);
        AdvanceTo(_now.Milliseconds + PatienceMilliseconds, isDone);
    }

    private void AdvanceTo(long milliseconds, Func<bool> isDone)
    {
        for (var ticks = 0; !isDone() && _engine.Deadline <= milliseconds; ticks++)
        {
            if (ticks == TicksMax) throw new Difference("the engine's deadline does not move");
            Pass(Math.Max(_now.Milliseconds, _engine.Deadline));
            Handle(Input.Tick());
            foreach (var peer in _peers.Values.ToArray()) Deliver(peer);
        }
    }

    // The wall clock, which messages show, stands while the broker is only given its time to answer.
    private void Pass(long milliseconds) => _now = _now with
    {
        Milliseconds = milliseconds,
        UnixMilliseconds = _now.UnixMilliseconds + (_isAdvancing ? milliseconds - _now.Milliseconds : 0),
    };

    private sealed class Peer(Connection connection)
    {
        public Connection Connection => connection;

        public List<byte> Unread { get; } = [];

        public List<byte> Received { get; } = [];

        public bool IsRead { get; set; } = true;

        public bool IsTaking { get; set; } = true;

        public bool IsClosed { get; set; }

        public byte[] Take(int count)
        {
            var bytes = Received.GetRange(0, count).ToArray();
            Received.RemoveRange(0, count);
            return bytes;
        }
    }
}
