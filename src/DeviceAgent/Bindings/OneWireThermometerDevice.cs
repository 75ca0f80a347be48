using System.Globalization;

// DS18B20 and its kin on the kernel's 1-Wire bus (driver w1_therm; data sheet of the DS18B20). Names as in
// the package Iot.Device.Bindings; where that has a type of UnitsNet, here are °C as double. The constructor
// takes the folder of sysfs, so that a test has its own.
namespace Iot.Device.OneWire;

/// <summary>A thermometer on a 1-Wire bus.</summary>
/// <param name="deviceId">As the kernel names it: family and number in hex, <c>28-0123456789ab</c>.</param>
/// <param name="devices">Folder with the devices of all buses.</param>
public sealed class OneWireThermometerDevice(string deviceId, string devices = "/sys/bus/w1/devices")
{
    private const byte FamilyDs18S20 = 0x10;
    private const int ScratchpadBytes = 9;

    /// <summary>As the kernel names it.</summary>
    public string DeviceId { get; } = deviceId;

    /// <summary>The names of all thermometers that the kernel knows of.</summary>
    public static IEnumerable<string> EnumerateDeviceIds(string devices = "/sys/bus/w1/devices") =>
        Directory.Exists(devices)
            ? Directory.GetDirectories(devices).Select(static path => Path.GetFileName(path))
                .Where(static name => name.Length == 15 && name[2] == '-'
                    && name[..2] is "10" or "22" or "28" or "3b" or "42").Order(StringComparer.Ordinal)
            : [];

    /// <summary>Measures: takes up to 750 ms.</summary>
    /// <returns>°C.</returns>
    /// <exception cref="IOException">It is not there, or what came is damaged.</exception>
    public double ReadTemperature()
    {
        // "91 01 4b 46 7f ff 0f 10 25 : crc=25 YES", then the same bytes with "t=25062".
        var text = File.ReadAllText(Path.Combine(devices, DeviceId, "w1_slave"));
        var scratchpad = new byte[ScratchpadBytes];
        var words = text.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < ScratchpadBytes) throw new IOException("the kernel shows no scratchpad");
        for (var i = 0; i < ScratchpadBytes; i++)
            if (!byte.TryParse(words[i], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture,
                out scratchpad[i]))
                throw new IOException("the kernel shows no scratchpad");
        // A bus that is shorted to ground gives zeros, whose checksum is right.
        if (scratchpad.AsSpan().IndexOfAnyExcept((byte)0) < 0)
            throw new IOException("the bus gives nothing but zeros: is it shorted?");
        if (!text.Contains("YES", StringComparison.Ordinal) || Crc(scratchpad.AsSpan(0, 8)) != scratchpad[8])
            throw new IOException("the checksum of its scratchpad is wrong");
        var raw = (short)(scratchpad[1] << 8 | scratchpad[0]);
        return raw / (DeviceId.StartsWith($"{FamilyDs18S20:x2}-", StringComparison.Ordinal) ? 2.0 : 16.0);
    }

    /// <summary>CRC-8 of 1-Wire: polynomial x⁸+x⁵+x⁴+1, least bit first.</summary>
    internal static byte Crc(ReadOnlySpan<byte> bytes)
    {
        byte crc = 0;
        foreach (var one in bytes)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++) crc = (byte)((crc & 1) != 0 ? crc >> 1 ^ 0x8C : crc >> 1);
        }
        return crc;
    }
}
