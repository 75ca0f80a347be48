namespace LightMq.Mqtt;

/// <summary>Reason codes (MQTT 5.0, section 2.4); from 0x80 on they are failures.</summary>
public enum ReasonCode : byte
{
    /// <summary>Done; also a normal disconnection, and QoS 0 granted.</summary>
    Success = 0,
    /// <summary>QoS 1 granted.</summary>
    GrantedQos1 = 1,
    /// <summary>QoS 2 granted.</summary>
    GrantedQos2 = 2,
    /// <summary>The client leaves and wants its will published.</summary>
    DisconnectWithWill = 0x04,
    /// <summary>Taken, but nobody subscribes.</summary>
    NoMatchingSubscribers = 0x10,
    /// <summary>There was no such subscription.</summary>
    NoSubscriptionExisted = 0x11,
    /// <summary>Authentication goes on.</summary>
    ContinueAuthentication = 0x18,
    /// <summary>Authentication begins anew.</summary>
    ReAuthenticate = 0x19,
    /// <summary>Refused for a reason not told.</summary>
    UnspecifiedError = 0x80,
    /// <summary>A packet that cannot be read.</summary>
    MalformedPacket = 0x81,
    /// <summary>A packet that may not be sent so, or not now.</summary>
    ProtocolError = 0x82,
    /// <summary>Valid, but not accepted here.</summary>
    ImplementationSpecificError = 0x83,
    /// <summary>The version is not spoken here.</summary>
    UnsupportedProtocolVersion = 0x84,
    /// <summary>The client id is not allowed.</summary>
    ClientIdentifierNotValid = 0x85,
    /// <summary>Wrong or missing login.</summary>
    BadUserNameOrPassword = 0x86,
    /// <summary>Known, but not allowed.</summary>
    NotAuthorized = 0x87,
    /// <summary>Not ready.</summary>
    ServerUnavailable = 0x88,
    /// <summary>Try again later.</summary>
    ServerBusy = 0x89,
    /// <summary>Shut out by hand.</summary>
    Banned = 0x8A,
    /// <summary>The server ends.</summary>
    ServerShuttingDown = 0x8B,
    /// <summary>The authentication method is not spoken here.</summary>
    BadAuthenticationMethod = 0x8C,
    /// <summary>Silent for one and a half keep-alives.</summary>
    KeepAliveTimeout = 0x8D,
    /// <summary>The client id connected again.</summary>
    SessionTakenOver = 0x8E,
    /// <summary>The filter is not accepted.</summary>
    TopicFilterInvalid = 0x8F,
    /// <summary>The topic is not accepted.</summary>
    TopicNameInvalid = 0x90,
    /// <summary>The packet id is in use.</summary>
    PacketIdentifierInUse = 0x91,
    /// <summary>The packet id is not known.</summary>
    PacketIdentifierNotFound = 0x92,
    /// <summary>More unacknowledged than the receiver takes.</summary>
    ReceiveMaximumExceeded = 0x93,
    /// <summary>A topic alias of 0 or above the bound.</summary>
    TopicAliasInvalid = 0x94,
    /// <summary>A packet above the receiver's bound.</summary>
    PacketTooLarge = 0x95,
    /// <summary>Too many messages in a time.</summary>
    MessageRateTooHigh = 0x96,
    /// <summary>A bound set by hand is reached.</summary>
    QuotaExceeded = 0x97,
    /// <summary>Ended by hand.</summary>
    AdministrativeAction = 0x98,
    /// <summary>The payload is not what its format indicator says.</summary>
    PayloadFormatInvalid = 0x99,
    /// <summary>Retained messages are not kept here.</summary>
    RetainNotSupported = 0x9A,
    /// <summary>The QoS is not spoken here.</summary>
    QosNotSupported = 0x9B,
    /// <summary>Use another server for now.</summary>
    UseAnotherServer = 0x9C,
    /// <summary>Use another server from now on.</summary>
    ServerMoved = 0x9D,
    /// <summary>Shared subscriptions are not spoken here.</summary>
    SharedSubscriptionsNotSupported = 0x9E,
    /// <summary>Too many connections in a time.</summary>
    ConnectionRateExceeded = 0x9F,
    /// <summary>Connected for as long as allowed.</summary>
    MaximumConnectTime = 0xA0,
    /// <summary>Subscription identifiers are not spoken here.</summary>
    SubscriptionIdentifiersNotSupported = 0xA1,
    /// <summary>Wildcards are not spoken here.</summary>
    WildcardSubscriptionsNotSupported = 0xA2,
}
