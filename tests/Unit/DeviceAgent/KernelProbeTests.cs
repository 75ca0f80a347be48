using LightMq.Unit.DeviceAgent.Simulated;
using Xunit;

namespace LightMq.Unit.DeviceAgent;

/// <summary>Sensors that the kernel shows as files: IIO, hwmon, DHT22, 1-Wire.</summary>
public sealed class KernelProbeTests : IDisposable
{
    private const string Iio = "sys/bus/iio/devices/iio:device";
    private readonly AgentBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void Dht22_is_found_by_its_driver()
    {
        _bench.Files.With(Iio + "0/name", "mcp3422\n").With(Iio + "1/name", "dht11@4\n")
            .With(Iio + "1/in_temp_input", "-12300\n").With(Iio + "1/in_humidityrelative_input", "56700\n");
        Assert.Equal("""{"temperature":-12.3,"humidity":56.7}""", Values(""" "Kind": "dht22" """));
    }

    [Fact]
    public void Dht22_of_which_one_figure_is_nonsense_gives_the_other()
    {
        _bench.Files.With(Iio + "1/name", "dht11@4\n").With(Iio + "1/in_temp_input", "21000\n")
            .With(Iio + "1/in_humidityrelative_input", "\n");
        Assert.Equal("""{"temperature":21}""", Values(""" "Kind": "dht22" """));
    }

    [Fact]
    public void Iio_gives_processed_and_raw_channels_in_units_of_ordinary_life()
    {
        _bench.Files.With(Iio + "3/name", "many\n").With(Iio + "3/in_temp_input", "21500")
            .With(Iio + "3/in_pressure_input", "101.325").With(Iio + "3/in_voltage1_raw", "2048")
            .With(Iio + "3/in_voltage_scale", "0.5").With(Iio + "3/in_voltage1_offset", "-48")
            .With(Iio + "3/in_current0_raw", "100").With(Iio + "3/in_current0_scale", "2.5");
        Assert.Equal("""{"temp":21.5,"pressure":1013.25,"voltage1":1,"current0":0.25}""", Values("""
            "Kind": "iio", "Device": "many", "Channels": [ "temp", "pressure", "voltage1", "current0" ]
            """));
        Assert.Contains("no channel light0", Reason("""
            "Kind": "iio", "Device": "iio:device3", "Channels": [ "light0" ]
            """));
    }

    [Fact]
    public void Iio_gives_a_channel_the_scale_and_offset_that_it_shares()
    {
        // Names as in the kernel's ABI, sysfs-bus-iio.
        _bench.Files.With(Iio + "3/name", "many")
            .With(Iio + "3/in_accel_x_raw", "-1000").With(Iio + "3/in_accel_y_raw", "500")
            .With(Iio + "3/in_accel_y_offset", "100").With(Iio + "3/in_accel_y_scale", "0.02")
            .With(Iio + "3/in_accel_z_peak_raw", "10").With(Iio + "3/in_accel_linear_x_raw", "20")
            .With(Iio + "3/in_accel_scale", "0.01").With(Iio + "3/in_accel_offset", "-100")
            .With(Iio + "3/in_accel_peak_scale", "0.3").With(Iio + "3/in_temp_object_raw", "300")
            .With(Iio + "3/in_temp_scale", "100").With(Iio + "3/in_voltage0-voltage1_raw", "2000")
            .With(Iio + "3/in_voltage-voltage_scale", "0.5").With(Iio + "3/in_voltage2_supply_raw", "3000")
            .With(Iio + "3/in_voltage2_scale", "2").With(Iio + "3/in_voltage3_q_raw", "1000")
            .With(Iio + "3/in_voltage_q_scale", "4");
        Assert.Equal("""
            {"accel_x":-11,"accel_y":12,"accel_z_peak":-27,"accel_linear_x":-0.8,"temp_object":30,
            "voltage0-voltage1":1,"voltage2_supply":6,"voltage3_q":4}
            """.ReplaceLineEndings(""), Values("""
            "Kind": "iio", "Device": "many", "Channels": [ "accel_x", "accel_y", "accel_z_peak",
                "accel_linear_x", "temp_object", "voltage0-voltage1", "voltage2_supply", "voltage3_q" ]
            """));
    }

    [Theory]
    [InlineData("in_scale")]
    [InlineData("scale")]
    public void Iio_of_which_all_channels_share_a_scale_is_read_by_it(string file)
    {
        _bench.Files.With(Iio + "3/name", "many").With(Iio + "3/in_anglvel_z_raw", "50")
            .With(Iio + "3/" + file, "0.1");
        Assert.Equal("""{"anglvel_z":5}""",
            Values(""" "Kind": "iio", "Device": "many", "Channels": [ "anglvel_z" ] """));
    }

    [Theory]
    [InlineData("accel_x")]
    [InlineData("voltage1")]
    [InlineData("temp")]
    public void Iio_without_a_scale_is_a_fault_where_the_kind_has_a_unit(string channel)
    {
        _bench.Files.With(Iio + "3/name", "many").With(Iio + $"3/in_{channel}_raw", "50");
        Assert.Equal($"channel {channel} has no scale", Reason($$"""
            "Kind": "iio", "Device": "many", "Channels": [ "{{channel}}" ]
            """));
    }

    [Fact]
    public void Iio_that_counts_in_no_unit_needs_no_scale()
    {
        _bench.Files.With(Iio + "3/name", "many").With(Iio + "3/in_count0_raw", "50")
            .With(Iio + "3/in_proximity_raw", "7");
        var sent = Sent(""" "Kind": "iio", "Device": "many", "Channels": [ "count0", "proximity" ] """);
        Assert.Equal("""{"count0":50,"proximity":7}""", sent.GetProperty("values").GetRawText());
        Assert.False(sent.TryGetProperty("units", out _));
    }

    [Fact]
    public void Hwmon_gives_channels_in_units_of_ordinary_life()
    {
        _bench.Files.With("sys/class/hwmon/hwmon0/name", "other")
            .With("sys/class/hwmon/hwmon2/name", "supply")
            .With("sys/class/hwmon/hwmon2/in0_input", "5012")
                .With("sys/class/hwmon/hwmon2/power1_input", "2500000")
            .With("sys/class/hwmon/hwmon2/fan1_input", "1200")
                .With("sys/class/hwmon/hwmon2/temp1_input", "-500");
        Assert.Equal("""{"in0":5.012,"power1":2.5,"fan1":1200,"temp1":-0.5}""", Values("""
            "Kind": "hwmon", "Device": "supply", "Channels": [ "in0", "power1", "fan1", "temp1" ]
            """));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nan")]
    [InlineData("1e999")]
    [InlineData("\0\u0001")]
    [InlineData("5 V")]
    public void What_is_no_number_is_a_fault(string text)
    {
        _bench.Files.With("sys/class/hwmon/hwmon2/name", "supply")
            .With("sys/class/hwmon/hwmon2/in0_input", text);
        Assert.Contains("in0_input holds no number", Reason("""
            "Kind": "hwmon", "Device": "supply", "Channels": [ "in0" ]
            """));
    }

    [Theory]
    [InlineData(""" "Kind": "dht22" """, "no such device under IIO")]
    [InlineData(""" "Kind": "iio", "Device": "tsl2561", "Channels": [ "light0" ] """,
        "no such device under IIO")]
    [InlineData(""" "Kind": "hwmon", "Device": "supply", "Channels": [ "in0" ] """,
        "no such chip under hwmon")]
    [InlineData(""" "Kind": "ds18b20" """, "there is no thermometer on the bus")]
    [InlineData(""" "Kind": "ds18b20", "Device": "28-00000000ffff" """, "the kernel does not show it")]
    public void What_the_kernel_does_not_show_is_a_fault(string keys, string reason) =>
        Assert.Contains(reason, Reason(keys));

    [Fact]
    public void Ds18b20_is_read_through_the_agent()
    {
        SampleChips.OneWire(_bench.Files, "28-0123456789ab", "91 01 4b 46 7f ff 0c 10");
        Assert.Equal("""{"temperature":25.063}""", Values(""" "Kind": "ds18b20" """));
    }

    private string Values(string keys) => Sent(keys).GetProperty("values").GetRawText();

    private string Reason(string keys) => Sent(keys).GetProperty("reason").GetString()!;

    private System.Text.Json.JsonElement Sent(string keys)
    {
        _bench.Start($$""" "Sensors": [ { "Name": "one", {{keys}} } ] """);
        return Assert.Single(_bench.SentBy("one"));
    }
}
