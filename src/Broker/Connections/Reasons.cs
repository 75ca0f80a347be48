using LightMq.Mqtt;

namespace LightMq.Broker.Connections;

/// <summary>What MQTT 5.0 says for our own reasons.</summary>
internal static class Reasons
{
    /// <summary>In a DISCONNECT; null: none is sent.</summary>
    public static ReasonCode? Of(CloseReason reason) => reason switch
    {
        CloseReason.ProtocolError => ReasonCode.ProtocolError,
        CloseReason.PacketTooLarge => ReasonCode.PacketTooLarge,
        CloseReason.KeepAlive => ReasonCode.KeepAliveTimeout,
        CloseReason.TakenOver => ReasonCode.SessionTakenOver,
        CloseReason.NotAuthorized or CloseReason.TokenTimeout => ReasonCode.NotAuthorized,
        CloseReason.SlowReader or CloseReason.QuotaExceeded => ReasonCode.QuotaExceeded,
        CloseReason.TooManyConnections => ReasonCode.ServerBusy,
        CloseReason.ServerStopping => ReasonCode.ServerShuttingDown,
        CloseReason.StreamHole => ReasonCode.ImplementationSpecificError,
        _ => null,
    };

    /// <summary>In a CONNACK.</summary>
    public static ReasonCode Of(ConnectCode code) => code switch
    {
        ConnectCode.Accepted => ReasonCode.Success,
        ConnectCode.UnacceptableProtocolVersion => ReasonCode.UnsupportedProtocolVersion,
        ConnectCode.IdentifierRejected => ReasonCode.ClientIdentifierNotValid,
        ConnectCode.ServerUnavailable => ReasonCode.ServerUnavailable,
        ConnectCode.BadUserNameOrPassword => ReasonCode.BadUserNameOrPassword,
        _ => ReasonCode.NotAuthorized,
    };
}
