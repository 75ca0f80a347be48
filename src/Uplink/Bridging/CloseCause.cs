namespace LightMq.Uplink.Bridging;

/// <summary>Kinds of <see cref="CloseCause"/>.</summary>
public enum CloseKind
{
    /// <summary>It was lost, or closed for a reason that says nothing about a message.</summary>
    Lost,
    /// <summary>The peer closed the TCP connection without a word.</summary>
    ByPeer,
    /// <summary>The peer refused something, with a reason code that says so.</summary>
    Refused,
    /// <summary>The peer wants a number of a stream before those that it got.</summary>
    Hole,
    /// <summary>Another installation of this gateway has taken its place.</summary>
    Superseded,
}

/// <summary>Why a connection ended.</summary>
/// <param name="Kind">Why.</param>
/// <param name="Code">The peer's reason code, if it said one.</param>
/// <param name="Client">Of a hole: client id of the stream.</param>
/// <param name="Epoch">Of a hole: the stream.</param>
/// <param name="Wanted">Of a hole: the number wanted.</param>
public readonly record struct CloseCause(
    CloseKind Kind, byte Code = 0, string Client = "", string Epoch = "", long Wanted = 0)
{
    /// <summary>The connection was lost.</summary>
    public static CloseCause Lost => new(CloseKind.Lost);

    /// <summary>Whether a reason code says that one message is at fault.</summary>
    public static bool IsOfMessage(byte code) => code is 0x87 or 0x90 or 0x95 or 0x99;
}

/// <summary>How soon the next connection is tried.</summary>
public enum Pace
{
    /// <summary>At once: the last one has brought us further.</summary>
    AtOnce,
    /// <summary>After the back-off.</summary>
    BackOff,
    /// <summary>After the long wait: trying sooner changes nothing.</summary>
    Long,
}
