using LightMq.Net.Linux;

namespace LightMq.Net.Tls;

/// <summary>
/// Shakes hands with new peers of TLS listeners, off the loop: one handshake costs as much CPU as hundreds of
/// messages. The engine's limit until CONNECT counts from accept and ends what takes too long. Only when all
/// places are taken the oldest is asked to go before that, so that half handshakes keep nobody out.
/// </summary>
internal sealed unsafe class HandshakeThread : IDisposable
{
    private const int MailItem = 1, PeerItem = 2;
    private const int PatienceMilliseconds = 3_000;

    private readonly Mailbox _loop;
    private readonly int _begunMax;
    private readonly Lock _gate = new();
    private readonly Queue<(Handshake Handshake, bool IsOver)> _mail = [];
    private readonly int _mailFd =
        Poll.Check(Libc.eventfd(0, Libc.CloseOnExec | Libc.NonBlocking), "eventfd");
    private readonly Poll _poll = new();
    private readonly Dictionary<int, Handshake> _running = [];
    private readonly Queue<Handshake> _waiting = [];
    /// <summary>Those that have begun, oldest first.</summary>
    private readonly LinkedList<Handshake> _begun = [];
    private readonly TimeProvider _time;
    private readonly Thread _thread;
    private volatile bool _isStopping;

    /// <summary>
    /// Starts; results go to <paramref name="loop"/>. Of the peers that have begun to speak at most
    /// <paramref name="begunMax"/> cost memory at a time; the others wait, and their time runs.
    /// </summary>
    public HandshakeThread(Mailbox loop, int begunMax, TimeProvider time)
    {
        (_loop, _begunMax, _time) = (loop, begunMax, time);
        _poll.Add(_mailFd, Libc.EpollIn, MailItem);
        _thread = new Thread(Run) { Name = "handshakes", IsBackground = true };
        _thread.Start();
    }

    /// <summary>A new peer. From any thread.</summary>
    public void Begin(Handshake handshake) => Post(handshake, isOver: false);

    /// <summary>The engine has let go of the peer: the handshake ends at once. From any thread.</summary>
    public void Abandon(Handshake handshake) => Post(handshake, isOver: true);

    /// <summary>Ends the thread; what is unfinished is dropped.</summary>
    public void Dispose()
    {
        _isStopping = true;
        Signal();
        _thread.Join();
        foreach (var handshake in _running.Values) handshake.Drop();
        _poll.Dispose();
        _ = Libc.close(_mailFd);
    }

    private void Run()
    {
        while (!_isStopping)
        {
            var ready = _poll.Wait(WaitMilliseconds());
            for (var i = 0; i < ready; i++)
            {
                _poll.Item(i, out var fd, out var kind);
                if (kind == MailItem) ReadMail();
                // An abandoned one may be among the items of this turn still.
                else if (_running.TryGetValue(fd, out var handshake)) Step(handshake);
            }
        }
    }

    /// <summary>Makes room where others wait; gives the time until there is more to be made.</summary>
    private int WaitMilliseconds()
    {
        while (_waiting.Count > 0 && _begun.First?.Value is { } oldest)
        {
            var left = PatienceMilliseconds - (int)_time.GetElapsedTime(oldest.BegunAt).TotalMilliseconds;
            if (left > 0) return left;
            oldest.MakeRoom();
            End(oldest);
        }
        return -1;
    }

    private void ReadMail()
    {
        while (true)
        {
            Handshake handshake;
            bool isOver;
            lock (_gate)
            {
                if (!_mail.TryDequeue(out var letter))
                {
                    long count;
                    _ = Libc.read(_mailFd, &count, sizeof(long));
                    return;
                }
                (handshake, isOver) = letter;
            }
            if (!isOver) Take(handshake);
            // One that ended meanwhile is in the loop's mail already.
            else if (IsRunning(handshake)) End(handshake);
        }
    }

    private bool IsRunning(Handshake handshake) =>
        _running.TryGetValue(handshake.Peer.Fd, out var running) && running == handshake;

    private void Take(Handshake handshake)
    {
        _running.Add(handshake.Peer.Fd, handshake);
        Watch(handshake);
    }

    private void Step(Handshake handshake)
    {
        if (!handshake.HasBegun)
        {
            if (!handshake.Peek()) return;
            if (handshake.HasFailed)
            {
                End(handshake);
                return;
            }
            if (_begun.Count == _begunMax)
            {
                Unwatch(handshake);
                _waiting.Enqueue(handshake);
                return;
            }
            handshake.BegunAt = _time.GetTimestamp();
            handshake.Place = _begun.AddLast(handshake);
        }
        if (handshake.Step()) End(handshake);
        else Watch(handshake);
    }

    private void End(Handshake handshake)
    {
        Unwatch(handshake);
        _running.Remove(handshake.Peer.Fd);
        if (handshake.Place is { } place) _begun.Remove(place);
        _loop.Shaken(handshake);
        while (_begun.Count < _begunMax && _waiting.TryDequeue(out var next))
        {
            if (!IsRunning(next)) continue;
            Watch(next);
            break;
        }
    }

    private void Watch(Handshake handshake)
    {
        if (handshake.Watched == handshake.Mask) return;
        if (handshake.Watched == 0) _poll.Add(handshake.Peer.Fd, handshake.Mask, PeerItem);
        else _poll.Modify(handshake.Peer.Fd, handshake.Mask, PeerItem);
        handshake.Watched = handshake.Mask;
    }

    private void Unwatch(Handshake handshake)
    {
        if (handshake.Watched != 0) _poll.Remove(handshake.Peer.Fd);
        handshake.Watched = 0;
    }

    private void Post(Handshake handshake, bool isOver)
    {
        lock (_gate)
        {
            _mail.Enqueue((handshake, isOver));
            if (_mail.Count == 1) Signal();
        }
    }

    private void Signal()
    {
        long one = 1;
        _ = Libc.write(_mailFd, &one, sizeof(long));
    }
}
