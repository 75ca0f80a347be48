using System.Device.I2c;
using System.Device.Spi;
using Iot.Device.Adc;
using Iot.Device.Pcx857x;
using LightMq.DeviceAgent.Buses;
using LightMq.DeviceAgent.Sensors;

namespace LightMq.DeviceAgent.Probes;

/// <summary>A channel of an MCP3008, in its steps.</summary>
internal sealed class Mcp3008Probe(SpiDevice device, int channel) : IProbe
{
    private readonly Mcp3008 _converter = new(device);

    /// <inheritdoc/>
    public IReadOnlyList<Measure> Read() => [new Measure("steps", _converter.Read(channel), "", 0, 1_023)];

    /// <inheritdoc/>
    public void Dispose() => _converter.Dispose();
}

/// <summary>INA219: current, voltage at the load, power.</summary>
internal sealed class Ina219Probe : IProbe
{
    // Chosen by the data sheet's rule: the largest current over 15 bits, and 0.04096 / (LSB × shunt).
    private const double Steps = 32_768, Scale = 0.04096;
    private readonly Ina219 _meter;
    private readonly ushort _calibration;
    private readonly double _lsb;
    private readonly double _shuntVoltsMax;

    /// <param name="device">Where it is.</param>
    /// <param name="shuntOhms">The shunt.</param>
    /// <param name="amperesMax">Largest current to be measured.</param>
    public Ina219Probe(I2cDevice device, double shuntOhms, double amperesMax)
    {
        _meter = new Ina219(device);
        var calibration = Math.Clamp(Math.Floor(Scale / (amperesMax / Steps * shuntOhms)), 2, 65_534);
        _calibration = (ushort)((int)calibration & ~1);
        _lsb = Scale / (_calibration * shuntOhms);
        _meter.PgaSensitivity = (amperesMax * shuntOhms) switch
        {
            <= 0.04 => Ina219PgaSensitivity.PlusOrMinus40mv,
            <= 0.08 => Ina219PgaSensitivity.PlusOrMinus80mv,
            <= 0.16 => Ina219PgaSensitivity.PlusOrMinus160mv,
            _ => Ina219PgaSensitivity.PlusOrMinus320mv,
        };
        _shuntVoltsMax = _meter.PgaSensitivity switch
        {
            Ina219PgaSensitivity.PlusOrMinus40mv => 0.04,
            Ina219PgaSensitivity.PlusOrMinus80mv => 0.08,
            Ina219PgaSensitivity.PlusOrMinus160mv => 0.16,
            _ => 0.32,
        };
    }

    /// <inheritdoc/>
    public IReadOnlyList<Measure> Read()
    {
        if (!_meter.IsCalibrated) _meter.SetCalibration(_calibration, _lsb);
        if (_meter.IsOverflow) throw new DeviceFault("the current is beyond AmperesMax");
        // At the end of its range the shunt's voltage is cut off, and the current with it.
        var isCut = Math.Abs(_meter.ReadShuntVoltage()) >= _shuntVoltsMax - 5e-6;
        var amperes = isCut ? double.NaN : _meter.ReadCurrent();
        return
        [
            new Measure("current", amperes, "A", -Steps * _lsb, Steps * _lsb),
            new Measure("voltage", _meter.ReadBusVoltage(), "V", 0, 26),
            new Measure("power", isCut ? double.NaN : _meter.ReadPower(), "W", 0),
        ];
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}

/// <summary>Inputs of a PCF8574, p0 to p7.</summary>
internal sealed class Pcf8574Probe(I2cDevice device, int inputMask) : IProbe
{
    private readonly Pcf8574 _expander = new(device);
    private bool _isSet;

    /// <inheritdoc/>
    public IReadOnlyList<Measure> Read()
    {
        // Its pins are high after power-on; somebody may have pulled them down since.
        if (!_isSet) _expander.WriteByte(0xFF);
        _isSet = true;
        var levels = _expander.ReadByte();
        var measures = new List<Measure>();
        for (var pin = 0; pin < Pcf8574.PinCount; pin++)
            if ((inputMask >> pin & 1) != 0)
                measures.Add(new Measure($"p{pin}", levels >> pin & 1, ""));
        return measures;
    }

    /// <inheritdoc/>
    public void Dispose() => _expander.Dispose();
}
