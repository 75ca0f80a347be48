using Iot.Device.Adc;
using Iot.Device.Bmxx80;
using Iot.Device.OneWire;
using Iot.Device.Pcx857x;
using Iot.Device.Sht3x;
using LightMq.DeviceAgent.Probes;
using LightMq.Unit.DeviceAgent.Simulated;
using Xunit;

namespace LightMq.Unit.DeviceAgent;

/// <summary>Sensors on simulated buses, with the register maps and worked examples of their data sheets.
/// </summary>
public sealed class BindingTests
{
    private readonly BoardClock _clock = new();

    [Fact]
    public void Bmp280_gives_the_example_of_its_data_sheet()
    {
        using var device = SampleChips.Bmp280(519_888, 415_148);
        using var sensor = new Bmp280(device, _clock);

        var read = sensor.Read();

        Assert.Equal(25.08, read.Temperature!.Value, 0.005);
        Assert.Equal(100_653.27, read.Pressure!.Value, 0.01);
        // A forced measurement, and its time was waited for.
        Assert.Equal(0b001_001_10, device.Registers[0xF4]);
        Assert.True(_clock.Elapsed.TotalMilliseconds >= sensor.GetMeasurementDuration());
    }

    [Fact]
    public void Bme280_gives_temperature_and_pressure_as_bmp280_and_humidity_as_the_integer_formula()
    {
        using var device = SampleChips.Bme280(519_888, 415_148, 30_000);
        using var sensor = new Bme280(device, _clock);

        var read = sensor.Read();

        Assert.Equal(25.08, read.Temperature!.Value, 0.005);
        Assert.Equal(100_653.27, read.Pressure!.Value, 0.01);
        Assert.Equal(SampleChips.HumidityByIntegers(30_000, 128_422), read.Humidity!.Value, 0.02);
        Assert.InRange(read.Humidity.Value, 40, 70);
    }

    [Theory]
    [InlineData(439_800, -0.09)]
    [InlineData(408_588, -9.93)]
    [InlineData(313_700, -40.0)]
    public void Bmx280_below_freezing_gives_what_the_integer_formulas_give(int raw, double celsius)
    {
        const int Pressure = 415_148, Humidity = 30_000;
        var sheet = SampleChips.ByIntegers(raw, Pressure);
        Assert.Equal(celsius, sheet.Celsius, 0.05);
        using var bmp = new Bmp280(SampleChips.Bmp280(raw, Pressure), _clock);
        using var bme = new Bme280(SampleChips.Bme280(raw, Pressure, Humidity), _clock);

        var (less, more) = (bmp.Read(), bme.Read());

        Assert.Equal(sheet.Celsius, less.Temperature!.Value, 0.01);
        Assert.Equal(sheet.Pascal, less.Pressure!.Value, 0.5);
        Assert.Equal((less.Temperature, less.Pressure), (more.Temperature, more.Pressure));
        Assert.Equal(SampleChips.HumidityByIntegers(Humidity, sheet.Fine), more.Humidity!.Value, 0.02);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(65_535, 100)]
    public void Bme280_cuts_humidity_at_its_ends(int raw, double percent)
    {
        using var device = SampleChips.Bme280(519_888, 415_148, raw);
        using var sensor = new Bme280(device, _clock);

        Assert.Equal(percent, sensor.Read().Humidity);
    }

    [Fact]
    public void Bmx280_that_skips_a_quantity_gives_none()
    {
        using var device = SampleChips.Bme280(519_888, 0x80000, 0x8000);
        using var sensor = new Bme280(device, _clock)
        {
            PressureSampling = Sampling.Skipped, HumiditySampling = Sampling.Skipped,
        };

        Assert.Equal((true, true), (sensor.Read().Pressure is null, sensor.Read().Humidity is null));
    }

    [Fact]
    public void Bmx280_that_is_another_chip_is_blank_or_never_ready_is_refused()
    {
        using var bmp = SampleChips.Bmp280(519_888, 415_148);
        Assert.Contains("id is 0x58, not 0x60", Fails(() => new Bme280(bmp, _clock)));
        using var blank = new RegisterDevice().With(0xD0, 0x58);
        Assert.Contains("no calibration", Fails(() => new Bmp280(blank, _clock)));
        using var slow = SampleChips.Bmp280(519_888, 415_148);
        using var sensor = new Bmp280(slow, _clock);
        slow.Written = _ => slow.Registers[0xF3] = 8;
        Assert.Contains("does not come to an end", Fails(() => sensor.Read()));
        using var asleep = SampleChips.Bmp280(0x80000, 0x80000);
        using var other = new Bmp280(asleep, _clock);
        Assert.Contains("measured nothing", Fails(() => other.Read()));
    }

    [Theory]
    [InlineData(0x0000, -45.0, 0.0)]
    [InlineData(0xFFFF, 130.0, 100.0)]
    [InlineData(0x6666, 25.0, 40.0)]
    public void Sht3x_converts_as_its_data_sheet(int raw, double celsius, double percent)
    {
        using var sensor = new Sht3x(SampleChips.Sht3x((ushort)raw, (ushort)raw), Resolution.High, _clock);

        Assert.Equal((celsius, percent), (Math.Round(sensor.Temperature, 2), Math.Round(sensor.Humidity, 2)));
    }

    [Fact]
    public void Sht3x_checksum_is_that_of_the_data_sheet_and_a_wrong_one_is_refused()
    {
        Assert.Equal(0x92, Sht3x.Crc([0xBE, 0xEF]));
        for (var wrong = 0; wrong < 6; wrong++)
        {
            var at = wrong;
            using var device = SampleChips.Sht3x(0x6666, 0x6666, bytes => bytes[at] ^= 0x10);
            using var sensor = new Sht3x(device, Resolution.Low, _clock);
            Assert.Contains("checksum", Fails(() => sensor.ReadTempAndHumidity(out _, out _)));
        }
    }

    [Theory]
    [InlineData("d0 07", 125)]
    [InlineData("50 05", 85)]
    [InlineData("91 01", 25.0625)]
    [InlineData("a2 00", 10.125)]
    [InlineData("08 00", 0.5)]
    [InlineData("00 00", 0)]
    [InlineData("f8 ff", -0.5)]
    [InlineData("5e ff", -10.125)]
    [InlineData("6f fe", -25.0625)]
    [InlineData("90 fc", -55)]
    public void Ds18b20_converts_as_the_table_of_its_data_sheet(string raw, double celsius)
    {
        using var board = new SampleBoard();
        var devices = SampleChips.OneWire(board, "28-0123456789ab", raw + " 4b 46 7f ff 0c 10");

        Assert.Equal(celsius, new OneWireThermometerDevice("28-0123456789ab", devices).ReadTemperature());
        Assert.Equal(["28-0123456789ab"], OneWireThermometerDevice.EnumerateDeviceIds(devices));
    }

    [Fact]
    public void Ds18b20_that_is_damaged_shorted_or_gone_is_refused()
    {
        using var board = new SampleBoard();
        const string Id = "28-0123456789ab";
        var devices = SampleChips.OneWire(board, Id, "91 01 4b 46 7f ff 0c 10", word: "NO");
        string Say() => Fails(() => new OneWireThermometerDevice(Id, devices).ReadTemperature());
        Assert.Contains("checksum", Say());
        SampleChips.OneWire(board, Id, "91 01 4b 46 7f ff 0c 10", crc: 0x42);
        Assert.Contains("checksum", Say());
        SampleChips.OneWire(board, Id, "00 00 00 00 00 00 00 00");
        Assert.Contains("shorted", Say());
        board.With($"sys/bus/w1/devices/{Id}/w1_slave", "");
        Assert.Contains("no scratchpad", Say());
        board.Without($"sys/bus/w1/devices/{Id}/w1_slave");
        Assert.Throws<FileNotFoundException>(() =>
            new OneWireThermometerDevice(Id, devices).ReadTemperature());
    }

    [Fact]
    public void Ds18b20_power_on_value_is_believed_only_near_the_last_one()
    {
        using var board = new SampleBoard();
        const string Id = "28-0123456789ab";
        var devices = SampleChips.OneWire(board, Id, "50 05 4b 46 7f ff 0c 10");
        using var probe = new OneWireProbe(devices, "");
        Assert.Contains("power-on value", Fails(() => probe.Read()));
        SampleChips.OneWire(board, Id, "30 05 4b 46 7f ff 0c 10");
        Assert.Equal(83, probe.Read()[0].Value);
        SampleChips.OneWire(board, Id, "50 05 4b 46 7f ff 0c 10");
        Assert.Equal(85, probe.Read()[0].Value);
        SampleChips.OneWire(board, "28-0000000000ff", "30 05 4b 46 7f ff 0c 10");
        Assert.Contains("several thermometers", Fails(() => new OneWireProbe(devices, "")));
    }

    [Fact]
    public void Mcp3008_reads_each_channel_and_notices_that_nobody_drives_the_line()
    {
        using var converter = new Mcp3008(new ScriptedSpi(static sent =>
        {
            Assert.Equal(1, sent[0]);
            var value = 1_000 - (sent[1] >> 4 & 7) * 100;
            return [0xFF, (byte)(0xF8 | value >> 8), (byte)value];
        }));
        Assert.Equal((1_000, 300), (converter.Read(0), converter.Read(7)));
        Assert.Throws<ArgumentOutOfRangeException>(() => converter.Read(8));
        using var nobody = new Mcp3008(new ScriptedSpi(static _ => [0xFF, 0xFF, 0xFF]));
        Assert.Contains("nothing answers", Fails(() => nobody.Read(0)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1_022)]
    [InlineData(1_023)]
    public void Mcp3008_is_believed_from_its_first_step_to_its_last(int steps)
    {
        using var probe = new Mcp3008Probe(
            new ScriptedSpi(_ => [0xFF, (byte)(0xF8 | steps >> 8), (byte)steps]), 0);
        var read = Assert.Single(probe.Read());
        Assert.Equal((steps, true), (read.Value, read.IsSound));
    }

    [Fact]
    public void Ina219_gives_a_current_that_flows_back()
    {
        var chip = SampleChips.Ina219();
        using var probe = new Ina219Probe(chip, 0.002, 15);
        chip.Words[1] = unchecked((ushort)-2_000);
        var read = probe.Read();
        Assert.Equal(-10, read[0].Value, 0.01);
        Assert.Equal((11.98, true), (Math.Round(read[1].Value, 3), read[0].IsSound && read[1].IsSound));
        // At the other end of the range it is cut off as well.
        chip.Words[1] = unchecked((ushort)-4_000);
        Assert.False(probe.Read()[0].IsSound);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(6_500, true)]
    [InlineData(6_501, false)]
    [InlineData(8_191, false)]
    public void Ina219_is_believed_up_to_the_26_V_that_it_bears(int steps, bool isSound)
    {
        var chip = SampleChips.Ina219();
        using var probe = new Ina219Probe(chip, 0.002, 15);
        chip.Words[2] = (ushort)(steps << 3 | 2);
        var voltage = probe.Read()[1];
        Assert.Equal((steps * 0.004, isSound), (Math.Round(voltage.Value, 6), voltage.IsSound));
    }

    [Fact]
    public void Ina219_gives_the_example_of_its_data_sheet()
    {
        using var meter = new Ina219(SampleChips.Ina219());
        // 2 mΩ, 1 mA a step: 20 mV are 10 A, and 11.98 V make 119.8 W.
        meter.SetCalibration(20_480, 0.001);
        Assert.Equal(0.02, meter.ReadShuntVoltage(), 1e-9);
        Assert.Equal(11.98, meter.ReadBusVoltage(), 1e-9);
        Assert.Equal(10, meter.ReadCurrent(), 1e-9);
        Assert.Equal(119.8, meter.ReadPower(), 1e-9);
        Assert.True(meter.IsCalibrated);
    }

    [Fact]
    public void Ina219_that_lost_its_supply_is_calibrated_anew_and_a_cut_off_current_is_none()
    {
        var chip = SampleChips.Ina219();
        using var probe = new Ina219Probe(chip, 0.002, 15);
        Assert.Equal(10, probe.Read()[0].Value, 0.01);
        chip.Words[5] = 0;
        Assert.Equal(10, probe.Read()[0].Value, 0.01);
        chip.Words[1] = 4_000;
        Assert.False(probe.Read()[0].IsSound);
        chip.Words[2] |= 1;
        Assert.Contains("beyond AmperesMax", Fails(() => probe.Read()));
    }

    [Fact]
    public void Pcf8574_makes_its_pins_inputs_and_gives_those_of_the_mask()
    {
        var device = new ScriptedDevice(static _ => [0b1010_0101]);
        using var probe = new Pcf8574Probe(device, 0b0000_0111);

        var read = probe.Read();

        Assert.Equal([("p0", 1.0), ("p1", 0.0), ("p2", 1.0)],
            read.Select(static one => (one.Name, one.Value)));
        Assert.Equal([0xFF], Assert.Single(device.Written));
        Assert.Equal(8, Pcf8574.PinCount);
    }

    private static string Fails(Func<object> call) => Assert.ThrowsAny<IOException>(call).Message;

    private static string Fails(Action call) => Assert.ThrowsAny<IOException>(call).Message;
}
