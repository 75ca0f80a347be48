using System.Runtime.InteropServices;
using LightMq.Broker;
using LightMq.Broker.Connections;
using LightMq.Broker.Durability;
using LightMq.Net.Door;
using LightMq.Net.Linux;

namespace LightMq.Net;

/// <summary>
/// The one thread that owns the engine and every open socket. A turn: wait, receive once from each ready
/// socket, hand it to the engine, write once to each connection that has something to say. Nothing else is
/// called per message, and nothing is allocated.
/// </summary>
public sealed unsafe partial class Loop : IEffects, IDisposable
{
    private const int MailItem = 1, ListenerItem = 2, PeerItem = 3;
    private const int ReceiveBytes = 65_536;
    private const int StopMilliseconds = 10_000;

    private readonly Engine _engine;
    private readonly LoopWorkers _workers;
    private readonly LoopEvents _events;
    private readonly IReadOnlyList<Listener> _listeners;
    private readonly Mailbox _mail;
    private readonly LoopClock _clock;
    private readonly Poll _poll = new();
    private readonly Acceptor _acceptor;
    private readonly Farewells _farewells;
    private readonly Departures _departures;
    private readonly byte* _receive = (byte*)NativeMemory.Alloc(ReceiveBytes);
    private readonly List<Peer> _dirty = [];
    private readonly List<Peer> _drained = [];
    private readonly BufferedPeers _buffered;
    private readonly AddressTally _addresses;
    private readonly PeerTable _peers;
    private readonly Entrance _entrance;
    private Now _now;
    private long _turns;
    private long _stopBy = long.MaxValue;
    private bool _isListening;
    private bool _isStoring;

    /// <summary>
    /// Takes over <paramref name="engine"/> after its recovery. Whether the wall clock is right is asked of
    /// <paramref name="isClockTrusted"/> once a second until it is; null: it is.
    /// </summary>
    public Loop(Engine engine, TimeProvider time, IReadOnlyList<Listener> listeners, Mailbox mail,
        LoopWorkers workers, LoopEvents events, DoorLimits? door = null, Func<bool>? isClockTrusted = null)
    {
        door ??= new DoorLimits();
        (_engine, _listeners, _mail, _workers, _events) = (engine, listeners, mail, workers, events);
        _clock = new LoopClock(time, isClockTrusted);
        _now = _clock.Read();
        _addresses = new AddressTally(door.ConnectionsPerAddressMax, door.IsLoopbackBound);
        _peers = new PeerTable(_addresses);
        _farewells = new Farewells(_poll, PeerItem, _peers.Gone);
        _departures = new Departures(Lose);
        _buffered = new BufferedPeers(Receive);
        _entrance = new Entrance(_poll, PeerItem, _peers, _buffered, mail, time, TurnAway);
        _acceptor = new Acceptor(listeners, _poll, ListenerItem, Welcome, events.AcceptFailed,
            new AcceptPace(door.ConnectsPerSecondMax, Door));
        foreach (var listener in listeners)
            if (listener.Transport == ListenerTransport.FlashPolicy)
                listener.Policy = FlashPolicyStream.PolicyOf(listeners);
        DescriptorsMax = SpareDescriptor.RaiseLimit();
        _poll.Add(_mail.Fd, Libc.EpollIn, MailItem);
    }

    /// <summary>Turns so far: progress, for the watchdog.</summary>
    public long Turns => Volatile.Read(ref _turns);

    /// <summary>File descriptors that the process may have, after it raised its soft limit.</summary>
    public long DescriptorsMax { get; }

    /// <summary>Whether a stop ended with everything committed and every connection let go.</summary>
    public bool StoppedCleanly { get; private set; }

    /// <summary>
    /// Starts the engine and serves until <see cref="Mailbox.Stop"/> was carried out. An exception is our own
    /// mistake, or the kernel's, and ends the process.
    /// </summary>
    /// <param name="epochRandom">16 random bytes (LMQ-CORE-4).</param>
    /// <exception cref="LoopError">A listener could not be opened.</exception>
    public void Run(ReadOnlySpan<byte> epochRandom)
    {
        _engine.Start(epochRandom, _now, this);
        while (!IsFinished()) Turn();
    }

    /// <inheritdoc/>
    public void Send(Connection connection) => _dirty.Add(PeerOf(connection));

    /// <inheritdoc/>
    public void SetReading(Connection connection, bool on)
    {
        var peer = PeerOf(connection);
        if (peer.State != PeerState.Open) return;
        if (on) Departures.Forget(peer);
        const uint Both = Libc.EpollIn | Libc.EpollReadHangUp;
        Watch(peer, (peer.Mask & ~Both) | (on ? Libc.EpollIn : Libc.EpollReadHangUp));
        if (on && peer.Stream is not null) _buffered.Note(peer);
    }

    /// <inheritdoc/>
    public void Close(Connection connection, CloseReason reason)
    {
        var peer = PeerOf(connection);
        if (peer.State == PeerState.Handshaking) _entrance.Abandon(peer);
        if (peer.State != PeerState.Open) return;
        if (reason is CloseReason.ProtocolError or CloseReason.PacketTooLarge)
            _entrance.Explain(peer, new(_receive, 4));
        _farewells.Begin(peer, reason, _now.Milliseconds);
    }

    /// <inheritdoc/>
    public void Store(StoreGroup group)
    {
        _isStoring = true;
        _workers.Store(group);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _acceptor.Dispose();
        _entrance.Dispose();
        _peers.Dispose();
        _poll.Dispose();
        NativeMemory.Free(_receive);
    }

    private static Peer PeerOf(Connection connection) => (Peer)connection.Host!;

    private void Turn()
    {
        var ready = _poll.Wait(WaitMilliseconds());
        _now = _clock.Read();
        Volatile.Write(ref _turns, _turns + 1);
        if (_buffered.Any) _buffered.Serve();
        for (var i = 0; i < ready; i++)
        {
            var mask = _poll.Item(i, out var fd, out var kind);
            if (kind == PeerItem)
            {
                if (_peers[fd] is { } peer) Serve(peer, mask);
            }
            else if (kind == ListenerItem) _acceptor.Accept(fd, _now.Milliseconds);
            else ReadMail();
        }
        if (_now.Milliseconds >= _engine.Deadline) _engine.Handle(Input.Tick(), _now, this);
        if (_now.Milliseconds >= _acceptor.ResumeAtMilliseconds) _acceptor.Resume();
        _departures.Turn(_now.Milliseconds);
        TellDrained();
        WriteDirty();
        _farewells.Turn(_now.Milliseconds);
        _peers.CloseGone();
    }

    private int WaitMilliseconds()
    {
        if (_drained.Count > 0 || _buffered.Any) return 0;
        var until = Math.Min(_engine.Deadline, _acceptor.ResumeAtMilliseconds);
        until = Math.Min(until, Math.Min(_farewells.NextEnd, Math.Min(_departures.NextEnd, _stopBy)));
        if (until == long.MaxValue) return -1;
        return (int)Math.Clamp(until - _clock.Read().Milliseconds, 0, 60_000);
    }

    private void Serve(Peer peer, uint mask)
    {
        if (peer.State != PeerState.Open)
        {
            _farewells.Serve(peer, _receive, ReceiveBytes);
            return;
        }
        if ((mask & Libc.EpollOut) != 0) _dirty.Add(peer);
        if ((peer.Mask & Libc.EpollIn) != 0)
        {
            if ((mask & ~Libc.EpollOut) != 0) Receive(peer);
        }
        // Nothing may be read, but an error or a reset ends both ways and would be reported for ever.
        else if ((mask & (Libc.EpollError | Libc.EpollHangUp)) != 0) Lose(peer);
        else if ((mask & Libc.EpollReadHangUp) != 0)
        {
            Watch(peer, peer.Mask & ~Libc.EpollReadHangUp);
            _departures.Note(peer, _now.Milliseconds);
        }
    }

    private void Receive(Peer peer)
    {
        if (peer.Stream is { } stream)
        {
            Receive(peer, stream);
            return;
        }
        var count = (int)Libc.recv(peer.Fd, _receive, ReceiveBytes, 0);
        if (count > 0)
            _engine.Handle(Input.Received(peer.Connection, new(_receive, count)), _now, this);
        else if (count == 0 || Marshal.GetLastPInvokeError() is not (Errno.Again or Errno.Interrupted))
            Lose(peer);
    }

    /// <summary>The peer is gone without a word of the engine's.</summary>
    private void Lose(Peer peer)
    {
        if (peer.State is not (PeerState.Open or PeerState.Handshaking)) return;
        peer.State = PeerState.Gone;
        _peers.Gone.Add(peer);
        _engine.Handle(Input.Closed(peer.Connection), _now, this);
    }

    private void WriteDirty()
    {
        // Losing a peer may make others dirty (its will): the list grows while it is read.
        for (var i = 0; i < _dirty.Count; i++)
        {
            var peer = _dirty[i];
            if (peer.State == PeerState.Open && !TryWrite(peer)) Lose(peer);
        }
        _dirty.Clear();
    }

    private bool TryWrite(Peer peer)
    {
        if (!PeerWriter.TryWrite(peer)) return false;
        if (PeerWriter.HasUnsent(peer)) Watch(peer, peer.Mask | Libc.EpollOut);
        else
        {
            Watch(peer, peer.Mask & ~Libc.EpollOut);
            if (peer.Connection.WantsDrained) _drained.Add(peer);
        }
        return true;
    }

    /// <summary>Told a turn later, so that one fast reader of a long queue starves nobody.</summary>
    private void TellDrained()
    {
        foreach (var peer in _drained)
            if (peer.State == PeerState.Open) _engine.Handle(Input.Drained(peer.Connection), _now, this);
        _drained.Clear();
    }

    private void Watch(Peer peer, uint mask)
    {
        if (peer.Mask == mask) return;
        peer.Mask = mask;
        _poll.Modify(peer.Fd, mask, PeerItem);
    }

    private void ReadMail()
    {
        var letters = _mail.Take();
        while (letters.TryDequeue(out var letter))
        {
            if (letter.Handshake is { } handshake)
            {
                if (!_entrance.Welcome(handshake)) Lose(handshake.Peer);
                continue;
            }
            if (letter.Kind == InputKind.Stored) _isStoring = false;
            if (letter.Kind == InputKind.Stop) BeginStop();
            _engine.Handle(letter.ToInput(), _now, this);
        }
        if (!_isListening && _engine.IsReady && _stopBy == long.MaxValue) Listen();
    }

    private void Listen()
    {
        _acceptor.Open();
        _isListening = true;
        _events.Ready(_listeners);
    }

    // First no more peers, then the engine commits and lets go, then last words are written.
    private void BeginStop()
    {
        _acceptor.Dispose();
        _stopBy = Math.Min(_stopBy, _now.Milliseconds + StopMilliseconds);
    }

    private bool IsFinished()
    {
        if (_stopBy == long.MaxValue) return false;
        StoppedCleanly = _engine.IsStopped && !_isStoring && _farewells.IsEmpty;
        return StoppedCleanly || _now.Milliseconds >= _stopBy;
    }
}
