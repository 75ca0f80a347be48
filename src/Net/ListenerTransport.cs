namespace LightMq.Net;

/// <summary>What a listener's peers speak below MQTT.</summary>
public enum ListenerTransport
{
    /// <summary>Nothing: plain TCP.</summary>
    Tcp,
    /// <summary>TLS.</summary>
    Tls,
    /// <summary>WebSocket (RFC 6455).</summary>
    WebSocket,
    /// <summary>WebSocket over TLS.</summary>
    SecureWebSocket,
    /// <summary>The socket policy that Flash asks for (LMQ-NET-3); no MQTT.</summary>
    FlashPolicy,
}
