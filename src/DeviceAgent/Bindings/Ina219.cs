using System.Buffers.Binary;
using System.Device.I2c;

// INA219 (TI's data sheet SBOS448). Names as in the package Iot.Device.Bindings; where that has types of
// UnitsNet, here are V, A and W as double.
namespace Iot.Device.Adc;

/// <summary>Full scale of the bus voltage: bit 13 of the configuration.</summary>
public enum Ina219BusVoltageRange : ushort
{
    /// <summary>16 V.</summary>
    Range16v = 0x0000,
    /// <summary>32 V.</summary>
    Range32v = 0x2000,
}

/// <summary>Full scale of the shunt's voltage: bits 11 and 12.</summary>
public enum Ina219PgaSensitivity : ushort
{
    /// <summary>40 mV.</summary>
    PlusOrMinus40mv = 0x0000,
    /// <summary>80 mV.</summary>
    PlusOrMinus80mv = 0x0800,
    /// <summary>160 mV.</summary>
    PlusOrMinus160mv = 0x1000,
    /// <summary>320 mV.</summary>
    PlusOrMinus320mv = 0x1800,
}

/// <summary>Voltage, current and power over I²C.</summary>
public sealed class Ina219 : IDisposable
{
    private const byte RegConfiguration = 0, RegShunt = 1, RegBus = 2, RegPower = 3, RegCurrent = 4,
        RegCalibration = 5;
    private const ushort ResetBit = 0x8000, TwelveBits = 0x0198, Continuous = 7, Overflow = 1;
    private const double ShuntLsb = 10e-6, BusLsb = 4e-3;

    private readonly I2cDevice _device;
    private ushort _calibration;
    private double _currentLsb = 1;

    /// <param name="i2cDevice">The device; disposed of with this.</param>
    public Ina219(I2cDevice i2cDevice) => _device = i2cDevice;

    /// <summary>Full scale of the bus voltage.</summary>
    public Ina219BusVoltageRange BusVoltageRange { get; set; } = Ina219BusVoltageRange.Range32v;

    /// <summary>Full scale of the shunt's voltage.</summary>
    public Ina219PgaSensitivity PgaSensitivity { get; set; } = Ina219PgaSensitivity.PlusOrMinus320mv;

    /// <summary>Power-on state.</summary>
    public void Reset() => Write(RegConfiguration, ResetBit);

    /// <summary>Sets how the shunt's voltage becomes a current, and measures on and on.</summary>
    /// <param name="calibrationValue">0.04096 / (current LSB × shunt resistance); bit 0 is not kept.</param>
    /// <param name="currentLsb">A of one step of the current register.</param>
    public void SetCalibration(ushort calibrationValue, double currentLsb = 1)
    {
        (_calibration, _currentLsb) = ((ushort)(calibrationValue & ~1), currentLsb);
        Write(RegConfiguration,
            (ushort)((int)BusVoltageRange | (int)PgaSensitivity | TwelveBits | Continuous));
        Write(RegCalibration, _calibration);
    }

    /// <summary>
    /// Whether it still has its calibration: a supply that failed for a moment takes it away.
    /// </summary>
    public bool IsCalibrated => _calibration != 0 && Read(RegCalibration) == _calibration;

    /// <summary>V over the shunt.</summary>
    public double ReadShuntVoltage() => (short)Read(RegShunt) * ShuntLsb;

    /// <summary>V from the load to ground.</summary>
    public double ReadBusVoltage() => (Read(RegBus) >> 3) * BusLsb;

    /// <summary>A through the shunt.</summary>
    public double ReadCurrent() => (short)Read(RegCurrent) * _currentLsb;

    /// <summary>W at the load.</summary>
    public double ReadPower() => Read(RegPower) * 20 * _currentLsb;

    /// <summary>Whether current and power are too large for their registers.</summary>
    public bool IsOverflow => (Read(RegBus) & Overflow) != 0;

    /// <inheritdoc/>
    public void Dispose() => _device.Dispose();

    private ushort Read(byte register)
    {
        Span<byte> bytes = stackalloc byte[2];
        _device.WriteRead([register], bytes);
        return BinaryPrimitives.ReadUInt16BigEndian(bytes);
    }

    private void Write(byte register, ushort value) =>
        _device.Write([register, (byte)(value >> 8), (byte)value]);
}
