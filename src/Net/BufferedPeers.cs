namespace LightMq.Net;

/// <summary>
/// Peers whose streams hold received bytes that epoll does not report. Each is served once a turn, like those
/// that epoll reports, so that none starves the others.
/// </summary>
internal sealed class BufferedPeers(Action<Peer> receive)
{
    private readonly List<Peer> _waiting = [];

    /// <summary>Whether the loop must turn at once.</summary>
    public bool Any => _waiting.Count > 0;

    /// <summary>Takes note of a peer that may hold some.</summary>
    public void Note(Peer peer)
    {
        if (peer.IsBuffered || !peer.Stream!.HasBuffered) return;
        peer.IsBuffered = true;
        _waiting.Add(peer);
    }

    /// <summary>
    /// Serves those noted in the turn before. One that is not read now is noted when it is again.
    /// </summary>
    public void Serve()
    {
        var count = _waiting.Count;
        for (var i = 0; i < count; i++)
        {
            var peer = _waiting[i];
            peer.IsBuffered = false;
            if (peer.IsRead) receive(peer);
        }
        _waiting.RemoveRange(0, count);
    }
}
