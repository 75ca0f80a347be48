using LightMq.Broker.Connections;
using LightMq.Net.Linux;

namespace LightMq.Net;

/// <summary>
/// Connections that the engine has let go of but whose last words (a CONNACK that refuses, PUBACKs at a stop)
/// are still on the way. Closing a socket that holds unread bytes would reset it and lose those words at the
/// peer, so our side is shut first and the rest read and forgotten, for a second at most.
/// </summary>
internal sealed unsafe class Farewells(Poll poll, int itemKind, List<Peer> gone)
{
    private const int Milliseconds = 1_000;
    private const int PeersMax = 1_024;

    private readonly List<Peer> _new = [];
    private readonly Queue<Peer> _waiting = new();

    /// <summary>When the oldest farewell ends all the same.</summary>
    public long NextEnd => _waiting.TryPeek(out var peer) ? peer.EndsAtMilliseconds : long.MaxValue;

    /// <summary>Whether every socket is closed.</summary>
    public bool IsEmpty => _new.Count == 0 && _waiting.Count == 0;

    /// <summary>The engine has let go of it.</summary>
    public void Begin(Peer peer, CloseReason reason, long now)
    {
        peer.Reason = reason;
        peer.State = PeerState.LastWords;
        peer.EndsAtMilliseconds = now + Milliseconds;
        _new.Add(peer);
    }

    /// <summary>At the end of a turn: writes what is new, ends what took too long.</summary>
    public void Turn(long now)
    {
        foreach (var peer in _new)
        {
            // Without last words nothing can be lost. Beyond the bound a flood gets one try and no patience.
            if (peer.Connection.Outbox.IsEmpty && peer.Stream is null) End(peer);
            else
            {
                Write(peer);
                if (_waiting.Count >= PeersMax) End(peer);
                else if (peer.State != PeerState.Gone) _waiting.Enqueue(peer);
            }
        }
        _new.Clear();
        while (_waiting.TryPeek(out var peer)
            && (peer.State == PeerState.Gone || peer.EndsAtMilliseconds <= now))
        {
            End(peer);
            _waiting.Dequeue();
        }
    }

    /// <summary>Its socket is ready.</summary>
    public void Serve(Peer peer, byte* scratch, int scratchBytes)
    {
        if (peer.State == PeerState.LastWords) Write(peer);
        else if (peer.State == PeerState.Lingering
            && Libc.recv(peer.Fd, scratch, (nuint)scratchBytes, 0) <= 0) End(peer);
    }

    private void Write(Peer peer)
    {
        if (!PeerWriter.TryWrite(peer)) End(peer);
        else if (PeerWriter.HasUnsent(peer) || peer.Stream?.TryEnd(peer.Reason) == false)
            Watch(peer, Libc.EpollOut);
        else
        {
            _ = Libc.shutdown(peer.Fd, Libc.ShutWrite);
            peer.State = PeerState.Lingering;
            Watch(peer, Libc.EpollIn);
        }
    }

    private void Watch(Peer peer, uint mask)
    {
        if (peer.Mask == mask) return;
        peer.Mask = mask;
        poll.Modify(peer.Fd, mask, itemKind);
    }

    private void End(Peer peer)
    {
        if (peer.State == PeerState.Gone) return;
        peer.State = PeerState.Gone;
        gone.Add(peer);
    }
}
