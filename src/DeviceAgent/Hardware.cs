using System.Device.Gpio;
using System.Device.I2c;
using System.Device.Spi;
using LightMq.DeviceAgent.Buses;
using LightMq.DeviceAgent.Gpio;

namespace LightMq.DeviceAgent;

/// <summary>What opens devices: the board's own, or simulated ones.</summary>
/// <param name="Bus">The thread of a bus.</param>
/// <param name="Gpio">A GPIO chip.</param>
/// <param name="I2c">A device on an I²C bus.</param>
/// <param name="Spi">A device on an SPI bus.</param>
internal sealed record Hardware(
    Func<string, IBus> Bus, Func<int, GpioDriver> Gpio, Func<I2cConnectionSettings, I2cDevice> I2c,
    Func<SpiConnectionSettings, SpiDevice> Spi)
{
    /// <summary>This board's.</summary>
    public static Hardware Ours { get; } =
        new(static name => new BusThread(name), GpioDrivers.Open, I2cDevice.Create, SpiDevice.Create);
}
