namespace LightMq.Mqtt;

/// <summary>DISCONNECT (MQTT 3.1.1 and 5.0, section 3.14).</summary>
public readonly ref struct DisconnectPacket
{
    private DisconnectPacket(in Frame frame, bool isFromServer)
    {
        var body = new BodyReader(frame.Body);
        Reason = (ReasonCode)body.Byte("MQTT5-3.14.2-1");
        if (!(isFromServer ? IsFromServer(Reason) : IsFromClient(Reason)))
            ProtocolError.Throw(
                "MQTT5-3.14.2-1", "not a reason that this side sends", ReasonCode.ProtocolError);
        if (body.IsAtEnd) return;
        var properties = new PropertyReader(body.Properties("MQTT5-3.14.2.2.1"), PropertySets.Disconnect);
        while (properties.TryNext(out var id, out var number, out _))
        {
            if (id == PropertyId.ServerReference && !isFromServer)
                ProtocolError.Throw(
                    "MQTT5-3.14.2.2.5", "a client names another server", ReasonCode.ProtocolError);
            if (id != PropertyId.SessionExpiry) continue;
            if (isFromServer)
                ProtocolError.Throw(
                    "MQTT5-3.14.2-2", "a server changes the session expiry", ReasonCode.ProtocolError);
            HasSessionExpiry = true;
            SessionExpirySeconds = number;
        }
        body.End("MQTT5-3.14.2.2.1");
    }

    /// <summary>Why the peer leaves; before 5.0 always <see cref="ReasonCode.Success"/>.</summary>
    public ReasonCode Reason { get; }

    /// <summary>Whether the session expiry of CONNECT is replaced.</summary>
    public bool HasSessionExpiry { get; }

    /// <summary>Seconds that the session outlives the connection; 0xFFFFFFFF: for ever.</summary>
    public uint SessionExpirySeconds { get; }

    /// <summary>Reads and checks a client's packet.</summary>
    /// <exception cref="ProtocolError">Any breach.</exception>
    public static DisconnectPacket Read(in Frame frame, ProtocolVersion version)
    {
        if (frame.Body.IsEmpty) return default;
        if (version != ProtocolVersion.V500) ProtocolError.Throw("MQTT-3.12", "DISCONNECT with content");
        return new DisconnectPacket(frame, isFromServer: false);
    }

    /// <summary>Reads and checks a server's packet, of 5.0.</summary>
    /// <exception cref="ProtocolError">Any breach.</exception>
    public static DisconnectPacket ReadFromServer5(in Frame frame) =>
        frame.Body.IsEmpty ? default : new DisconnectPacket(frame, isFromServer: true);

    // Table 3-10.
    private static bool IsFromClient(ReasonCode reason) => IsFromBoth(reason)
        || reason is ReasonCode.DisconnectWithWill;

    private static bool IsFromServer(ReasonCode reason) => IsFromBoth(reason)
        || reason is ReasonCode.NotAuthorized or ReasonCode.ServerBusy or ReasonCode.ServerShuttingDown
        or (>= ReasonCode.KeepAliveTimeout and <= ReasonCode.TopicFilterInvalid)
        or (>= ReasonCode.RetainNotSupported and <= ReasonCode.WildcardSubscriptionsNotSupported);

    private static bool IsFromBoth(ReasonCode reason) => reason is ReasonCode.Success
        or (>= ReasonCode.UnspecifiedError and <= ReasonCode.ImplementationSpecificError)
        or ReasonCode.TopicNameInvalid
        or (>= ReasonCode.ReceiveMaximumExceeded and <= ReasonCode.PayloadFormatInvalid);
}
