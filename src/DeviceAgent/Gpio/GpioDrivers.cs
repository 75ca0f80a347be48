using System.Device.Gpio;
using System.Device.Gpio.Drivers;

namespace LightMq.DeviceAgent.Gpio;

/// <summary>The drivers of real chips.</summary>
internal static class GpioDrivers
{
    /// <summary>
    /// Opens <c>/dev/gpiochipN</c> by libgpiod: version 1 (Debian 12) where it is installed, else version 2.
    /// </summary>
    /// <exception cref="IOException">Neither is installed, or there is no such chip.</exception>
    public static GpioDriver Open(int chip)
    {
        try
        {
            return new LibGpiodDriver(chip);
        }
        catch (PlatformNotSupportedException)
        {
            return new LibGpiodV2Driver(chip);
        }
    }
}
