namespace LightMq.Net;

/// <summary>
/// Peers that closed their side while back-pressure keeps them unread. What they sent before, a DISCONNECT
/// perhaps, is read if reading goes on within ten seconds; after that they are let go, so that clients which
/// gave up do not use up the connections while a queue is full.
/// </summary>
internal sealed class Departures(Action<Peer> lose)
{
    /// <summary>How long a peer that has left is kept unread.</summary>
    public const int Milliseconds = 10_000;

    private readonly Queue<(Peer Peer, long EndsAt)> _waiting = new();

    /// <summary>When the first is let go.</summary>
    public long NextEnd => _waiting.TryPeek(out var first) ? first.EndsAt : long.MaxValue;

    /// <summary>The peer closed its side.</summary>
    public void Note(Peer peer, long now)
    {
        peer.EndsAtMilliseconds = now + Milliseconds;
        _waiting.Enqueue((peer, peer.EndsAtMilliseconds));
    }

    /// <summary>It is read again: the end of its stream comes that way.</summary>
    public static void Forget(Peer peer) => peer.EndsAtMilliseconds = long.MaxValue;

    /// <summary>Lets go of those whose time is over.</summary>
    public void Turn(long now)
    {
        while (_waiting.TryPeek(out var first) && first.EndsAt <= now)
        {
            _waiting.Dequeue();
            if (first.Peer.State == PeerState.Open && first.Peer.EndsAtMilliseconds == first.EndsAt)
                lose(first.Peer);
        }
    }
}
