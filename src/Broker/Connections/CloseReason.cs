namespace LightMq.Broker.Connections;

/// <summary>Why a connection ended; logged and counted by this name.</summary>
public enum CloseReason
{
    /// <summary>The client sent DISCONNECT.</summary>
    Disconnected,
    /// <summary>The client sent DISCONNECT and asked for its will (MQTT 5.0).</summary>
    DisconnectedWithWill,
    /// <summary>The TCP connection went away without DISCONNECT.</summary>
    PeerGone,
    /// <summary>A packet broke the standard.</summary>
    ProtocolError,
    /// <summary>A packet above the bound (LMQ-MSG-1).</summary>
    PacketTooLarge,
    /// <summary>Nothing came for one and a half keep-alive periods (MQTT-3.1.2-24).</summary>
    KeepAlive,
    /// <summary>No CONNECT arrived in time.</summary>
    ConnectTimeout,
    /// <summary>The same client id connected again (MQTT-3.1.4-2, LMQ-ID-4).</summary>
    TakenOver,
    /// <summary>CONNECT was refused with a return code.</summary>
    Refused,
    /// <summary>A topic or filter is not granted to this login (LMQ-AUTH-3).</summary>
    NotAuthorized,
    /// <summary>The peer does not read what it is sent.</summary>
    SlowReader,
    /// <summary>A publish beyond the back-pressure bound while acknowledgements are owed.</summary>
    QuotaExceeded,
    /// <summary>A limit on connections was reached.</summary>
    TooManyConnections,
    /// <summary>The broker stops.</summary>
    ServerStopping,
    /// <summary>No token was uploaded in time (LMQ-AUTH-2).</summary>
    TokenTimeout,
    /// <summary>A gateway's message came behind one that has not come (LMQ-CORE-4).</summary>
    StreamHole,
}
