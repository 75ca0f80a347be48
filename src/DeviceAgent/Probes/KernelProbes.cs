using System.Globalization;
using Iot.Device.DHTxx;
using Iot.Device.OneWire;
using LightMq.DeviceAgent.Buses;
using LightMq.DeviceAgent.Sensors;
using LightMq.DeviceAgent.Settings;

namespace LightMq.DeviceAgent.Probes;

/// <summary>Numbers that the kernel shows in files.</summary>
internal static class KernelNumber
{
    /// <summary>Reads one.</summary>
    /// <exception cref="IOException">It is not there, or is no number.</exception>
    public static double Read(string path)
    {
        var text = File.ReadAllText(path).Trim();
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number)
            ? number : throw new DeviceFault($"{Path.GetFileName(path)} holds no number");
    }
}

/// <summary>DS18B20 and kin.</summary>
internal sealed class OneWireProbe : IProbe
{
    // Its power-on value: it has lost its supply and measured nothing.
    private const double PowerOn = 85, BelievedWithin = 5;
    private readonly OneWireThermometerDevice _thermometer;
    private double? _last;

    /// <param name="devices">Folder of all 1-Wire devices.</param>
    /// <param name="deviceId">Which; empty: the only one.</param>
    public OneWireProbe(string devices, string deviceId)
    {
        if (deviceId.Length == 0)
        {
            var all = OneWireThermometerDevice.EnumerateDeviceIds(devices).Take(2).ToList();
            deviceId = all.Count switch
            {
                0 => throw new DeviceFault("there is no thermometer on the bus"),
                1 => all[0],
                _ => throw new DeviceFault("there are several thermometers: Device must name one"),
            };
        }
        _thermometer = new OneWireThermometerDevice(deviceId, devices);
    }

    /// <inheritdoc/>
    public IReadOnlyList<Measure> Read()
    {
        var celsius = _thermometer.ReadTemperature();
        if (celsius == PowerOn && (_last is not { } last || Math.Abs(last - PowerOn) > BelievedWithin))
            throw new DeviceFault("it gives its power-on value of 85 °C: is its supply weak?");
        _last = celsius;
        return [new Measure("temperature", celsius, "°C", -55, 125)];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}

/// <summary>DHT22.</summary>
internal sealed class Dht22Probe(string folder) : IProbe
{
    private readonly Dht22 _sensor = new(folder);

    /// <inheritdoc/>
    public IReadOnlyList<Measure> Read()
    {
        if (!_sensor.TryReadTemperature(out var temperature)) temperature = double.NaN;
        if (!_sensor.TryReadHumidity(out var humidity)) humidity = double.NaN;
        return [new Measure("temperature", temperature, "°C", -40, 80), Climate.Humidity(humidity)];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}

/// <summary>Finds devices of the kernel's IIO.</summary>
internal static class IioFolder
{
    /// <summary>The folder of a device.</summary>
    /// <param name="root">Folder that holds sys.</param>
    /// <param name="device">Content of its file <c>name</c>, or its folder's name; empty: by the beginning.
    /// </param>
    /// <param name="begin">How its name begins.</param>
    /// <exception cref="DeviceFault">There is none.</exception>
    public static string Find(string root, string device, string? begin)
    {
        var all = Path.Combine(root, "sys/bus/iio/devices");
        foreach (var folder in Board.KernelFile.Folders(all, "iio:device*"))
        {
            var name = Board.KernelFile.Line(Path.Combine(folder, "name"));
            if (device.Length == 0 ? name.StartsWith(begin!, StringComparison.Ordinal)
                : name == device || Path.GetFileName(folder) == device) return folder;
        }
        throw new DeviceFault("the kernel shows no such device under IIO");
    }
}

/// <summary>Channels of an IIO device, in the units of ordinary life.</summary>
internal sealed class IioProbe(string folder, ListOf<string> channels) : IProbe
{
    /// <inheritdoc/>
    public IReadOnlyList<Measure> Read() => [.. channels.Select(Read)];

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private Measure Read(string channel)
    {
        var (factor, unit) = UnitOf(channel);
        var file = Path.Combine(folder, "in_" + channel);
        if (File.Exists(file + "_input"))
            return new Measure(channel, KernelNumber.Read(file + "_input") * factor, unit);
        if (!File.Exists(file + "_raw")) throw new DeviceFault($"the device has no channel {channel}");
        var value = KernelNumber.Read(file + "_raw") + (Shared(channel, "offset") ?? 0);
        if (Shared(channel, "scale") is { } scale) return new Measure(channel, value * scale * factor, unit);
        // Nearness is often in no unit.
        return unit.Length == 0 || channel.StartsWith("proximity", StringComparison.Ordinal)
            ? new Measure(channel, value, "") : throw new DeviceFault($"channel {channel} has no scale");
    }

    private double? Shared(string channel, string what)
    {
        var file = Sharing(channel).Select(name => Path.Combine(folder, name + what))
            .FirstOrDefault(File.Exists);
        return file is null ? null : KernelNumber.Read(file);
    }

    // The kernel's ABI (sysfs-bus-iio): of the channel, as in_accel_x_ or in_voltage0-voltage1_; of all of
    // its type, as in_accel_ or in_voltage-voltage_, peaks having their own; of all inputs; of the device.
    private static IEnumerable<string> Sharing(string channel)
    {
        var parts = channel.Split('_');
        var type = string.Concat(parts[0].Where(static letter => !char.IsAsciiDigit(letter)));
        yield return $"in_{channel}_";
        if (parts[^1] == "peak") yield return $"in_{type}_peak_";
        for (var many = parts.Length; many > 0; many--)
        {
            var more = string.Concat(parts[1..many].Select(static part => part + "_"));
            yield return $"in_{parts[0]}_{more}";
            yield return $"in_{type}_{more}";
        }
        yield return "in_";
        yield return "";
    }

    // Units of the kernel's ABI: milli °C, milli %, mV, mA, kPa.
    private static (double Factor, string Unit) UnitOf(string channel)
    {
        bool Is(string type) => channel.StartsWith(type, StringComparison.Ordinal);
        return Is("temp") ? (1e-3, "°C") : Is("humidityrelative") ? (1e-3, "%")
            : Is("voltage") ? (1e-3, "V") : Is("current") ? (1e-3, "A") : Is("pressure") ? (10, "hPa")
            : Is("illuminance") ? (1, "lx") : Is("accel") ? (1, "m/s²") : Is("anglvel") ? (1, "rad/s")
            : Is("magn") ? (100, "µT") : Is("distance") || Is("proximity") ? (1, "m")
            : Is("resistance") ? (1, "Ω") : (1, "");
    }
}

/// <summary>Channels of a chip under hwmon.</summary>
internal sealed class HwmonProbe : IProbe
{
    private readonly string _folder;
    private readonly ListOf<string> _channels;

    /// <param name="root">Folder that holds sys.</param>
    /// <param name="chip">What its file <c>name</c> says, or its folder's name.</param>
    /// <param name="channels">As <c>temp1</c>.</param>
    public HwmonProbe(string root, string chip, ListOf<string> channels)
    {
        _channels = channels;
        _folder = Board.KernelFile.Folders(Path.Combine(root, "sys/class/hwmon"), "hwmon*").FirstOrDefault(
                folder => Board.KernelFile.Line(Path.Combine(folder, "name")) == chip
                    || Path.GetFileName(folder) == chip)
            ?? throw new DeviceFault("the kernel shows no such chip under hwmon");
    }

    /// <inheritdoc/>
    public IReadOnlyList<Measure> Read() => [.. _channels.Select(channel =>
    {
        var (factor, unit) = UnitOf(channel);
        return new Measure(
            channel, KernelNumber.Read(Path.Combine(_folder, channel + "_input")) * factor, unit);
    })];

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    // Units of the kernel's ABI: milli °C, mV, mA, µW, milli %, 1/min.
    private static (double Factor, string Unit) UnitOf(string channel)
    {
        bool Is(string type) => channel.StartsWith(type, StringComparison.Ordinal);
        return Is("temp") ? (1e-3, "°C") : Is("in") ? (1e-3, "V") : Is("curr") ? (1e-3, "A")
            : Is("power") ? (1e-6, "W") : Is("energy") ? (1e-6, "J") : Is("humidity") ? (1e-3, "%")
            : Is("fan") ? (1, "1/min") : (1, "");
    }
}
