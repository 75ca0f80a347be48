using System.Buffers.Binary;
using System.Device.I2c;

// BME280 (data sheet BST-BME280-DS002). Names as in the package Iot.Device.Bindings; where that has types of
// UnitsNet, here are °C, Pa and % as double.
namespace Iot.Device.Bmxx80;

/// <summary>Figures of one measurement; null: skipped.</summary>
/// <param name="Temperature">°C.</param>
/// <param name="Pressure">Pa.</param>
/// <param name="Humidity">% relative humidity.</param>
public sealed record Bme280ReadResult(double? Temperature, double? Pressure, double? Humidity);

/// <summary>Humidity, pressure and temperature over I²C.</summary>
public sealed class Bme280 : IDisposable
{
    /// <summary>Address with SDO high.</summary>
    public const byte DefaultI2cAddress = 0x77;
    /// <summary>Address with SDO low.</summary>
    public const byte SecondaryI2cAddress = 0x76;

    private const byte ChipId = 0x60, RegH1 = 0xA1, RegH2 = 0xE1;
    private const int HumidityCalibrationBytes = 7, NotMeasured = 0x8000;

    private readonly Bmx280Registers _chip;
    private readonly byte _h1, _h3;
    private readonly short _h2, _h4, _h5;
    private readonly sbyte _h6;

    /// <summary>Looks whether it is there and reads its calibration.</summary>
    /// <param name="i2cDevice">The device; disposed of with this.</param>
    /// <param name="time">The clock that waits for measurements.</param>
    /// <exception cref="IOException">It does not answer, or is no BME280.</exception>
    public Bme280(I2cDevice i2cDevice, TimeProvider? time = null)
    {
        _chip = new Bmx280Registers(i2cDevice, ChipId, "BME280", time ?? TimeProvider.System);
        _h1 = _chip.ReadByte(RegH1);
        Span<byte> bytes = stackalloc byte[HumidityCalibrationBytes];
        _chip.ReadBlock(RegH2, bytes);
        _h2 = BinaryPrimitives.ReadInt16LittleEndian(bytes);
        _h3 = bytes[2];
        // Two numbers of 12 bits share the byte at 0xE5.
        _h4 = (short)((sbyte)bytes[3] << 4 | bytes[4] & 0x0F);
        _h5 = (short)((sbyte)bytes[5] << 4 | bytes[4] >> 4);
        _h6 = (sbyte)bytes[6];
    }

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

    /// <summary>Oversampling of the humidity.</summary>
    public Sampling HumiditySampling { get; set; } = Sampling.UltraLowPower;

    /// <summary>Milliseconds that one measurement takes at most.</summary>
    public int GetMeasurementDuration() => _chip.MeasurementMilliseconds(HumiditySampling);

    /// <summary>Measures once.</summary>
    /// <exception cref="IOException">It does not answer.</exception>
    public Bme280ReadResult Read()
    {
        var raw = _chip.Measure(HumiditySampling);
        return new Bme280ReadResult(raw.Temperature, raw.Pressure,
            HumiditySampling == Sampling.Skipped || raw.Humidity == NotMeasured
                ? null : Humidity(raw.Humidity, raw.Fine));
    }

    /// <summary>Power-on state.</summary>
    public void Reset() => _chip.Reset();

    /// <inheritdoc/>
    public void Dispose() => _chip.Dispose();

    // Compensation in double precision, section 8.1 of the data sheet, which cuts at 0 and 100 %.
    private double Humidity(int raw, double fine)
    {
        var t = fine - 76800.0;
        var h = (raw - (_h4 * 64.0 + _h5 / 16384.0 * t))
            * (_h2 / 65536.0 * (1.0 + _h6 / 67108864.0 * t * (1.0 + _h3 / 67108864.0 * t)));
        h *= 1.0 - _h1 * h / 524288.0;
        return Math.Clamp(h, 0.0, 100.0);
    }
}
