namespace LightMq.Uplink.Wire;

/// <summary>What went wrong with a connection.</summary>
internal enum LinkFault
{
    /// <summary>It cannot be made, or broke.</summary>
    Network,
    /// <summary>The peer closed it without a word.</summary>
    ClosedByPeer,
    /// <summary>No answer in time.</summary>
    Silent,
    /// <summary>The peer's certificate, or TLS itself.</summary>
    Tls,
    /// <summary>What came is no MQTT, or not in its place.</summary>
    Protocol,
    /// <summary>CONNACK said no.</summary>
    LoginRefused,
    /// <summary>Another installation of this gateway took its place.</summary>
    Superseded,
    /// <summary>The token was refused.</summary>
    TokenRefused,
    /// <summary>There is no token.</summary>
    NoToken,
}

/// <summary>A connection could not be made or kept. The message is one line, without secrets.</summary>
internal sealed class LinkError(LinkFault fault, string message, int code = 0) : Exception(message)
{
    public LinkFault Fault { get; } = fault;

    /// <summary>Reason code of the peer, or code of a token's fault.</summary>
    public int Code { get; } = code;
}
