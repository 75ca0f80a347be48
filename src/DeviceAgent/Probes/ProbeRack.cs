using System.Device.I2c;
using System.Device.Spi;
using LightMq.DeviceAgent.Settings;

namespace LightMq.DeviceAgent.Probes;

/// <summary>Opens sensors. On their bus's thread.</summary>
/// <param name="root">Folder that holds sys.</param>
/// <param name="i2c">Opens a device on an I²C bus.</param>
/// <param name="spi">Opens a device on an SPI bus.</param>
/// <param name="time">The clock that waits for conversions.</param>
internal sealed class ProbeRack(
    string root, Func<I2cConnectionSettings, I2cDevice> i2c, Func<SpiConnectionSettings, SpiDevice> spi,
    TimeProvider time)
{
    /// <summary>Opens one.</summary>
    /// <exception cref="IOException">It is not there, or not what it should be.</exception>
    public IProbe Open(SensorSettings sensor) => sensor.Kind switch
    {
        SensorKind.Bme280 => new Bme280Probe(I2c(sensor), time),
        SensorKind.Bmp280 => new Bmp280Probe(I2c(sensor), time),
        SensorKind.Sht3x => new Sht3xProbe(I2c(sensor), time),
        SensorKind.Ina219 => new Ina219Probe(I2c(sensor), sensor.ShuntOhms, sensor.AmperesMax),
        SensorKind.Pcf8574 => new Pcf8574Probe(I2c(sensor), sensor.InputMask),
        SensorKind.Mcp3008 => new Mcp3008Probe(Spi(sensor), sensor.Channel),
        SensorKind.Ds18b20 => new OneWireProbe(Path.Combine(root, "sys/bus/w1/devices"), sensor.Device),
        SensorKind.Dht22 => new Dht22Probe(IioFolder.Find(root, sensor.Device, "dht11")),
        SensorKind.Iio => new IioProbe(IioFolder.Find(root, sensor.Device, null), sensor.Channels),
        SensorKind.Hwmon => new HwmonProbe(root, sensor.Device, sensor.Channels),
        _ => throw new InvalidOperationException($"{sensor.Kind} is not asked"),
    };

    private I2cDevice I2c(SensorSettings sensor) =>
        i2c(new I2cConnectionSettings(sensor.Bus, sensor.Address));

    private SpiDevice Spi(SensorSettings sensor) => spi(new SpiConnectionSettings(sensor.Bus, sensor.Address)
    {
        ClockFrequency = Iot.Device.Adc.Mcp3008.ClockFrequencyMax,
        Mode = SpiMode.Mode0,
    });
}
