using System.Globalization;
using LightMq.Service.Configuration;

namespace LightMq.DeviceAgent.Settings;

/// <summary>Reads one sensor: the keys that all have, and those of its kind.</summary>
internal static class SensorReader
{
    private const string NumberForm = "a number, with a point";

    private static readonly (string Word, SensorKind Value)[] Kinds =
    [
        ("bme280", SensorKind.Bme280), ("bmp280", SensorKind.Bmp280), ("sht3x", SensorKind.Sht3x),
        ("ds18b20", SensorKind.Ds18b20), ("mcp3008", SensorKind.Mcp3008), ("ina219", SensorKind.Ina219),
        ("pcf8574", SensorKind.Pcf8574), ("dht22", SensorKind.Dht22), ("iio", SensorKind.Iio),
        ("hwmon", SensorKind.Hwmon), ("gpio-input", SensorKind.GpioInput),
        ("gpio-counter", SensorKind.GpioCounter),
    ];

    /// <summary>The word that stands for a kind.</summary>
    public static string Word(SensorKind kind) => Kinds.First(one => one.Value == kind).Word;

    /// <summary>Reads it.</summary>
    /// <exception cref="ConfigurationError">The first key that is wrong.</exception>
    public static SensorSettings Read(SettingsSection section, string baseTopic)
    {
        var name = section.Text("Name", "", GpioReader.NameForm, GpioReader.IsName);
        if (!section.Has("Kind"))
            throw section.Missing("Kind",
                "one of " + string.Join(", ", Kinds.Select(static one => one.Word)));
        var kind = section.Choice("Kind", SensorKind.Iio, Kinds);
        // What the chip can do is the least; an input tells changes at once, this is its silence.
        var (least, usual) = kind switch
        {
            SensorKind.Ds18b20 => (1_000, 10_000),
            SensorKind.Dht22 => (2_000, 10_000),
            SensorKind.GpioInput => (1_000, 600_000),
            _ => (100, 10_000),
        };
        var sensor = new SensorSettings
        {
            Name = name,
            Kind = kind,
            Interval = TimeSpan.FromMilliseconds(
                section.Whole("IntervalMilliseconds", usual, least, 86_400_000)),
            RetryMax = TimeSpan.FromSeconds(section.Whole("RetrySecondsMax", 60, 1, 86_400)),
            Publish = Publish(section, $"{baseTopic}/sensor/{name}"),
        };
        return OfKind(section, sensor);
    }

    private static SensorSettings OfKind(SettingsSection section, SensorSettings sensor) => sensor.Kind switch
    {
        SensorKind.Bme280 or SensorKind.Bmp280 => OnI2c(section, sensor, 0x76),
        SensorKind.Sht3x => OnI2c(section, sensor, 0x44),
        SensorKind.Ina219 => OnI2c(section, sensor, 0x40) with
        {
            ShuntOhms = Within(section, "ShuntOhms", 0.1, 1e-6, 1e3),
            AmperesMax = Within(section, "AmperesMax", 3.2, 1e-6, 1e4),
        },
        SensorKind.Pcf8574 => OnI2c(section, sensor, 0x20) with
        {
            InputMask = section.Whole("InputMask", 255, 1, 255),
        },
        SensorKind.Mcp3008 => sensor with
        {
            Bus = section.Whole("Bus", 0, 0, 63),
            Address = section.Whole("ChipSelect", 0, 0, 63),
            Channel = section.Whole("Channel", 0, 0, 7),
        },
        SensorKind.Ds18b20 or SensorKind.Dht22 => sensor with { Device = Device(section, mayBeEmpty: true) },
        SensorKind.Iio or SensorKind.Hwmon => sensor with
        {
            Device = Device(section, mayBeEmpty: false),
            Channels = Channels(section),
        },
        _ => OnGpio(section, sensor),
    };

    private static SensorSettings OnI2c(SettingsSection section, SensorSettings sensor, int otherwise) =>
        sensor with { Bus = section.Whole("Bus", 1, 0, 255), Address = Address(section, otherwise) };

    private static SensorSettings OnGpio(SettingsSection section, SensorSettings sensor)
    {
        var isInput = sensor.Kind == SensorKind.GpioInput;
        return sensor with
        {
            Line = GpioReader.Line(section),
            Pull = GpioReader.Pull(section, PullKind.None),
            Debounce = TimeSpan.FromMilliseconds(section.Whole(
                "DebounceMilliseconds", isInput ? 20 : 0, isInput ? 1 : 0, 10_000)),
            EdgesPerSecondMax = section.Whole("EdgesPerSecondMax", 5_000, 10, 100_000),
            EventsPerSecondMax = isInput ? section.Whole("EventsPerSecondMax", 10, 1, 100) : 0,
            Edge = isInput ? EdgeKind.Both
                : section.Choice("Edge", EdgeKind.Rising, ("rising", EdgeKind.Rising),
                    ("falling", EdgeKind.Falling), ("both", EdgeKind.Both)),
        };
    }

    private static PublishSettings Publish(SettingsSection section, string topic)
    {
        var first = Value(section, "", section.Text("As", "", GpioReader.NameForm, IsNameOrEmpty));
        var values = section.List("Values", static item => Value(item,
            item.Text("Name", "", GpioReader.NameForm, GpioReader.IsName),
            item.Text("As", "", GpioReader.NameForm, IsNameOrEmpty)));
        if (values.GroupBy(static value => value.Name).FirstOrDefault(static group => group.Count() > 1)
            is { } twice)
            throw section.Contradiction("Values", $"'{twice.Key}' is there twice");
        return new PublishSettings
        {
            Topic = SettingsReader.Topic(section, "Topic", topic),
            Values = new(values.Prepend(first)),
            SilenceMax = TimeSpan.FromSeconds(section.Whole("SilenceSecondsMax", 600, 1, 86_400)),
            Batch = section.Whole("Batch", 1, 1, 1_000),
            BatchMax = TimeSpan.FromSeconds(section.Whole("BatchSecondsMax", 60, 1, 86_400)),
        };
    }

    private static bool IsNameOrEmpty(string text) => text.Length == 0 || GpioReader.IsName(text);

    private static ValueSettings Value(SettingsSection section, string name, string shown) =>
        new(name, shown, Within(section, "Factor", 1, -1e12, 1e12), Within(section, "Offset", 0, -1e12, 1e12),
            section.Text("Unit", "", "at most 16 characters", static text => text.Length <= 16
                && !text.Any(char.IsControl)),
            Within(section, "DeadBand", 0, 0, 1e12), section.Whole("Decimals", 3, 0, 9));

    private static string Device(SettingsSection section, bool mayBeEmpty) =>
        section.Text("Device", "", "the name of a device of the kernel", text =>
            text.Length == 0 ? mayBeEmpty : text.Length <= 64 && text is not "." and not ".."
                && !text.Any(char.IsControl) && text.IndexOf('/') < 0);

    private static ListOf<string> Channels(SettingsSection section)
    {
        const string Form = "a name as temp1 or voltage0";
        var channels = section.Texts("Channels", Form, GpioReader.IsName);
        return channels.Count > 0 ? new(channels) : throw section.Missing("Channels", "a list, each " + Form);
    }

    private static double Within(
        SettingsSection section, string key, double otherwise, double min, double max)
    {
        var text = section.Text(key, otherwise.ToString(CultureInfo.InvariantCulture), NumberForm,
            static text => Parse(text) is not null);
        var number = Parse(text)!.Value;
        return number >= min && number <= max ? number : throw section.Wrong(key, text,
            string.Create(CultureInfo.InvariantCulture, $"a number from {min} to {max}"));
    }

    private static double? Parse(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number) ? number : null;

    // "0x76" as data sheets write it, or 118.
    private static int Address(SettingsSection section, int otherwise)
    {
        var text = section.Text("Address", $"0x{otherwise:x2}", "an address from 0x03 to 0x77", static text =>
            AddressIn(text) is >= 3 and <= 0x77);
        return AddressIn(text)!.Value;
    }

    private static int? AddressIn(string text)
    {
        var isHex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        return int.TryParse(isHex ? text[2..] : text,
            isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture,
            out var number) ? number : null;
    }
}
