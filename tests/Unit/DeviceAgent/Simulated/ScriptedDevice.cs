using System.Device.I2c;
using System.Device.Spi;

namespace LightMq.Unit.DeviceAgent.Simulated;

/// <summary>A device on I²C whose answers a test writes.</summary>
internal sealed class ScriptedDevice(Func<byte[], byte[]> answer) : I2cDevice
{
    private byte[] _written = [];

    public List<byte[]> Written { get; } = [];

    public override I2cConnectionSettings ConnectionSettings { get; } = new(1, 0x44);

    public override void Write(ReadOnlySpan<byte> buffer) => Written.Add(_written = buffer.ToArray());

    public override void WriteByte(byte value) => Write([value]);

    public override void Read(Span<byte> buffer) => answer(_written).CopyTo(buffer);

    public override byte ReadByte() => answer(_written)[0];

    public override void WriteRead(ReadOnlySpan<byte> writeBuffer, Span<byte> readBuffer)
    {
        Write(writeBuffer);
        Read(readBuffer);
    }
}

/// <summary>The same on SPI.</summary>
internal sealed class ScriptedSpi(Func<byte[], byte[]> answer) : SpiDevice
{
    public override SpiConnectionSettings ConnectionSettings { get; } = new(0, 0);

    public override void Read(Span<byte> buffer) => answer([]).CopyTo(buffer);

    public override void Write(ReadOnlySpan<byte> buffer) => answer(buffer.ToArray());

    public override void TransferFullDuplex(ReadOnlySpan<byte> writeBuffer, Span<byte> readBuffer) =>
        answer(writeBuffer.ToArray()).CopyTo(readBuffer);
}
