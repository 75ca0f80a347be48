using LightMq.DeviceAgent.Sensors;

namespace LightMq.DeviceAgent.Probes;

/// <summary>An opened sensor, on its bus's thread.</summary>
internal interface IProbe : IDisposable
{
    /// <summary>Measures.</summary>
    /// <returns>The quantities, the kind's first one first.</returns>
    /// <exception cref="IOException">It cannot be read.</exception>
    IReadOnlyList<Measure> Read();
}
