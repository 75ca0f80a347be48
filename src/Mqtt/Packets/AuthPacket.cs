namespace LightMq.Mqtt;

/// <summary>AUTH (MQTT 5.0, section 3.15).</summary>
public static class AuthPacket
{
    /// <summary>Reads and checks a client's packet.</summary>
    /// <returns>Whether authentication goes on or begins anew.</returns>
    /// <exception cref="ProtocolError">Any breach.</exception>
    public static ReasonCode Read(in Frame frame)
    {
        var body = new BodyReader(frame.Body);
        // Without content it says success, which a server alone may say.
        var reason = body.IsAtEnd ? ReasonCode.Success : (ReasonCode)body.Byte("MQTT5-3.15.2-1");
        if (reason is not (ReasonCode.ContinueAuthentication or ReasonCode.ReAuthenticate))
            ProtocolError.Throw(
                "MQTT5-3.15.2-1", "not a reason that a client sends", ReasonCode.ProtocolError);
        var properties = new PropertyReader(body.Properties("MQTT5-3.15.2.2.1"), PropertySets.Auth);
        var hasMethod = false;
        while (properties.TryNext(out var id, out _, out _))
            hasMethod |= id == PropertyId.AuthenticationMethod;
        if (!hasMethod)
            ProtocolError.Throw("MQTT5-3.15.2.2.2", "AUTH without method", ReasonCode.ProtocolError);
        body.End("MQTT5-3.15.2.2.1");
        return reason;
    }
}
