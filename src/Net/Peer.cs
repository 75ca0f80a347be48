using LightMq.Broker.Connections;
using LightMq.Broker.Settings;
using LightMq.Net.Door;
using LightMq.Net.Linux;
using LightMq.Net.Tls;

namespace LightMq.Net;

/// <summary>How far a peer's socket is on its way out.</summary>
internal enum PeerState : byte
{
    /// <summary>The engine has it.</summary>
    Open,
    /// <summary>The engine has it; a thread shakes hands with it, and nothing can be sent yet.</summary>
    Handshaking,
    /// <summary>The engine has let go; the thread that shakes hands has yet to.</summary>
    Abandoned,
    /// <summary>The engine has let go; last words are being written.</summary>
    LastWords,
    /// <summary>All is written and our side shut; what still comes is read and forgotten.</summary>
    Lingering,
    /// <summary>The descriptor is closed, or is when the turn ends.</summary>
    Gone,
}

/// <summary>
/// A connected socket beside its <see cref="Broker.Connections.Connection"/>. Owns no buffer.
/// </summary>
internal sealed class Peer
{
    public Peer(int fd, ListenerOptions listener, string remoteAddress, AddressKey address)
    {
        Fd = fd;
        Address = address;
        Connection = new Connection(listener, remoteAddress, this);
    }

    public int Fd { get; }

    /// <summary>Whom it counts as.</summary>
    public AddressKey Address { get; }

    public Connection Connection { get; }
    public PeerState State { get; set; }
    public uint Mask { get; set; }

    /// <summary>What lies between socket and engine; null: nothing, plain TCP.</summary>
    public ISocketStream? Stream { get; set; }

    /// <summary>Why the engine let go of it; what its stream's last word is made of.</summary>
    public CloseReason Reason { get; set; }

    /// <summary>Its handshake while that runs.</summary>
    public Handshake? Handshake { get; set; }

    /// <summary>Whether <see cref="BufferedPeers"/> has it.</summary>
    public bool IsBuffered { get; set; }

    /// <summary>Whether the engine takes what it sends.</summary>
    public bool IsRead => State == PeerState.Open && (Mask & Libc.EpollIn) != 0;

    /// <summary>When an unfinished farewell ends all the same.</summary>
    public long EndsAtMilliseconds { get; set; }
}
