using LightMq.DeviceAgent.Buses;
using LightMq.DeviceAgent.Gpio;
using LightMq.DeviceAgent.Sensors;
using LightMq.Service;
using Microsoft.Extensions.Logging;

namespace LightMq.DeviceAgent;

/// <summary>What everything on the loop is made with.</summary>
/// <param name="Loop">The loop.</param>
/// <param name="Time">The clock.</param>
/// <param name="Random">Where chance comes from.</param>
/// <param name="Log">The log.</param>
/// <param name="Telemetry">Where messages go.</param>
/// <param name="Buses">All buses.</param>
/// <param name="Gpio">All GPIO chips.</param>
internal sealed record Parts(
    Loop Loop, TimeProvider Time, Random Random, ILogger Log, Telemetry Telemetry, BusDesk Buses,
    GpioDesk Gpio)
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1),
        LongestWait = TimeSpan.FromMinutes(1);

    /// <summary>The waits between tries of a device.</summary>
    public Backoff NewBackoff(TimeSpan? longest = null) => new(Random, FirstWait, longest ?? LongestWait);
}
