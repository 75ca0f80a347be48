namespace LightMq.Mqtt;

/// <summary>What a subscription asks for (MQTT 5.0, section 3.8.3.1); before 5.0 a QoS alone.</summary>
/// <param name="Value">The byte as sent.</param>
public readonly record struct SubscriptionOptions(byte Value)
{
    /// <summary>Puts the parts together.</summary>
    public SubscriptionOptions(
        int qos, bool noLocal = false, bool retainAsPublished = false, int retainHandling = 0)
        : this((byte)(qos | (noLocal ? 4 : 0) | (retainAsPublished ? 8 : 0) | retainHandling << 4))
    {
    }

    /// <summary>Largest QoS wanted, 0 to 2.</summary>
    public int Qos => Value & 3;

    /// <summary>Whether what the same client publishes is left out.</summary>
    public bool NoLocal => (Value & 0x04) != 0;

    /// <summary>Whether the retain flag goes on as published.</summary>
    public bool RetainAsPublished => (Value & 0x08) != 0;

    /// <summary>Retained messages come 0: always, 1: if the subscription is new, 2: never.</summary>
    public int RetainHandling => Value >> 4 & 3;

    /// <summary>Throws for what may not be sent.</summary>
    internal static SubscriptionOptions Read(byte value, ReadOnlySpan<byte> filter, ProtocolVersion version)
    {
        if (version != ProtocolVersion.V500)
        {
            if (value > 2) ProtocolError.Throw("MQTT-3.8.3-4", "reserved bits or QoS 3 in SUBSCRIBE");
            return new SubscriptionOptions(value);
        }
        var options = new SubscriptionOptions(value);
        if ((value & 0xC0) != 0) ProtocolError.Throw("MQTT5-3.8.3-5", "reserved bits in SUBSCRIBE");
        if (options.Qos == 3)
            ProtocolError.Throw("MQTT-3.8.3-4", "QoS 3 in SUBSCRIBE", ReasonCode.ProtocolError);
        if (options.RetainHandling == 3)
            ProtocolError.Throw("MQTT5-3.8.3.1", "retain handling 3", ReasonCode.ProtocolError);
        if (options.NoLocal && SharedFilter.IsShared(filter))
            ProtocolError.Throw(
                "MQTT5-3.8.3-4", "no local on a shared subscription", ReasonCode.ProtocolError);
        return options;
    }
}
