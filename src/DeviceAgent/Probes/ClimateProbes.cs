using System.Device.I2c;
using Iot.Device.Bmxx80;
using Iot.Device.Sht3x;
using LightMq.DeviceAgent.Sensors;

namespace LightMq.DeviceAgent.Probes;

/// <summary>Ranges of the data sheets, and measures made from what bindings give.</summary>
internal static class Climate
{
    /// <summary>°C of the sensors of Bosch.</summary>
    public static Measure Bosch(double? celsius) => new("temperature", celsius ?? double.NaN, "°C", -40, 85);

    /// <summary>Pressure, from Pa.</summary>
    public static Measure Pressure(double? pascal) =>
        new("pressure", (pascal ?? double.NaN) / 100, "hPa", 300, 1_100);

    /// <summary>Relative humidity.</summary>
    public static Measure Humidity(double? percent) => new("humidity", percent ?? double.NaN, "%", 0, 100);
}

/// <summary>BME280.</summary>
internal sealed class Bme280Probe : IProbe
{
    private readonly Bme280 _sensor;

    /// <param name="device">Where it is.</param>
    /// <param name="time">The clock that waits for conversions.</param>
    public Bme280Probe(I2cDevice device, TimeProvider time) =>
        _sensor = Opening.Of(device, at => new Bme280(at, time));

    /// <inheritdoc/>
    public IReadOnlyList<Measure> Read()
    {
        var read = _sensor.Read();
        return
        [
            Climate.Bosch(read.Temperature), Climate.Pressure(read.Pressure), Climate.Humidity(read.Humidity),
        ];
    }

    /// <inheritdoc/>
    public void Dispose() => _sensor.Dispose();
}

/// <summary>BMP280.</summary>
internal sealed class Bmp280Probe : IProbe
{
    private readonly Bmp280 _sensor;

    /// <param name="device">Where it is.</param>
    /// <param name="time">The clock that waits for conversions.</param>
    public Bmp280Probe(I2cDevice device, TimeProvider time) =>
        _sensor = Opening.Of(device, at => new Bmp280(at, time));

    /// <inheritdoc/>
    public IReadOnlyList<Measure> Read()
    {
        var read = _sensor.Read();
        return [Climate.Bosch(read.Temperature), Climate.Pressure(read.Pressure)];
    }

    /// <inheritdoc/>
    public void Dispose() => _sensor.Dispose();
}

/// <summary>SHT3x.</summary>
internal sealed class Sht3xProbe(I2cDevice device, TimeProvider time) : IProbe
{
    private readonly Sht3x _sensor = new(device, Resolution.High, time);

    /// <inheritdoc/>
    public IReadOnlyList<Measure> Read()
    {
        _sensor.ReadTempAndHumidity(out var temperature, out var humidity);
        return [new Measure("temperature", temperature, "°C", -40, 125), Climate.Humidity(humidity)];
    }

    /// <inheritdoc/>
    public void Dispose() => _sensor.Dispose();
}

/// <summary>Opening that leaves nothing open when it fails.</summary>
internal static class Opening
{
    /// <summary>Makes a sensor of a device.</summary>
    public static T Of<T>(I2cDevice device, Func<I2cDevice, T> make)
    {
        var isMade = false;
        try
        {
            var made = make(device);
            isMade = true;
            return made;
        }
        finally
        {
            if (!isMade) device.Dispose();
        }
    }
}
