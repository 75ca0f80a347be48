namespace LightMq.Mqtt;

/// <summary>Control packet types, the upper half of a packet's first byte (MQTT 3.1.1, table 2.1).</summary>
public enum PacketType : byte
{
    /// <summary>Client asks to connect.</summary>
    Connect = 1,
    /// <summary>Answer to CONNECT.</summary>
    ConnAck,
    /// <summary>A message, either way.</summary>
    Publish,
    /// <summary>QoS 1 acknowledgement.</summary>
    PubAck,
    /// <summary>QoS 2, first answer.</summary>
    PubRec,
    /// <summary>QoS 2, release.</summary>
    PubRel,
    /// <summary>QoS 2, last answer.</summary>
    PubComp,
    /// <summary>Client subscribes.</summary>
    Subscribe,
    /// <summary>Answer to SUBSCRIBE.</summary>
    SubAck,
    /// <summary>Client unsubscribes.</summary>
    Unsubscribe,
    /// <summary>Answer to UNSUBSCRIBE.</summary>
    UnsubAck,
    /// <summary>Client shows that it lives.</summary>
    PingReq,
    /// <summary>Answer to PINGREQ.</summary>
    PingResp,
    /// <summary>Client leaves in order.</summary>
    Disconnect,
    /// <summary>Reserved in 3.1.1.</summary>
    Auth,
}

/// <summary>Return codes of CONNACK (MQTT 3.1.1, table 3.1).</summary>
public enum ConnectCode : byte
{
    /// <summary>Let in.</summary>
    Accepted,
    /// <summary>The protocol level is not spoken here.</summary>
    UnacceptableProtocolVersion,
    /// <summary>The client id is not allowed.</summary>
    IdentifierRejected,
    /// <summary>No room, or not ready.</summary>
    ServerUnavailable,
    /// <summary>Wrong or missing login.</summary>
    BadUserNameOrPassword,
    /// <summary>Known, but not allowed.</summary>
    NotAuthorized,
}
