using System.Globalization;

// DHT22 through the kernel's driver dht11, which shows it under IIO: its pulses of 26 and 70 µs are beyond
// what a program can time. Names as in the package Iot.Device.Bindings; where that has types of UnitsNet,
// here are °C and % as double.
namespace Iot.Device.DHTxx;

/// <summary>Temperature and humidity by one wire of its own kind.</summary>
/// <param name="folder">Its folder of sysfs, as <c>/sys/bus/iio/devices/iio:device0</c>.</param>
public sealed class Dht22(string folder)
{
    /// <summary>The least time between two measurements.</summary>
    public static readonly TimeSpan MinTimeBetweenReads = TimeSpan.FromSeconds(2);

    /// <summary>Measures; the kernel measures at most once in 2 s and repeats itself in between.</summary>
    /// <param name="temperature">°C.</param>
    /// <exception cref="IOException">It does not answer, or its checksum is wrong.</exception>
    public bool TryReadTemperature(out double temperature) => TryRead("in_temp_input", out temperature);

    /// <summary>The same of the humidity, %.</summary>
    /// <exception cref="IOException">It does not answer, or its checksum is wrong.</exception>
    public bool TryReadHumidity(out double humidity) => TryRead("in_humidityrelative_input", out humidity);

    // The kernel gives thousandths.
    private bool TryRead(string file, out double value)
    {
        var isNumber = int.TryParse(File.ReadAllText(Path.Combine(folder, file)).Trim(),
            NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var milli);
        value = milli / 1000.0;
        return isNumber;
    }
}
