namespace LightMq.Mqtt;

/// <summary>Versions of the protocol spoken here, by their level in CONNECT.</summary>
public enum ProtocolVersion : byte
{
    /// <summary>MQTT 3.1, named <c>MQIsdp</c>.</summary>
    V310 = 3,
    /// <summary>MQTT 3.1.1.</summary>
    V311 = 4,
    /// <summary>MQTT 5.0.</summary>
    V500 = 5,
}
