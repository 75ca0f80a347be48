namespace LightMq.Mqtt;

/// <summary>SUBACK (MQTT 3.1.1 and 5.0, section 3.9), as a client reads it.</summary>
public readonly ref struct SubAckPacket
{
    /// <summary>Return code of a refused filter; the least of them in 5.0.</summary>
    public const byte Failure = 0x80;

    private SubAckPacket(ushort id, ReadOnlySpan<byte> codes)
    {
        PacketId = id;
        Codes = codes;
    }

    /// <summary>Packet id of the SUBSCRIBE.</summary>
    public ushort PacketId { get; }

    /// <summary>QoS granted, or why not, for each filter in order.</summary>
    public ReadOnlySpan<byte> Codes { get; }

    /// <summary>Reads and checks a packet of 3.1 or 3.1.1.</summary>
    /// <exception cref="ProtocolError">Any breach.</exception>
    public static SubAckPacket Read(in Frame frame)
    {
        var body = new BodyReader(frame.Body);
        var id = body.PacketId("MQTT-3.9.2");
        if (body.IsAtEnd) ProtocolError.Throw("MQTT-3.8.4-5", "SUBACK without return code");
        foreach (var code in body.Rest)
            if (code is > 2 and not Failure) ProtocolError.Throw("MQTT-3.9.3-2", "reserved SUBACK code");
        return new SubAckPacket(id, body.Rest);
    }

    /// <summary>Reads and checks a packet of 5.0.</summary>
    /// <exception cref="ProtocolError">Any breach.</exception>
    public static SubAckPacket Read5(in Frame frame)
    {
        var body = new BodyReader(frame.Body);
        var id = body.PacketId("MQTT-3.9.2");
        new PropertyReader(body.Properties("MQTT5-3.9.2.1.1"), PropertySets.Ack).Check();
        if (body.IsAtEnd) ProtocolError.Throw("MQTT-3.8.4-5", "SUBACK without return code");
        foreach (var code in body.Rest)
            if (!IsReason((ReasonCode)code))
                ProtocolError.Throw("MQTT5-3.9.3-2", "not a reason of SUBACK", ReasonCode.ProtocolError);
        return new SubAckPacket(id, body.Rest);
    }

    private static bool IsReason(ReasonCode reason) => reason is ReasonCode.Success
        or ReasonCode.GrantedQos1 or ReasonCode.GrantedQos2 or ReasonCode.UnspecifiedError
        or ReasonCode.ImplementationSpecificError or ReasonCode.NotAuthorized
        or ReasonCode.TopicFilterInvalid or ReasonCode.PacketIdentifierInUse or ReasonCode.QuotaExceeded
        or ReasonCode.SharedSubscriptionsNotSupported or ReasonCode.SubscriptionIdentifiersNotSupported
        or ReasonCode.WildcardSubscriptionsNotSupported;
}

/// <summary>UNSUBACK of 5.0 (section 3.11), as a client reads it.</summary>
public readonly ref struct UnsubAckPacket
{
    private UnsubAckPacket(ushort id, ReadOnlySpan<byte> codes)
    {
        PacketId = id;
        Codes = codes;
    }

    /// <summary>Packet id of the UNSUBSCRIBE.</summary>
    public ushort PacketId { get; }

    /// <summary>What became of each filter, in order.</summary>
    public ReadOnlySpan<byte> Codes { get; }

    /// <summary>Reads and checks the packet.</summary>
    /// <exception cref="ProtocolError">Any breach.</exception>
    public static UnsubAckPacket Read5(in Frame frame)
    {
        var body = new BodyReader(frame.Body);
        var id = body.PacketId("MQTT-3.11.2");
        new PropertyReader(body.Properties("MQTT5-3.11.2.1.1"), PropertySets.Ack).Check();
        if (body.IsAtEnd) ProtocolError.Throw("MQTT5-3.11.3-1", "UNSUBACK without reason");
        foreach (var code in body.Rest)
            if (!IsReason((ReasonCode)code))
                ProtocolError.Throw("MQTT5-3.11.3-2", "not a reason of UNSUBACK", ReasonCode.ProtocolError);
        return new UnsubAckPacket(id, body.Rest);
    }

    private static bool IsReason(ReasonCode reason) => reason is ReasonCode.Success
        or ReasonCode.NoSubscriptionExisted or ReasonCode.UnspecifiedError
        or ReasonCode.ImplementationSpecificError or ReasonCode.NotAuthorized
        or ReasonCode.TopicFilterInvalid or ReasonCode.PacketIdentifierInUse;
}
