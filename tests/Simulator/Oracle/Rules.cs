using LightMq.Broker.Settings;

namespace LightMq.Simulator.Oracle;

/// <summary>What may happen in a world, so that the checkers know what to expect.</summary>
/// <param name="Options">The bounds that must hold.</param>
/// <param name="MayDrop">A drop policy is configured: sessions that are no bridges may lose messages.</param>
/// <param name="IsFaultless">No cut, no error, no power loss, no restart.</param>
public sealed record Rules(BrokerOptions Options, bool MayDrop, bool IsFaultless);
