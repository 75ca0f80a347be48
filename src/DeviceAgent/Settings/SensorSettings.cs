namespace LightMq.DeviceAgent.Settings;

/// <summary>What kind of sensor it is.</summary>
internal enum SensorKind
{
    /// <summary>BME280 over I²C.</summary>
    Bme280,
    /// <summary>BMP280 over I²C.</summary>
    Bmp280,
    /// <summary>SHT30, SHT31, SHT35 over I²C.</summary>
    Sht3x,
    /// <summary>DS18B20 and kin through the kernel's 1-Wire.</summary>
    Ds18b20,
    /// <summary>A channel of an MCP3008 over SPI.</summary>
    Mcp3008,
    /// <summary>INA219 over I²C.</summary>
    Ina219,
    /// <summary>Inputs of a PCF8574 over I²C.</summary>
    Pcf8574,
    /// <summary>DHT22 through the kernel's IIO.</summary>
    Dht22,
    /// <summary>Any device that the kernel shows under IIO.</summary>
    Iio,
    /// <summary>Any chip that the kernel shows under hwmon.</summary>
    Hwmon,
    /// <summary>A GPIO line that is watched.</summary>
    GpioInput,
    /// <summary>A GPIO line whose pulses are counted.</summary>
    GpioCounter,
}

/// <summary>What pulls a line that nobody drives.</summary>
internal enum PullKind
{
    /// <summary>Nothing, or something outside.</summary>
    None,
    /// <summary>The chip, up.</summary>
    Up,
    /// <summary>The chip, down.</summary>
    Down,
}

/// <summary>Which edges are pulses.</summary>
internal enum EdgeKind
{
    /// <summary>From off to on.</summary>
    Rising,
    /// <summary>From on to off.</summary>
    Falling,
    /// <summary>Both.</summary>
    Both,
}

/// <summary>How one quantity of a sensor is published.</summary>
/// <param name="Name">The quantity, as the kind names it; empty: the kind's first.</param>
/// <param name="As">Its name in what is published; empty: the same.</param>
/// <param name="Factor">What is measured times this …</param>
/// <param name="Offset">… plus this is published.</param>
/// <param name="Unit">Unit of what is published; empty: the kind's own.</param>
/// <param name="DeadBand">Smaller changes are not published.</param>
/// <param name="Decimals">Digits behind the point.</param>
internal sealed record ValueSettings(
    string Name, string As, double Factor, double Offset, string Unit, double DeadBand, int Decimals)
{
    /// <summary>As it comes.</summary>
    public static ValueSettings Plain { get; } = new("", "", 1, 0, "", 0, 3);
}

/// <summary>When readings are published.</summary>
internal sealed record PublishSettings
{
    /// <summary>Where to.</summary>
    public required string Topic { get; init; }
    /// <summary>How the quantities are published; the first is for the kind's first quantity.</summary>
    public required ListOf<ValueSettings> Values { get; init; }
    /// <summary>The longest silence within dead bands.</summary>
    public required TimeSpan SilenceMax { get; init; }
    /// <summary>Readings in a message.</summary>
    public required int Batch { get; init; }
    /// <summary>A reading waits no longer for its batch to be full.</summary>
    public required TimeSpan BatchMax { get; init; }
}

/// <summary>A sensor.</summary>
internal sealed record SensorSettings
{
    /// <summary>Its name in what is published.</summary>
    public required string Name { get; init; }
    /// <summary>Its kind.</summary>
    public required SensorKind Kind { get; init; }
    /// <summary>Time between two readings.</summary>
    public required TimeSpan Interval { get; init; }
    /// <summary>The longest wait before a sensor that failed is tried again.</summary>
    public required TimeSpan RetryMax { get; init; }
    /// <summary>When readings are published.</summary>
    public required PublishSettings Publish { get; init; }
    /// <summary>Number of the I²C or SPI bus.</summary>
    public int Bus { get; init; }
    /// <summary>Address on I²C, chip select on SPI.</summary>
    public int Address { get; init; }
    /// <summary>Name of the kernel's device, or of a 1-Wire device.</summary>
    public string Device { get; init; } = "";
    /// <summary>Channels of the device.</summary>
    public ListOf<string> Channels { get; init; } = ListOf<string>.None;
    /// <summary>Channel of an MCP3008.</summary>
    public int Channel { get; init; }
    /// <summary>Ω of the shunt of an INA219.</summary>
    public double ShuntOhms { get; init; }
    /// <summary>Largest current that an INA219 is to measure, A.</summary>
    public double AmperesMax { get; init; }
    /// <summary>The pins of a PCF8574 that are inputs, P0 in the lowest bit.</summary>
    public int InputMask { get; init; }
    /// <summary>The GPIO line.</summary>
    public LineSettings? Line { get; init; }
    /// <summary>What pulls it.</summary>
    public PullKind Pull { get; init; }
    /// <summary>Shorter changes do not count.</summary>
    public TimeSpan Debounce { get; init; }
    /// <summary>Which edges are pulses.</summary>
    public EdgeKind Edge { get; init; }
    /// <summary>Messages of changes in a second.</summary>
    public int EventsPerSecondMax { get; init; }
    /// <summary>A line with more edges in a second is not watched for a while.</summary>
    public int EdgesPerSecondMax { get; init; }

    /// <summary>The bus on whose thread it is read.</summary>
    public string BusName => Kind switch
    {
        SensorKind.Ds18b20 => "w1",
        SensorKind.Mcp3008 => $"spi-{Bus}",
        SensorKind.Dht22 or SensorKind.Iio => $"iio {Device}".TrimEnd(),
        SensorKind.Hwmon => $"hwmon {Device}",
        SensorKind.GpioInput or SensorKind.GpioCounter => $"gpiochip{Line!.Chip}",
        _ => $"i2c-{Bus}",
    };
}
