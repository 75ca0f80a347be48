using System.Buffers.Binary;
using System.Device.I2c;
using System.Globalization;
using Iot.Device.OneWire;

namespace LightMq.Unit.DeviceAgent.Simulated;

/// <summary>Chips as their data sheets describe them.</summary>
internal static class SampleChips
{
    private const int H1 = 75, H2 = 353, H3 = 0, H4 = 340, H5 = 3, H6 = 30;
    private const int T1 = 27_504, T2 = 26_435, T3 = -1_000;
    private static readonly int[] P =
        [36_477, -10_685, 3_024, 2_855, 140, -7, 15_500, -14_600, 6_000];

    /// <summary>With the calibration of the example in the BMP280's data sheet (section 3.12).</summary>
    public static RegisterDevice Bmp280(int temperature, int pressure)
    {
        var device = new RegisterDevice().With(0xD0, 0x58);
        int[] calibration = [T1, T2, T3, .. P];
        for (var i = 0; i < calibration.Length; i++)
            BinaryPrimitives.WriteInt16LittleEndian(
                device.Registers.AsSpan(0x88 + 2 * i), (short)calibration[i]);
        return device
            .With(0xF7, (byte)(pressure >> 12), (byte)(pressure >> 4), (byte)(pressure << 4))
            .With(0xFA, (byte)(temperature >> 12), (byte)(temperature >> 4), (byte)(temperature << 4));
    }

    /// <summary>The same with humidity.</summary>
    public static RegisterDevice Bme280(int temperature, int pressure, int humidity) =>
        Bmp280(temperature, pressure).With(0xD0, 0x60).With(0xA1, H1)
            .With(0xE1, H2 & 0xFF, H2 >> 8, H3, H4 >> 4, H4 & 0xF | (H5 & 0xF) << 4, H5 >> 4, H6)
            .With(0xFD, (byte)(humidity >> 8), (byte)humidity);

    /// <summary>
    /// The data sheet's other formulas, with integers (BMP280, section 3.11.3): the fine temperature, °C, Pa.
    /// </summary>
    public static (int Fine, double Celsius, double Pascal) ByIntegers(int temperature, int pressure)
    {
        var t = (temperature >> 4) - T1;
        var fine = (((temperature >> 3) - (T1 << 1)) * T2 >> 11) + ((t * t >> 12) * T3 >> 14);
        var a = fine - 128_000L;
        var b = a * a * P[5] + (a * P[4] << 17) + ((long)P[3] << 35);
        a = (a * a * P[2] >> 8) + (a * P[1] << 12);
        a = ((1L << 47) + a) * P[0] >> 33;
        var p = (((1_048_576L - pressure << 31) - b) * 3_125) / a;
        p = (p + (P[8] * (p >> 13) * (p >> 13) >> 25) + (P[7] * p >> 19) >> 8) + ((long)P[6] << 4);
        return (fine, (fine * 5 + 128 >> 8) / 100.0, p / 256.0);
    }

    /// <summary>The data sheet's other formula, with integers (BME280, section 4.2.3): %.</summary>
    public static double HumidityByIntegers(int raw, int fine)
    {
        var v = fine - 76_800;
        v = ((raw << 14) - (H4 << 20) - H5 * v + 16_384 >> 15)
            * ((((v * H6 >> 10) * ((v * H3 >> 11) + 32_768) >> 10) + 2_097_152) * H2 + 8_192 >> 14);
        v -= ((v >> 15) * (v >> 15) >> 7) * H1 >> 4;
        return (Math.Clamp(v, 0, 419_430_400) >> 12) / 1_024.0;
    }

    /// <summary>An SHT3x that measures this, with right checksums unless they are damaged.</summary>
    public static ScriptedDevice Sht3x(ushort temperature, ushort humidity, Action<byte[]>? damage = null) =>
        new(written =>
        {
            if (written is not [0x24,
                0x00 or 0x0B or 0x16]) throw new IOException("Error 121. Remote I/O error");
            byte[] answer =
                [(byte)(temperature >> 8), (byte)temperature, 0, (byte)(humidity >> 8), (byte)humidity, 0];
            answer[2] = Iot.Device.Sht3x.Sht3x.Crc(answer.AsSpan(0, 2));
            answer[5] = Iot.Device.Sht3x.Sht3x.Crc(answer.AsSpan(3, 2));
            damage?.Invoke(answer);
            return answer;
        });

    /// <summary>A thermometer as the kernel shows it; gives the folder of all.</summary>
    public static string OneWire(
        SampleBoard board, string id, string scratchpad, string word = "YES", byte? crc = null)
    {
        var bytes = scratchpad.Split(' ').Select(static text =>
            byte.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)).ToArray();
        var all = $"{scratchpad} {crc ?? OneWireThermometerDevice.Crc(bytes):x2}";
        board.With($"sys/bus/w1/devices/{id}/w1_slave", $"{all} : crc={all[^2..]} {word}\n{all} t=0\n");
        return Path.Combine(board.Root, "sys/bus/w1/devices");
    }

    /// <summary>
    /// An INA219 in the circuit of its data sheet's example (table 8): 2 mΩ, 10 A, 11.98 V.
    /// </summary>
    public static SimulatedIna219 Ina219() => new();
}

/// <summary>An INA219: it computes current and power as the data sheet says.</summary>
internal sealed class SimulatedIna219 : I2cDevice
{
    private byte _pointer;

    public ushort[] Words { get; } = [0x399F, 2_000, 2_995 << 3 | 2, 0, 0, 0];

    public override I2cConnectionSettings ConnectionSettings { get; } = new(1, 0x40);

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _pointer = buffer[0];
        if (buffer.Length == 3) Words[_pointer] = BinaryPrimitives.ReadUInt16BigEndian(buffer[1..]);
    }

    public override void Read(Span<byte> buffer)
    {
        Words[4] = (ushort)((short)Words[1] * Words[5] / 4_096);
        // Power has no sign, whichever way the current flows.
        Words[3] = (ushort)(Math.Abs((short)Words[4]) * (Words[2] >> 3) / 5_000);
        BinaryPrimitives.WriteUInt16BigEndian(buffer, Words[_pointer]);
    }

    public override void WriteRead(ReadOnlySpan<byte> writeBuffer, Span<byte> readBuffer)
    {
        Write(writeBuffer);
        Read(readBuffer);
    }

    public override byte ReadByte() => throw new NotSupportedException();

    public override void WriteByte(byte value) => throw new NotSupportedException();
}
