namespace LightMq.Uplink.Bridging;

/// <summary>Kinds of <see cref="BridgeInput"/>.</summary>
public enum BridgeInputKind
{
    /// <summary>Time passed.</summary>
    Tick,
    /// <summary>Connected to the local broker.</summary>
    LocalConnected,
    /// <summary>That connection ended.</summary>
    LocalClosed,
    /// <summary>The local broker gave a message.</summary>
    LocalPublish,
    /// <summary>The local broker acknowledged one.</summary>
    LocalAcked,
    /// <summary>Connected and logged in to the central.</summary>
    CentralConnected,
    /// <summary>That connection ended.</summary>
    CentralClosed,
    /// <summary>The central gave a message.</summary>
    DownPublish,
    /// <summary>The central acknowledged one.</summary>
    CentralAcked,
    /// <summary>A refused message is kept.</summary>
    Stored,
    /// <summary>A refused message is to go up after all.</summary>
    Replay,
}

/// <summary>One thing that happened, as the bridge is told of it.</summary>
/// <remarks>
/// A generation is the number of a connection, from 1 on and each larger than the one before on its side.
/// What is said of another than the present one is ignored.
/// </remarks>
public readonly struct BridgeInput
{
    /// <summary>What happened.</summary>
    public BridgeInputKind Kind { get; private init; }

    /// <summary>On which connection.</summary>
    public int Generation { get; private init; }

    /// <summary>Packet id; 0: QoS 0.</summary>
    public ushort PacketId { get; private init; }

    /// <summary>Reason code of an acknowledgement; 0x80 and more is a refusal.</summary>
    public byte Code { get; private init; }

    /// <summary>The message given.</summary>
    public BridgeMessage? Message { get; private init; }

    /// <summary>What was agreed on.</summary>
    public LinkTerms? Terms { get; private init; }

    /// <summary>Why the connection ended.</summary>
    public CloseCause Cause { get; private init; }

    /// <summary>Ticket of a refused message, or its number in the store.</summary>
    public long Ticket { get; private init; }

    /// <summary>Time passed: to be said at least once a second.</summary>
    public static BridgeInput Tick() => default;

    /// <summary>Connected to the local broker.</summary>
    public static BridgeInput LocalConnected(int generation, LinkTerms terms) =>
        new() { Kind = BridgeInputKind.LocalConnected, Generation = generation, Terms = terms };

    /// <summary>The connection to the local broker ended.</summary>
    public static BridgeInput LocalClosed(int generation, CloseCause cause) =>
        new() { Kind = BridgeInputKind.LocalClosed, Generation = generation, Cause = cause };

    /// <summary>The local broker gave a message.</summary>
    public static BridgeInput LocalPublish(int generation, ushort packetId, BridgeMessage message) => new()
    {
        Kind = BridgeInputKind.LocalPublish, Generation = generation, PacketId = packetId, Message = message,
    };

    /// <summary>The local broker acknowledged a message.</summary>
    public static BridgeInput LocalAcked(int generation, ushort packetId, byte code) => new()
    {
        Kind = BridgeInputKind.LocalAcked, Generation = generation, PacketId = packetId, Code = code,
    };

    /// <summary>Connected to the central, its CONNACK good, tokens and filters taken.</summary>
    public static BridgeInput CentralConnected(int generation, LinkTerms terms) =>
        new() { Kind = BridgeInputKind.CentralConnected, Generation = generation, Terms = terms };

    /// <summary>The connection to the central ended.</summary>
    public static BridgeInput CentralClosed(int generation, CloseCause cause) =>
        new() { Kind = BridgeInputKind.CentralClosed, Generation = generation, Cause = cause };

    /// <summary>The central gave a message.</summary>
    public static BridgeInput DownPublish(int generation, ushort packetId, BridgeMessage message) => new()
    {
        Kind = BridgeInputKind.DownPublish, Generation = generation, PacketId = packetId, Message = message,
    };

    /// <summary>The central acknowledged a message.</summary>
    public static BridgeInput CentralAcked(int generation, ushort packetId, byte code) => new()
    {
        Kind = BridgeInputKind.CentralAcked, Generation = generation, PacketId = packetId, Code = code,
    };

    /// <summary>A refused message is durable.</summary>
    public static BridgeInput Stored(long ticket) =>
        new() { Kind = BridgeInputKind.Stored, Ticket = ticket };

    /// <summary>
    /// A refused message is to go up after all, as one without a number, for its own was given up. It is
    /// forgotten with the connection to the local broker, and then to be given again.
    /// </summary>
    /// <param name="number">Not 0; comes back as <see cref="IBridgeEffects.Replayed"/>.</param>
    /// <param name="message">The message.</param>
    public static BridgeInput Replay(long number, BridgeMessage message) =>
        new() { Kind = BridgeInputKind.Replay, Ticket = number, Message = message };
}
