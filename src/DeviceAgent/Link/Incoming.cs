namespace LightMq.DeviceAgent.Link;

/// <summary>A message that came.</summary>
/// <param name="Topic">Topic.</param>
/// <param name="Payload">Payload.</param>
/// <param name="IsRetained">Whether the broker had kept it.</param>
internal sealed record Incoming(string Topic, byte[] Payload, bool IsRetained);
