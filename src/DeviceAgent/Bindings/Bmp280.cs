using System.Buffers.Binary;
using System.Device.I2c;

// BMP280 and what it has in common with BME280 (data sheets BST-BMP280-DS001 and BST-BME280-DS002). Names as
// in the package Iot.Device.Bindings; where that has types of UnitsNet, here are °C and Pa as double.
namespace Iot.Device.Bmxx80;

/// <summary>Oversampling of one quantity: register values of the data sheet.</summary>
public enum Sampling : byte
{
    /// <summary>Not measured.</summary>
    Skipped = 0,
    /// <summary>Once.</summary>
    UltraLowPower = 1,
    /// <summary>Twice.</summary>
    LowPower = 2,
    /// <summary>4 times.</summary>
    Standard = 3,
    /// <summary>8 times.</summary>
    HighResolution = 4,
    /// <summary>16 times.</summary>
    UltraHighResolution = 5,
}

/// <summary>Power mode: register values.</summary>
public enum Bmx280PowerMode : byte
{
    /// <summary>Nothing is measured.</summary>
    Sleep = 0,
    /// <summary>One measurement, then sleep.</summary>
    Forced = 2,
    /// <summary>Again and again.</summary>
    Normal = 3,
}

/// <summary>Figures of one measurement; null: skipped.</summary>
/// <param name="Temperature">°C.</param>
/// <param name="Pressure">Pa.</param>
public sealed record Bmp280ReadResult(double? Temperature, double? Pressure);

/// <summary>Pressure and temperature over I²C.</summary>
public sealed class Bmp280 : IDisposable
{
    /// <summary>Address with SDO high.</summary>
    public const byte DefaultI2cAddress = 0x77;
    /// <summary>Address with SDO low.</summary>
    public const byte SecondaryI2cAddress = 0x76;

    private const byte ChipId = 0x58;
    private readonly Bmx280Registers _chip;

    /// <summary>Looks whether it is there and reads its calibration.</summary>
    /// <param name="i2cDevice">The device; disposed of with this.</param>
    /// <param name="time">The clock that waits for measurements.</param>
    /// <exception cref="IOException">It does not answer, or is no BMP280.</exception>
    public Bmp280(I2cDevice i2cDevice, TimeProvider? time = null) =>
        _chip = new Bmx280Registers(i2cDevice, ChipId, "BMP280", time ?? TimeProvider.System);

    /// <summary>Oversampling of the temperature.</summary>
    public Sampling TemperatureSampling
    {
        get => _chip.TemperatureSampling;
        set => _chip.TemperatureSampling = value;
    }

    /// <summary>Oversampling of the pressure.</summary>
    public Sampling PressureSampling
    {
        get => _chip.PressureSampling;
        set => _chip.PressureSampling = value;
    }

    /// <summary>Milliseconds that one measurement takes at most.</summary>
    public int GetMeasurementDuration() => _chip.MeasurementMilliseconds(Sampling.Skipped);

    /// <summary>Measures once.</summary>
    /// <exception cref="IOException">It does not answer.</exception>
    public Bmp280ReadResult Read()
    {
        var raw = _chip.Measure(Sampling.Skipped);
        return new Bmp280ReadResult(raw.Temperature, raw.Pressure);
    }

    /// <summary>Power-on state.</summary>
    public void Reset() => _chip.Reset();

    /// <inheritdoc/>
    public void Dispose() => _chip.Dispose();
}

/// <summary>The registers that BMP280 and BME280 share.</summary>
internal sealed class Bmx280Registers : IDisposable
{
    private const byte RegCalibration = 0x88, RegId = 0xD0, RegReset = 0xE0, RegHumidity = 0xF2,
        RegStatus = 0xF3, RegControl = 0xF4, RegConfig = 0xF5, RegData = 0xF7;
    private const byte ResetWord = 0xB6, Measuring = 0x08, Copying = 0x01;
    private const int CalibrationBytes = 24, NotMeasured = 0x80000, LooksMax = 5;

    private readonly I2cDevice _device;
    private readonly TimeProvider _time;
    private readonly ushort _t1, _p1;
    private readonly short _t2, _t3;
    private readonly short[] _p = new short[8];

    public Bmx280Registers(I2cDevice device, byte chipId, string name, TimeProvider time)
    {
        (_device, _time) = (device, time);
        var id = ReadByte(RegId);
        if (id != chipId) throw new IOException($"this is no {name}: its id is 0x{id:x2}, not 0x{chipId:x2}");
        Wait(Copying, TimeSpan.FromMilliseconds(2));
        Span<byte> bytes = stackalloc byte[CalibrationBytes];
        ReadBlock(RegCalibration, bytes);
        // Of a chip without power behind its pull-ups all bytes are alike.
        if (bytes.IndexOfAnyExcept(bytes[0]) < 0) throw new IOException($"this {name} has no calibration");
        _t1 = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        _t2 = BinaryPrimitives.ReadInt16LittleEndian(bytes[2..]);
        _t3 = BinaryPrimitives.ReadInt16LittleEndian(bytes[4..]);
        _p1 = BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]);
        for (var i = 0; i < _p.Length; i++)
            _p[i] = BinaryPrimitives.ReadInt16LittleEndian(bytes[(8 + 2 * i)..]);
    }

    public Sampling TemperatureSampling { get; set; } = Sampling.UltraLowPower;

    public Sampling PressureSampling { get; set; } = Sampling.UltraLowPower;

    /// <summary>One forced measurement.</summary>
    public Bmx280Figures Measure(Sampling humidity)
    {
        _device.Write([RegConfig, 0]);
        if (humidity != Sampling.Skipped) _device.Write([RegHumidity, (byte)humidity]);
        _device.Write([RegControl,
            (byte)((int)TemperatureSampling << 5 | (int)PressureSampling << 2
                | (int)Bmx280PowerMode.Forced)]);
        Wait(Measuring, TimeSpan.FromMilliseconds(MeasurementMilliseconds(humidity)));
        Span<byte> data = stackalloc byte[8];
        ReadBlock(RegData, humidity == Sampling.Skipped ? data[..6] : data);
        var pressure = data[0] << 12 | data[1] << 4 | data[2] >> 4;
        var temperature = data[3] << 12 | data[4] << 4 | data[5] >> 4;
        if (temperature == NotMeasured) throw new IOException("it has measured nothing");
        var fine = Fine(temperature);
        return new Bmx280Figures(fine, fine / 5120.0,
            pressure == NotMeasured ? null : Pressure(pressure, fine), data[6] << 8 | data[7]);
    }

    /// <summary>Longest time of a measurement (appendix B of the data sheets).</summary>
    public int MeasurementMilliseconds(Sampling humidity)
    {
        var t = 1.25 + 2.3 * Times(TemperatureSampling);
        if (PressureSampling != Sampling.Skipped) t += 2.3 * Times(PressureSampling) + 0.575;
        if (humidity != Sampling.Skipped) t += 2.3 * Times(humidity) + 0.575;
        return (int)Math.Ceiling(t);
    }

    public void Reset() => _device.Write([RegReset, ResetWord]);

    public byte ReadByte(byte register)
    {
        Span<byte> one = stackalloc byte[1];
        ReadBlock(register, one);
        return one[0];
    }

    public void ReadBlock(byte register, Span<byte> bytes) => _device.WriteRead([register], bytes);

    public void Dispose() => _device.Dispose();

    private static int Times(Sampling sampling) =>
        sampling == Sampling.Skipped ? 0 : 1 << ((int)sampling - 1);

    private void Wait(byte bit, TimeSpan first)
    {
        for (var look = 0; look < LooksMax; look++)
        {
            Task.Delay(first, _time).Wait();
            if ((ReadByte(RegStatus) & bit) == 0) return;
        }
        throw new IOException("it does not come to an end of its measurement");
    }

    // Compensation in double precision, section 8.1 of the BMP280's data sheet; 1/5120 °C.
    private double Fine(int raw)
    {
        var first = (raw / 16384.0 - _t1 / 1024.0) * _t2;
        var second = raw / 131072.0 - _t1 / 8192.0;
        return first + second * second * _t3;
    }

    private double? Pressure(int raw, double fine)
    {
        var a = fine / 2.0 - 64000.0;
        var b = a * a * _p[4] / 32768.0;
        b += a * _p[3] * 2.0;
        b = b / 4.0 + _p[2] * 65536.0;
        a = (_p[1] * a * a / 524288.0 + _p[0] * a) / 524288.0;
        a = (1.0 + a / 32768.0) * _p1;
        if (a == 0) return null;
        var pressure = (1048576.0 - raw - b / 4096.0) * 6250.0 / a;
        var quadratic = _p[7] * pressure * pressure / 2147483648.0;
        return pressure + (quadratic + pressure * _p[6] / 32768.0 + _p[5]) / 16.0;
    }
}

/// <summary>What one measurement gave.</summary>
internal readonly record struct Bmx280Figures(
    double Fine, double Temperature, double? Pressure, int Humidity);
