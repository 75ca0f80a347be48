namespace LightMq.Mqtt;

/// <summary>CONNACK (MQTT 3.1.1 and 5.0, section 3.2), as a client reads it.</summary>
public readonly ref struct ConnAckPacket
{
    private readonly ReadOnlySpan<byte> _properties;

    private ConnAckPacket(bool sessionPresent, ConnectCode code)
    {
        SessionPresent = sessionPresent;
        Code = code;
    }

    private ConnAckPacket(bool sessionPresent, ReasonCode reason, ReadOnlySpan<byte> properties)
    {
        SessionPresent = sessionPresent;
        Reason = reason;
        Code = reason == ReasonCode.Success ? ConnectCode.Accepted : ConnectCode.NotAuthorized;
        _properties = properties;
        ReceiveMaximum = ushort.MaxValue;
        MaximumPacketSize = uint.MaxValue;
        var reader = new PropertyReader(properties, PropertySets.ConnAck);
        while (reader.TryNext(out var id, out var number, out var bytes))
        {
            switch (id)
            {
                case PropertyId.ReceiveMaximum: ReceiveMaximum = (ushort)number; break;
                case PropertyId.MaximumPacketSize: MaximumPacketSize = number; break;
                case PropertyId.TopicAliasMaximum: TopicAliasMaximum = (ushort)number; break;
                case PropertyId.ServerKeepAlive: ServerKeepAliveSeconds = (int)number; break;
                case PropertyId.SessionExpiry: SessionExpirySeconds = number; break;
                case PropertyId.AssignedClientId: AssignedClientId = bytes; break;
                case PropertyId.ReasonString: ReasonString = bytes; break;
            }
        }
    }

    /// <summary>Whether the server holds state of an earlier connection.</summary>
    public bool SessionPresent { get; }

    /// <summary>Accepted, or why not; before 5.0.</summary>
    public ConnectCode Code { get; }

    /// <summary>Accepted, or why not; 5.0.</summary>
    public ReasonCode Reason { get; }

    /// <summary>Unacknowledged QoS 1 and 2 messages that the server takes (5.0).</summary>
    public ushort ReceiveMaximum { get; }

    /// <summary>Bytes of the largest packet that the server takes (5.0).</summary>
    public uint MaximumPacketSize { get; }

    /// <summary>Largest topic alias that the server takes (5.0); 0: none.</summary>
    public ushort TopicAliasMaximum { get; }

    /// <summary>Keep-alive to use in place of the client's (5.0).</summary>
    public int? ServerKeepAliveSeconds { get; }

    /// <summary>Session expiry to use in place of the client's (5.0).</summary>
    public uint? SessionExpirySeconds { get; }

    /// <summary>Client id given by the server (5.0); empty: none.</summary>
    public ReadOnlySpan<byte> AssignedClientId { get; }

    /// <summary>The reason in words (5.0); empty: none.</summary>
    public ReadOnlySpan<byte> ReasonString { get; }

    /// <summary>Finds the first user property of a name (5.0).</summary>
    public bool TryFindUser(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value) =>
        PropertyReader.TryFindUser(_properties, name, out value);

    /// <summary>Reads and checks a packet of 3.1 or 3.1.1.</summary>
    /// <exception cref="ProtocolError">Any breach.</exception>
    public static ConnAckPacket Read(in Frame frame)
    {
        var body = new BodyReader(frame.Body);
        var flags = body.Byte("MQTT-3.2.2.1");
        if (flags > 1) ProtocolError.Throw("MQTT-3.2.2.1", "reserved CONNACK flags");
        var code = body.Byte("MQTT-3.2.2.3");
        if (code > (byte)ConnectCode.NotAuthorized)
            ProtocolError.Throw("MQTT-3.2.2.3", "reserved CONNACK return code");
        if (code != 0 && flags != 0) ProtocolError.Throw("MQTT-3.2.2-4", "session present in a refusal");
        body.End("MQTT-3.2.1");
        return new ConnAckPacket(flags == 1, (ConnectCode)code);
    }

    /// <summary>Reads and checks a packet of 5.0.</summary>
    /// <exception cref="ProtocolError">Any breach.</exception>
    public static ConnAckPacket Read5(in Frame frame)
    {
        var body = new BodyReader(frame.Body);
        var flags = body.Byte("MQTT-3.2.2.1");
        if (flags > 1) ProtocolError.Throw("MQTT-3.2.2.1", "reserved CONNACK flags");
        var reason = (ReasonCode)body.Byte("MQTT-3.2.2.3");
        if (!IsReason(reason))
            ProtocolError.Throw("MQTT5-3.2.2-8", "not a reason of CONNACK", ReasonCode.ProtocolError);
        if (reason != ReasonCode.Success && flags != 0)
            ProtocolError.Throw("MQTT-3.2.2-4", "session present in a refusal", ReasonCode.ProtocolError);
        var properties = body.Properties("MQTT5-3.2.2.3.1");
        body.End("MQTT-3.2.1");
        return new ConnAckPacket(flags == 1, reason, properties);
    }

    // Table 3-1 of 5.0.
    private static bool IsReason(ReasonCode reason) => reason is ReasonCode.Success
        or (>= ReasonCode.UnspecifiedError and <= ReasonCode.Banned)
        or ReasonCode.BadAuthenticationMethod or ReasonCode.TopicNameInvalid
        or ReasonCode.PacketTooLarge or ReasonCode.QuotaExceeded
        or (>= ReasonCode.PayloadFormatInvalid and <= ReasonCode.ServerMoved)
        or ReasonCode.ConnectionRateExceeded;
}
