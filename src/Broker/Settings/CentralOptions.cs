namespace LightMq.Broker.Settings;

/// <summary>What makes a broker the central one: gateways bring it what edge brokers took.</summary>
/// <param name="GatewayGroups">Groups whose clients are gateways; they alone are believed what they say of a
/// message (LMQ-CORE-4).</param>
public sealed record CentralOptions(IReadOnlyList<string> GatewayGroups)
{
    /// <summary>Bytes that may wait for the core; beyond it gateways' publishes wait.</summary>
    public int WaitingBytesMax { get; init; } = 16 << 20;
}
