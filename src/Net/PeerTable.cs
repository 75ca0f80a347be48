using LightMq.Net.Door;
using LightMq.Net.Linux;

namespace LightMq.Net;

/// <summary>
/// The peers by their descriptors. These are closed at the end of a turn, so that none is reused while items
/// name it.
/// </summary>
internal sealed class PeerTable(AddressTally addresses) : IDisposable
{
    private Peer?[] _peers = new Peer?[64];

    /// <summary>Peers to close when the turn ends.</summary>
    public List<Peer> Gone { get; } = [];

    /// <summary>
    /// The peer that an item names; null: it is closed. A process that is just being started holds copies of
    /// our descriptors for a moment, and epoll reports a socket until its last copy is closed.
    /// </summary>
    public Peer? this[int fd] => _peers[fd];

    /// <summary>A new peer.</summary>
    public void Add(Peer peer)
    {
        if (peer.Fd >= _peers.Length) Array.Resize(ref _peers, Math.Max(peer.Fd + 1, _peers.Length * 2));
        _peers[peer.Fd] = peer;
    }

    /// <summary>The turn ends.</summary>
    public void CloseGone()
    {
        foreach (var peer in Gone)
        {
            _peers[peer.Fd] = null;
            peer.Connection.Outbox.Clear();
            Close(peer);
        }
        Gone.Clear();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var peer in _peers)
            if (peer is not null) Close(peer);
    }

    private void Close(Peer peer)
    {
        addresses.Leave(peer.Address);
        peer.Stream?.Dispose();
        _ = Libc.close(peer.Fd);
    }
}
