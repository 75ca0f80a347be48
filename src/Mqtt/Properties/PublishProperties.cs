using System.Buffers.Binary;
using System.Text;

namespace LightMq.Mqtt;

/// <summary>
/// Properties of a PUBLISH or of a will (MQTT 5.0, sections 3.3.2.3 and 3.1.3.2), checked. A view into the
/// frame.
/// </summary>
public readonly ref struct PublishProperties
{
    /// <summary>Takes apart a block that was checked.</summary>
    internal PublishProperties(ReadOnlySpan<byte> raw)
    {
        Raw = raw;
        for (var rest = raw; !rest.IsEmpty;)
        {
            var size = PropertyReader.SizeOfFirst(rest);
            switch ((PropertyId)rest[0])
            {
                case PropertyId.TopicAlias:
                    TopicAlias = BinaryPrimitives.ReadUInt16BigEndian(rest[1..]);
                    break;
                case PropertyId.WillDelay:
                    WillDelaySeconds = BinaryPrimitives.ReadUInt32BigEndian(rest[1..]);
                    break;
                case PropertyId.MessageExpiry:
                    HasMessageExpiry = true;
                    MessageExpirySeconds = BinaryPrimitives.ReadUInt32BigEndian(rest[1..]);
                    break;
                case PropertyId.SubscriptionIdentifier: break;
                default:
                    ForwardedBytes += size;
                    HasUser |= (PropertyId)rest[0] == PropertyId.UserProperty;
                    break;
            }
            rest = rest[size..];
        }
    }

    /// <summary>All properties of the packet as sent, without their length.</summary>
    public ReadOnlySpan<byte> Raw { get; }

    /// <summary>Topic alias; 0: none.</summary>
    public ushort TopicAlias { get; }

    /// <summary>Whether the message expires.</summary>
    public bool HasMessageExpiry { get; }

    /// <summary>Seconds until the message expires.</summary>
    public uint MessageExpirySeconds { get; }

    /// <summary>
    /// Whether any property goes on to subscribers: payload format indicator, content type, response topic,
    /// correlation data, user property.
    /// </summary>
    public bool HasForwarded => ForwardedBytes != 0;

    /// <summary>Whether any of them is a user property.</summary>
    public bool HasUser { get; }

    /// <summary>Bytes that <see cref="CopyForwarded"/> writes.</summary>
    public int ForwardedBytes { get; }

    /// <summary>Seconds that a will waits; 0 but in a will.</summary>
    internal uint WillDelaySeconds { get; }

    /// <summary>
    /// Copies the properties that go on to subscribers, in their order and unchanged (MQTT5-3.3.2-17 and
    /// MQTT5-3.3.2-18).
    /// </summary>
    /// <param name="to">At least <see cref="ForwardedBytes"/>.</param>
    /// <returns>Bytes written.</returns>
    public int CopyForwarded(Span<byte> to)
    {
        if (ForwardedBytes == Raw.Length)
        {
            Raw.CopyTo(to);
            return ForwardedBytes;
        }
        var at = 0;
        var rest = Raw;
        while (at < ForwardedBytes)
        {
            var size = PropertyReader.SizeOfFirst(rest);
            if ((1UL << rest[0] & PropertySets.Forwarded) != 0)
            {
                rest[..size].CopyTo(to[at..]);
                at += size;
            }
            rest = rest[size..];
        }
        return at;
    }

    /// <summary>
    /// Copies what <see cref="CopyForwarded"/> does, but for the user properties that are not to go on.
    /// </summary>
    /// <param name="to">At least <see cref="ForwardedBytes"/>.</param>
    /// <param name="prefix">How their names begin, in any case of letters.</param>
    /// <returns>Bytes written.</returns>
    public int CopyForwardedWithout(Span<byte> to, ReadOnlySpan<byte> prefix)
    {
        var at = 0;
        for (var rest = Raw; !rest.IsEmpty;)
        {
            var size = PropertyReader.SizeOfFirst(rest);
            var isForwarded = (1UL << rest[0] & PropertySets.Forwarded) != 0;
            if (isForwarded && !(IsUser(rest) && BeginsWith(NameOf(rest), prefix)))
            {
                rest[..size].CopyTo(to[at..]);
                at += size;
            }
            rest = rest[size..];
        }
        return at;
    }

    /// <summary>Finds the first user property of a name.</summary>
    /// <returns>False if there is none.</returns>
    public bool TryFindUser(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        value = default;
        return HasUser && PropertyReader.TryFindUser(Raw, name, out value);
    }

    // Identifier and length of the name.
    private const int UserHeadBytes = 3;

    private static bool IsUser(ReadOnlySpan<byte> property) =>
        (PropertyId)property[0] == PropertyId.UserProperty;

    private static ReadOnlySpan<byte> NameOf(ReadOnlySpan<byte> property) =>
        property.Slice(UserHeadBytes, BinaryPrimitives.ReadUInt16BigEndian(property[1..]));

    private static bool BeginsWith(ReadOnlySpan<byte> name, ReadOnlySpan<byte> prefix) =>
        name.Length >= prefix.Length && Ascii.EqualsIgnoreCase(name[..prefix.Length], prefix);

    /// <summary>Checks the block of a PUBLISH; only a server's may name subscriptions.</summary>
    internal static void Check(ReadOnlySpan<byte> raw, bool isFromServer, out bool hasAlias)
    {
        hasAlias = false;
        if (raw.IsEmpty) return;
        var reader = new PropertyReader(raw, PropertySets.Publish, isFromServer
            ? PropertySets.User | PropertySets.SubscriptionIdentifiers : PropertySets.User);
        while (reader.TryNext(out var id, out _, out var bytes))
        {
            if (id == PropertyId.SubscriptionIdentifier && !isFromServer) ThrowSubscriptionIdentifier();
            if (id == PropertyId.ResponseTopic && !Topics.IsValidName(bytes)) ThrowResponseTopic();
            hasAlias |= id == PropertyId.TopicAlias;
        }
    }

    /// <summary>Reads and checks the block of a will.</summary>
    internal static PublishProperties ReadWill(ReadOnlySpan<byte> raw)
    {
        var reader = new PropertyReader(raw, PropertySets.Will);
        while (reader.TryNext(out var id, out _, out var bytes))
            if (id == PropertyId.ResponseTopic && !Topics.IsValidName(bytes)) ThrowResponseTopic();
        return new PublishProperties(raw);
    }

    private static void ThrowSubscriptionIdentifier() => ProtocolError.Throw("MQTT5-3.3.4-6",
        "a client's PUBLISH names a subscription", ReasonCode.ProtocolError);

    private static void ThrowResponseTopic() => ProtocolError.Throw("MQTT5-3.3.2-14",
        "response topic is empty or contains a wildcard", ReasonCode.ProtocolError);
}
