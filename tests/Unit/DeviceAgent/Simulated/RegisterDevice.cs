using System.Device.I2c;

namespace LightMq.Unit.DeviceAgent.Simulated;

/// <summary>A chip with registers of one byte behind a pointer, as most sensors on I²C have.</summary>
internal sealed class RegisterDevice(int address = 0x76) : I2cDevice
{
    private byte _pointer;

    public byte[] Registers { get; } = new byte[256];

    /// <summary>What it makes of a written register; it has the value already.</summary>
    public Action<byte>? Written { get; set; }

    /// <summary>Before each transfer: here it refuses, or hangs.</summary>
    public Action Before { get; set; } = static () => { };

    public bool IsDisposed { get; private set; }

    public override I2cConnectionSettings ConnectionSettings { get; } = new(1, address);

    /// <summary>As the kernel tells that nobody has acknowledged the address.</summary>
    public static void Nack() => throw new IOException("Error 121. Remote I/O error");

    public RegisterDevice With(byte register, params ReadOnlySpan<byte> values)
    {
        values.CopyTo(Registers.AsSpan(register));
        return this;
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        Before();
        _pointer = buffer[0];
        for (var i = 1; i < buffer.Length; i++)
        {
            Registers[_pointer] = buffer[i];
            Written?.Invoke(_pointer);
            _pointer++;
        }
    }

    public override void Read(Span<byte> buffer)
    {
        Before();
        for (var i = 0; i < buffer.Length; i++) buffer[i] = Registers[_pointer++];
    }

    public override void WriteRead(ReadOnlySpan<byte> writeBuffer, Span<byte> readBuffer)
    {
        Write(writeBuffer);
        Read(readBuffer);
    }

    public override byte ReadByte()
    {
        Span<byte> one = stackalloc byte[1];
        Read(one);
        return one[0];
    }

    public override void WriteByte(byte value) => Write([value]);

    protected override void Dispose(bool disposing) => IsDisposed = true;
}
