using LightMq.Net.Door;
using LightMq.Net.Linux;

namespace LightMq.Net;

/// <summary>
/// Takes waiting peers from the listeners, a batch at a time. Without a free descriptor it turns peers away
/// or lets them wait, and never spins on a listener that stays ready.
/// </summary>
internal sealed class Acceptor(
    IReadOnlyList<Listener> listeners, Poll poll, int itemKind, Action<Peer, Listener> welcome,
    Action<Listener, int> failed, AcceptPace pace)
    : IDisposable
{
    private const int PeersPerTurn = 64;
    private const int PauseMilliseconds = 100;

    private readonly SpareDescriptor _spare = new();

    /// <summary>When paused listeners are tried again.</summary>
    public long ResumeAtMilliseconds { get; private set; } = long.MaxValue;

    /// <summary>Lets peers in from now on.</summary>
    public void Open()
    {
        foreach (var listener in listeners)
        {
            listener.Listen();
            poll.Add(listener.Fd, Libc.EpollIn, itemKind);
        }
    }

    /// <summary>A listener is ready.</summary>
    public void Accept(int listenerFd, long now)
    {
        if (ListenerOf(listenerFd) is not { } listener) return;
        for (var i = 0; i < PeersPerTurn; i++)
        {
            if (!pace.TryTake(now, out var againAt))
            {
                Pause(listener, againAt);
                return;
            }
            var fd = listener.Accept(out var remoteAddress, out var address, out var errno);
            if (fd >= 0) welcome(new Peer(fd, listener.Options, remoteAddress, address), listener);
            else if (errno == Errno.Again) return;
            else if (errno is Errno.FilesExhausted or Errno.SystemFilesExhausted && _spare.TurnAway(listener))
                failed(listener, errno);
            // accept(2): what went wrong with this one peer comes out here as well; take the next.
            else if (errno is not (Errno.Interrupted or Errno.ConnectionAborted))
            {
                failed(listener, errno);
                Pause(listener, now + PauseMilliseconds);
                return;
            }
        }
    }

    /// <summary>Tries paused listeners again.</summary>
    public void Resume()
    {
        ResumeAtMilliseconds = long.MaxValue;
        foreach (var listener in listeners)
        {
            if (!listener.IsPaused || listener.Fd < 0) continue;
            listener.IsPaused = false;
            poll.Modify(listener.Fd, Libc.EpollIn, itemKind);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var listener in listeners) listener.Dispose();
        _spare.Dispose();
    }

    private void Pause(Listener listener, long until)
    {
        listener.IsPaused = true;
        poll.Modify(listener.Fd, 0, itemKind);
        ResumeAtMilliseconds = Math.Min(ResumeAtMilliseconds, until);
    }

    /// <summary>Null for one that a stop has closed in this very turn.</summary>
    private Listener? ListenerOf(int fd)
    {
        foreach (var listener in listeners)
            if (listener.Fd == fd) return listener;
        return null;
    }
}
