using LightMq.Broker.Connections;
using LightMq.Lmq;
using LightMq.Simulator.Network;
using LightMq.Simulator.World;

namespace LightMq.Simulator.Machine;

/// <summary>A connection as the simulated host keeps it: the socket beside the engine's view.</summary>
public sealed class Peer(LinkEnd end)
{
    public LinkEnd End { get; } = end;
    public required Connection Connection { get; init; }
    public bool IsReading { get; set; } = true;
    public bool IsReady { get; set; }
    public bool IsDirty { get; set; }
    /// <summary>The engine has let go; what the outbox holds is still written for a second.</summary>
    public bool IsClosing { get; set; }
    public bool IsGone { get; set; }
    /// <summary>Tokens that the broker has found good, by type (LMQ-TOK-6).</summary>
    public SortedDictionary<TokenActions, SimulatedToken> Tokens { get; } = [];
    /// <summary>The one whose verdict the broker is just told.</summary>
    public SimulatedToken? Judged { get; set; }
    /// <summary>CONNACK, and what waited for the disk before the first PUBACK, are done with.</summary>
    public bool IsAdmitted { get; set; }
    /// <summary>Watches, and in seeded bugs changes, what is sent.</summary>
    public FrameTap? Tap { get; set; }
    /// <summary>Bytes that the tap let through and the network has not taken.</summary>
    public List<byte> Tapped { get; } = [];
}
