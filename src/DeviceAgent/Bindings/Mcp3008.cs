using System.Device.Spi;

// MCP3008 (Microchip's data sheet DS21295). Names as in the package Iot.Device.Bindings.
namespace Iot.Device.Adc;

/// <summary>Eight analogue inputs, 10 bits, over SPI.</summary>
/// <param name="spiDevice">The device; disposed of with this.</param>
public sealed class Mcp3008(SpiDevice spiDevice) : IDisposable
{
    /// <summary>Channels.</summary>
    public const int ChannelCount = 8;

    /// <summary>Bits of a value.</summary>
    public const int ResolutionBits = 10;

    /// <summary>Clock at which the data sheet's figures hold at 2.7 V, Hz.</summary>
    public const int ClockFrequencyMax = 1_350_000;

    /// <summary>Reads one channel against ground.</summary>
    /// <returns>0 to 1023: the input over the reference times 1024.</returns>
    /// <exception cref="IOException">It is not there.</exception>
    public int Read(int channel)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(channel);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(channel, ChannelCount);
        Span<byte> answer = stackalloc byte[3];
        // Start bit, then single-ended and the channel (figure 6-1).
        spiDevice.TransferFullDuplex([1, (byte)((8 | channel) << 4), 0], answer);
        // Before the value the chip pulls the line low for one bit; a line that nobody drives floats high.
        if ((answer[1] & 4) != 0) throw new IOException("nothing answers at this chip select");
        return (answer[1] & 3) << 8 | answer[2];
    }

    /// <inheritdoc/>
    public void Dispose() => spiDevice.Dispose();
}
