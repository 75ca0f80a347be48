using System.Buffers.Binary;
using System.Device.I2c;

// SHT30, SHT31, SHT35 (Sensirion's data sheet of the SHT3x-DIS). Names as in the package Iot.Device.Bindings;
// where that has types of UnitsNet, here are °C and % as double. ReadTempAndHumidity is private there.
namespace Iot.Device.Sht3x;

/// <summary>Addresses.</summary>
public enum I2cAddress : byte
{
    /// <summary>ADDR low.</summary>
    AddrLow = 0x44,
    /// <summary>ADDR high.</summary>
    AddrHigh = 0x45,
}

/// <summary>Repeatability of a measurement.</summary>
public enum Resolution
{
    /// <summary>At most 15 ms.</summary>
    High,
    /// <summary>At most 6 ms.</summary>
    Medium,
    /// <summary>At most 4 ms.</summary>
    Low,
}

/// <summary>Temperature and humidity over I²C, single shots without clock stretching.</summary>
public sealed class Sht3x : IDisposable
{
    private const ushort SoftReset = 0x30A2, HeaterOn = 0x306D, HeaterOff = 0x3066;
    private readonly I2cDevice _device;
    private readonly TimeProvider _time;
    private bool _heater;

    /// <param name="i2cDevice">The device; disposed of with this.</param>
    /// <param name="resolution">Repeatability.</param>
    /// <param name="time">The clock that waits for measurements.</param>
    public Sht3x(I2cDevice i2cDevice, Resolution resolution = Resolution.High, TimeProvider? time = null) =>
        (_device, Resolution, _time) = (i2cDevice, resolution, time ?? TimeProvider.System);

    /// <summary>Repeatability.</summary>
    public Resolution Resolution { get; set; }

    /// <summary>The heater, with which the sensor is tested.</summary>
    public bool Heater
    {
        get => _heater;
        set
        {
            Command(value ? HeaterOn : HeaterOff);
            _heater = value;
        }
    }

    /// <summary>°C; measures.</summary>
    public double Temperature
    {
        get
        {
            ReadTempAndHumidity(out var temperature, out _);
            return temperature;
        }
    }

    /// <summary>% relative humidity; measures.</summary>
    public double Humidity
    {
        get
        {
            ReadTempAndHumidity(out _, out var humidity);
            return humidity;
        }
    }

    /// <summary>Soft reset.</summary>
    public void Reset() => Command(SoftReset);

    /// <summary>Measures both at once.</summary>
    /// <exception cref="IOException">It does not answer, or a checksum is wrong.</exception>
    public void ReadTempAndHumidity(out double temperature, out double humidity)
    {
        var (command, milliseconds) = Resolution switch
        {
            Resolution.High => ((ushort)0x2400, 16),
            Resolution.Medium => ((ushort)0x240B, 7),
            _ => ((ushort)0x2416, 5),
        };
        Command(command);
        Task.Delay(TimeSpan.FromMilliseconds(milliseconds), _time).Wait();
        Span<byte> answer = stackalloc byte[6];
        _device.Read(answer);
        if (Crc(answer[..2]) != answer[2] || Crc(answer[3..5]) != answer[5])
            throw new IOException("a checksum of its answer is wrong");
        temperature = -45.0 + 175.0 * BinaryPrimitives.ReadUInt16BigEndian(answer) / 65535.0;
        humidity = 100.0 * BinaryPrimitives.ReadUInt16BigEndian(answer[3..]) / 65535.0;
    }

    /// <inheritdoc/>
    public void Dispose() => _device.Dispose();

    /// <summary>CRC-8: polynomial 0x31, initial value 0xFF; of 0xBEEF it is 0x92.</summary>
    internal static byte Crc(ReadOnlySpan<byte> bytes)
    {
        byte crc = 0xFF;
        foreach (var one in bytes)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++) crc = (byte)((crc & 0x80) != 0 ? crc << 1 ^ 0x31 : crc << 1);
        }
        return crc;
    }

    private void Command(ushort command) => _device.Write([(byte)(command >> 8), (byte)command]);
}
