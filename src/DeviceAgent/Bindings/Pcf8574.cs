using System.Device.I2c;

// PCF8574 and PCF8574A (NXP's data sheet). Names as in the package Iot.Device.Bindings, whose class is a
// GpioDriver as well; this one only reads and writes all pins at once.
namespace Iot.Device.Pcx857x;

/// <summary>Eight pins over I²C. A pin that is to be an input is written high.</summary>
/// <param name="device">The device; disposed of with this.</param>
public sealed class Pcf8574(I2cDevice device) : IDisposable
{
    /// <summary>Pins.</summary>
    public const int PinCount = 8;

    /// <summary>Levels of all pins, P0 in the lowest bit.</summary>
    public byte ReadByte() => device.ReadByte();

    /// <summary>Sets all pins; a high one is only pulled up weakly.</summary>
    public void WriteByte(byte value) => device.WriteByte(value);

    /// <inheritdoc/>
    public void Dispose() => device.Dispose();
}
