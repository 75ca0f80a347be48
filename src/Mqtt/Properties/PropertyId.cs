namespace LightMq.Mqtt;

/// <summary>Identifiers of properties (MQTT 5.0, table 2-4).</summary>
public enum PropertyId : byte
{
    /// <summary>One byte: whether the payload is UTF-8.</summary>
    PayloadFormatIndicator = 0x01,
    /// <summary>Four bytes: seconds.</summary>
    MessageExpiry = 0x02,
    /// <summary>Text.</summary>
    ContentType = 0x03,
    /// <summary>Text, a topic name.</summary>
    ResponseTopic = 0x08,
    /// <summary>Any bytes.</summary>
    CorrelationData = 0x09,
    /// <summary>Integer of one to four bytes.</summary>
    SubscriptionIdentifier = 0x0B,
    /// <summary>Four bytes: seconds.</summary>
    SessionExpiry = 0x11,
    /// <summary>Text.</summary>
    AssignedClientId = 0x12,
    /// <summary>Two bytes: seconds.</summary>
    ServerKeepAlive = 0x13,
    /// <summary>Text.</summary>
    AuthenticationMethod = 0x15,
    /// <summary>Any bytes.</summary>
    AuthenticationData = 0x16,
    /// <summary>One byte: whether reasons are wanted.</summary>
    RequestProblemInformation = 0x17,
    /// <summary>Four bytes: seconds.</summary>
    WillDelay = 0x18,
    /// <summary>One byte: whether response information is wanted.</summary>
    RequestResponseInformation = 0x19,
    /// <summary>Text.</summary>
    ResponseInformation = 0x1A,
    /// <summary>Text.</summary>
    ServerReference = 0x1C,
    /// <summary>Text.</summary>
    ReasonString = 0x1F,
    /// <summary>Two bytes.</summary>
    ReceiveMaximum = 0x21,
    /// <summary>Two bytes.</summary>
    TopicAliasMaximum = 0x22,
    /// <summary>Two bytes.</summary>
    TopicAlias = 0x23,
    /// <summary>One byte: 0 or 1.</summary>
    MaximumQos = 0x24,
    /// <summary>One byte: whether retained messages are kept.</summary>
    RetainAvailable = 0x25,
    /// <summary>Two texts, name and value; may stand many times.</summary>
    UserProperty = 0x26,
    /// <summary>Four bytes: bytes of a packet.</summary>
    MaximumPacketSize = 0x27,
    /// <summary>One byte: whether wildcards are spoken.</summary>
    WildcardSubscriptionAvailable = 0x28,
    /// <summary>One byte: whether subscription identifiers are spoken.</summary>
    SubscriptionIdentifierAvailable = 0x29,
    /// <summary>One byte: whether shared subscriptions are spoken.</summary>
    SharedSubscriptionAvailable = 0x2A,
}
