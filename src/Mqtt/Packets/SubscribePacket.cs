namespace LightMq.Mqtt;

/// <summary>SUBSCRIBE (MQTT 3.1.1 and 5.0, section 3.8). Its spans are views into the frame.</summary>
public ref struct SubscribePacket
{
    private BodyReader _filters;

    private SubscribePacket(
        ushort id, uint subscriptionIdentifier, int count, ReadOnlySpan<byte> filters)
    {
        PacketId = id;
        SubscriptionIdentifier = subscriptionIdentifier;
        Count = count;
        _filters = new BodyReader(filters);
    }

    /// <summary>Packet id, never 0.</summary>
    public ushort PacketId { get; }

    /// <summary>Named in each PUBLISH for these subscriptions; 0: none.</summary>
    public uint SubscriptionIdentifier { get; }

    /// <summary>How many filters it carries, at least one.</summary>
    public int Count { get; }

    /// <summary>Takes the next filter with what is asked for; false after the last.</summary>
    public bool TryNext(out ReadOnlySpan<byte> filter, out SubscriptionOptions options)
    {
        filter = default;
        options = default;
        if (_filters.IsAtEnd) return false;
        filter = _filters.Bytes("MQTT-3.8.3-1");
        options = new SubscriptionOptions(_filters.Byte("MQTT-3.8.3-4"));
        return true;
    }

    /// <summary>Reads and checks the whole packet.</summary>
    /// <exception cref="ProtocolError">Any breach, in any of its filters.</exception>
    public static SubscribePacket Read(in Frame frame, ProtocolVersion version)
    {
        var body = new BodyReader(frame.Body);
        var id = body.PacketId("MQTT-3.8.2");
        var subscriptionIdentifier = 0u;
        if (version == ProtocolVersion.V500)
        {
            var properties = new PropertyReader(body.Properties("MQTT5-3.8.2.1.1"), PropertySets.Subscribe);
            while (properties.TryNext(out var property, out var number, out _))
                if (property == PropertyId.SubscriptionIdentifier) subscriptionIdentifier = number;
        }
        var filters = body.Rest;
        var count = 0;
        while (!body.IsAtEnd)
        {
            var filter = body.Text("MQTT-3.8.3-1");
            Topics.CheckFilter(filter, version);
            SubscriptionOptions.Read(body.Byte("MQTT-3.8.3-4"), filter, version);
            count++;
        }
        if (count == 0)
            ProtocolError.Throw("MQTT-3.8.3-3", "SUBSCRIBE without filter", ReasonCode.ProtocolError);
        return new SubscribePacket(id, subscriptionIdentifier, count, filters);
    }
}
