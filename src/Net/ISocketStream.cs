using LightMq.Broker.Connections;

namespace LightMq.Net;

/// <summary>
/// What lies between a socket and the engine where it is not plain TCP: TLS records, WebSocket frames. Owned
/// by the loop's thread; nothing in it blocks.
/// </summary>
internal interface ISocketStream : IDisposable
{
    /// <summary>Why <see cref="Receive"/> gave -1; null: the peer went away without a fault.</summary>
    StreamFailure? Failure => null;

    /// <summary>
    /// Whether received bytes lie inside that <see cref="Receive"/> can give at once: epoll does not report
    /// them, so the loop serves the peer again.
    /// </summary>
    bool HasBuffered { get; }

    /// <summary>
    /// Whether bytes of the stream's own (an answer to a ping, say) wait for room in the socket: the loop
    /// watches for room and calls <see cref="Send"/>, with nothing if nothing else waits.
    /// </summary>
    bool HasUnsent { get; }

    /// <summary>
    /// Bytes put into <paramref name="to"/>; 0: none now, wait for the socket; -1: the peer is gone.
    /// </summary>
    int Receive(Span<byte> to);

    /// <summary>
    /// Bytes of <paramref name="bytes"/> taken; 0: none now, wait for room and offer the same bytes again,
    /// and more if there are more; -1: broken.
    /// </summary>
    int Send(ReadOnlySpan<byte> bytes);

    /// <summary>
    /// The orderly last word: close_notify of TLS, a close frame. False: call again once there is room.
    /// </summary>
    /// <param name="reason">Why the engine let go; a WebSocket tells the peer by a code.</param>
    bool TryEnd(CloseReason reason);
}
