using LightMq.Broker;
using LightMq.Broker.Connections;
using LightMq.Net.Door;
using LightMq.Net.Linux;

namespace LightMq.Net;

// The loop's peers that have a stream between socket and engine.
public sealed unsafe partial class Loop
{
    /// <summary>What was turned away before MQTT had a word.</summary>
    public DoorCounters Door { get; } = new();

    /// <summary>A peer was accepted.</summary>
    private void Welcome(Peer peer, Listener listener)
    {
        if (_addresses.TryEnter(peer.Address))
        {
            _entrance.Welcome(peer, listener);
            _engine.Handle(Input.Connected(peer.Connection), _now, this);
            return;
        }
        // Counted before the peer can see that it was closed.
        TurnAway(peer, Refusal.AddressFull, "it has as many connections as one address may have");
        _ = Libc.close(peer.Fd);
    }

    private void Receive(Peer peer, ISocketStream stream)
    {
        var count = stream.Receive(new(_receive, ReceiveBytes));
        if (count > 0) _engine.Handle(Input.Received(peer.Connection, new(_receive, count)), _now, this);
        else if (count < 0) Lose(peer, stream);
        if (peer.IsRead) _buffered.Note(peer);
        if (stream.HasUnsent) _dirty.Add(peer);
    }

    /// <summary>
    /// The peer is gone without a word of the engine's, but its stream may have one: an answer that refuses,
    /// the code of a close.
    /// </summary>
    private void Lose(Peer peer, ISocketStream stream)
    {
        if (peer.State != PeerState.Open) return;
        peer.Connection.Outbox.Clear();
        _farewells.Begin(peer, CloseReason.PeerGone, _now.Milliseconds);
        if (stream.Failure is { } failure) TurnAway(peer, failure.Refusal, failure.Detail);
        _engine.Handle(Input.Closed(peer.Connection), _now, this);
    }

    private void TurnAway(Peer peer, Refusal refusal, string detail)
    {
        Door.Count(refusal);
        _events.TurnedAway(peer.Connection, refusal, detail);
    }
}
