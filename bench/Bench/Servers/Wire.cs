namespace LightMq.Bench.Servers;

/// <summary>What a client speaks below MQTT.</summary>
internal enum Wire
{
    /// <summary>Nothing: plain TCP.</summary>
    Tcp,
    /// <summary>TLS 1.3.</summary>
    Tls,
    /// <summary>WebSocket.</summary>
    WebSocket,
}
