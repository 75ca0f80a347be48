using System.Text;
using LightMq.Lmq;

namespace LightMq.Broker.Settings;

/// <summary>What makes a broker the central one: gateways bring it what edge brokers took.</summary>
/// <param name="GatewayGroups">Groups whose clients are gateways; they alone are believed what they say of a
/// message (LMQ-CORE-4).</param>
public sealed record CentralOptions(IReadOnlyList<string> GatewayGroups)
{
    /// <summary>Bytes that may wait for the core; beyond it publishers wait.</summary>
    public int WaitingBytesMax { get; init; } = 16 << 20;

    /// <summary>Name of this central and its core, told in each CONNACK of MQTT 5.0; empty: none.</summary>
    public string ClusterId { get; init; } = "";

    /// <summary>Whether a client id is a gateway's.</summary>
    public bool IsGateway(ReadOnlySpan<byte> clientId) => ClientIdName.TryParse(clientId, out var name)
        && GatewayGroups.Contains(Encoding.UTF8.GetString(name.Group));
}
