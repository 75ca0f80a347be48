using LightMq.Net.Linux;
using LightMq.Net.Tls;
using LightMq.Net.WebSocket;

namespace LightMq.Net;

/// <summary>
/// How a peer comes in: at once without TLS, after its handshake with it. The engine knows it from accept
/// on, so that its limits on connections and on the time to CONNECT hold for peers that shake hands as well.
/// </summary>
internal sealed class Entrance(
    Poll poll, int itemKind, PeerTable peers, BufferedPeers buffered, Mailbox mail,
    TimeProvider time, Action<Peer, Refusal, string> turnAway)
    : IDisposable
{
    private const int HandshakeThreadsMax = 2, HandshakesMax = 256;

    /// <summary>
    /// One thread has the first ones to itself: two that share a trickle wake each other and cost more per
    /// handshake. Only a flood is worth the second.
    /// </summary>
    private const int FloodHandshakes = 32;

    private readonly HandshakeThread?[] _threads = new HandshakeThread?[HandshakeThreadsMax];
    private readonly int[] _underWay = new int[HandshakeThreadsMax];

    /// <summary>A peer was accepted.</summary>
    public void Welcome(Peer peer, Listener listener)
    {
        peers.Add(peer);
        peer.Mask = Libc.EpollIn;
        if (listener.Transport == ListenerTransport.WebSocket)
            peer.Stream = new WebSocketStream(new PlainStream(peer.Fd), listener.Upgrade);
        else if (listener.Transport == ListenerTransport.FlashPolicy)
            peer.Stream = new FlashPolicyStream(new PlainStream(peer.Fd), listener.Policy);
        if (listener.Tls is null)
        {
            poll.Add(peer.Fd, peer.Mask, itemKind);
            return;
        }
        peer.State = PeerState.Handshaking;
        var index = _underWay[0] < FloodHandshakes || _underWay[0] <= _underWay[1] ? 0 : 1;
        peer.Handshake = new Handshake(peer, listener, index);
        _underWay[index]++;
        ref var thread = ref _threads[index];
        thread ??= new HandshakeThread(mail, HandshakesMax, time);
        thread.Begin(peer.Handshake);
    }

    /// <summary>A handshake has ended: its peer is the loop's again. False: it is lost.</summary>
    public bool Welcome(Handshake handshake)
    {
        var peer = handshake.Peer;
        peer.Handshake = null;
        _underWay[handshake.Thread]--;
        if (peer.State == PeerState.Abandoned)
        {
            handshake.Drop();
            peer.State = PeerState.Gone;
            peers.Gone.Add(peer);
            return true;
        }
        if (handshake.TakeStream() is not { } stream)
        {
            handshake.Drop();
            if (handshake.Refusal is { } refusal)
                turnAway(peer, refusal, handshake.Detail);
            return false;
        }
        var upgrade = handshake.Listener.Upgrade;
        var isWebSocket = handshake.Listener.Transport == ListenerTransport.SecureWebSocket;
        peer.Stream = isWebSocket ? new WebSocketStream(stream, upgrade) : stream;
        peer.State = PeerState.Open;
        peer.Connection.CertificateName = handshake.CertificateName;
        poll.Add(peer.Fd, peer.Mask, itemKind);
        // CONNECT may have come with the last of the handshake.
        buffered.Note(peer);
        return true;
    }

    /// <summary>The engine has let go of a peer whose handshake has not ended.</summary>
    public void Abandon(Peer peer)
    {
        peer.State = PeerState.Abandoned;
        _threads[peer.Handshake!.Thread]!.Abandon(peer.Handshake);
    }

    /// <summary>The first bytes of a plain peer were no MQTT: tells what they are if known.</summary>
    public void Explain(Peer peer, ReadOnlySpan<byte> first)
    {
        if (peer.Stream is null && peer.Connection.Outbox.TotalSent == 0
            && Foreign.AtPlain(first) is { } refusal)
            turnAway(peer, refusal, Foreign.Advice(refusal));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var thread in _threads) thread?.Dispose();
    }
}
