using static LightMq.Mqtt.PropertyId;

namespace LightMq.Mqtt;

/// <summary>
/// Sets of properties, a bit for each identifier: which may stand in which packet, and how each is written
/// (MQTT 5.0, table 2-4).
/// </summary>
internal static class PropertySets
{
    private const ulong One = 1;

    // By what follows the identifier. All that are one byte are yes or no, or a QoS of 0 or 1.
    public const ulong Bytes = One << (int)PayloadFormatIndicator | One << (int)RequestProblemInformation
        | One << (int)RequestResponseInformation | One << (int)MaximumQos | One << (int)RetainAvailable
        | One << (int)WildcardSubscriptionAvailable | One << (int)SubscriptionIdentifierAvailable
        | One << (int)SharedSubscriptionAvailable;
    public const ulong TwoBytes = One << (int)ServerKeepAlive | One << (int)ReceiveMaximum
        | One << (int)TopicAliasMaximum | One << (int)TopicAlias;
    public const ulong FourBytes = One << (int)MessageExpiry | One << (int)SessionExpiry
        | One << (int)WillDelay | One << (int)MaximumPacketSize;
    public const ulong Binary = One << (int)CorrelationData | One << (int)AuthenticationData;

    // These may stand more than once, the first in any packet, the second where PUBLISH has several.
    public const ulong User = One << (int)UserProperty;
    public const ulong SubscriptionIdentifiers = One << (int)SubscriptionIdentifier;

    // A value of 0 means nothing in these.
    public const ulong NeverZero = One << (int)ReceiveMaximum | One << (int)MaximumPacketSize
        | One << (int)TopicAlias | One << (int)SubscriptionIdentifier;

    // What goes from a publisher to a subscriber as it is (sections 3.3.2.3 and 4.3).
    public const ulong Forwarded = One << (int)PayloadFormatIndicator | One << (int)ContentType
        | One << (int)ResponseTopic | One << (int)CorrelationData | User;

    // By packet.
    public const ulong Publish =
        Forwarded | One << (int)MessageExpiry | One << (int)TopicAlias | SubscriptionIdentifiers;
    public const ulong Will = Forwarded | One << (int)MessageExpiry | One << (int)WillDelay;
    public const ulong Connect = One << (int)SessionExpiry | One << (int)ReceiveMaximum
        | One << (int)MaximumPacketSize | One << (int)TopicAliasMaximum
        | One << (int)RequestResponseInformation | One << (int)RequestProblemInformation
        | One << (int)AuthenticationMethod | One << (int)AuthenticationData | User;
    public const ulong Ack = One << (int)ReasonString | User;
    public const ulong ConnAck = Ack | One << (int)SessionExpiry | One << (int)ReceiveMaximum
        | One << (int)MaximumQos | One << (int)RetainAvailable | One << (int)MaximumPacketSize
        | One << (int)AssignedClientId | One << (int)TopicAliasMaximum
        | One << (int)WildcardSubscriptionAvailable | One << (int)SubscriptionIdentifierAvailable
        | One << (int)SharedSubscriptionAvailable | One << (int)ServerKeepAlive
        | One << (int)ResponseInformation | One << (int)ServerReference
        | One << (int)AuthenticationMethod | One << (int)AuthenticationData;
    public const ulong Subscribe = SubscriptionIdentifiers | User;
    public const ulong Unsubscribe = User;
    public const ulong Disconnect = Ack | One << (int)SessionExpiry | One << (int)ServerReference;
    public const ulong Auth = Ack | One << (int)AuthenticationMethod | One << (int)AuthenticationData;
}
