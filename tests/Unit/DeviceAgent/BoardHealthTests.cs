using System.Text.Json;
using LightMq.DeviceAgent.Board;
using LightMq.DeviceAgent.State;
using LightMq.Unit.DeviceAgent.Simulated;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace LightMq.Unit.DeviceAgent;

/// <summary>The board's own figures at their rate, and what is told of the agent.</summary>
public sealed class BoardHealthTests : IDisposable
{
    private readonly AgentBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void Board_is_told_at_its_rate_with_uplink_and_clock()
    {
        _bench.Files.With("proc/loadavg", "0.52 0.58 0.59 1/182 12345\n").With("run/lightmq/no-data", "");
        _bench.UplinkFile = Path.Combine(_bench.Files.Root, "uplink.json");
        _bench.Files.With("uplink.json", """{"state":"stalled"}""");
        _bench.BoardSeconds = 5;
        _bench.Start("").Pass(10);
        var sent = _bench.Sent("board/attic/telemetry");
        Assert.Equal([1, 2, 3], sent.Select(static one => one.GetProperty("sequence").GetInt64()));
        var last = sent[^1];
        Assert.Equal(("attic", "trusted", "stalled", "missing", 0.52),
            (last.GetProperty("unit").GetString(), last.GetProperty("clock").GetString(),
                last.GetProperty("uplink").GetString(), last.GetProperty("dataDisk").GetString(),
                last.GetProperty("load1").GetDouble()));
        Assert.Equal((1, 0, 1_772_366_410_000), (last.GetProperty("start").GetInt64(),
            last.GetProperty("skipped").GetInt64(), last.GetProperty("time").GetInt64()));
    }

    [Theory]
    [InlineData("0\n", "", "")]
    [InlineData("50005\n", "under-voltage,throttled", "under-voltage,throttled")]
    [InlineData("0xf000a", "frequency-capped,soft-temperature-limit",
        "under-voltage,frequency-capped,throttled,soft-temperature-limit")]
    public void Throttling_of_the_firmware_is_told_in_words(string text, string now, string since)
    {
        _bench.Files.With("sys/devices/platform/soc/soc:firmware/get_throttled", text);
        var reading = new BoardReader(_bench.Files.Root, "attic").Read(1, default);
        Assert.Equal((now, since),
            (string.Join(',', reading.Throttled!), string.Join(',', reading.ThrottledSinceBoot!)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("yes")]
    [InlineData("123456789")]
    public void Nonsense_of_the_firmware_is_left_out(string text)
    {
        _bench.Files.With("sys/devices/platform/soc/soc:firmware/get_throttled", text);
        Assert.Null(new BoardReader(_bench.Files.Root, "attic").Read(1, default).Throttled);
    }

    [Theory]
    [InlineData("0\n", false)]
    [InlineData("1\n", true)]
    [InlineData("", null)]
    [InlineData("2", null)]
    public void Under_voltage_is_told_where_the_kernel_tells_it(string text, bool? isLow)
    {
        _bench.Files.With("sys/class/hwmon/hwmon0/name", "cpu_thermal\n")
            .With("sys/class/hwmon/hwmon0/in0_lcrit_alarm", "1\n")
            .With("sys/class/hwmon/hwmon1/name", "rpi_volt\n")
            .With("sys/class/hwmon/hwmon1/in0_lcrit_alarm", text);
        Assert.Equal(isLow, new BoardReader(_bench.Files.Root, "attic").Read(1, default).UnderVoltage);
    }

    [Fact]
    public void Room_of_the_data_disk_is_told_and_left_out_where_there_is_none()
    {
        var here = new BoardReader("/", "attic", _bench.Files.Root).Read(1, default);
        var drive = new DriveInfo(_bench.Files.Root);
        Assert.Equal(drive.TotalSize, here.DataTotalBytes);
        Assert.InRange(here.DataFreeBytes!.Value, 0, here.DataTotalBytes!.Value);
        Assert.True(here.DataInodesTotal is null || here.DataInodesFree <= here.DataInodesTotal);
        Assert.Null(new BoardReader("/", "attic", "/nowhere/at/all").Read(1, default).DataTotalBytes);
    }

    [Fact]
    public void Uplink_is_believed_by_its_file_alone()
    {
        var path = Path.Combine(_bench.Files.Root, "uplink.json");
        var view = new UplinkView(path);
        Assert.Equal((true, "away", false), (view.IsThere, view.State, view.IsHealthy));
        var at = 0;
        foreach (
            var (text, state) in ((string, string)[])[("""{"state":"healthy"}""", "healthy"), ("{", "away"),
            ("[]", "away"), ("""{"state":7}""", "away"), ("", "away")])
        {
            _bench.Files.With("uplink.json", text);
            File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch.AddSeconds(++at));
            view.Look();
            Assert.Equal((state, state == "healthy"), (view.State, view.IsHealthy));
        }
        Assert.Null(new UplinkView("").State);
    }

    [Fact]
    public void Status_file_says_what_is_read_and_what_is_not()
    {
        _bench.I2c[0x44] = SampleChips.Sht3x(0x6666, 0x6666);
        _bench.Start("""
            "Sensors": [ { "Name": "bath", "Kind": "sht3x" }, { "Name": "hall", "Kind": "bme280" } ],
            "Outputs": [ { "Name": "pump", "Line": 22 } ]
            """).Pass(1);
        var path = Path.Combine(_bench.RuntimeDirectory, "agent.json");
        new StatusBoard(path, null, _bench.Clock, NullLogger.Instance).Show(
            _bench.Agent.View(true, "", true));

        using var json = JsonDocument.Parse(File.ReadAllText(path));
        var root = json.RootElement;
        Assert.Equal("sensor trouble", root.GetProperty("state").GetString());
        Assert.StartsWith("sensor trouble; 1 of 2 sensors read, hall: Error 121",
            root.GetProperty("line").GetString());
        var sensors = root.GetProperty("sensors").EnumerateArray().ToArray();
        Assert.Equal(["good", "bad"], sensors.Select(static one => one.GetProperty("quality").GetString()));
        Assert.Equal(40, sensors[0].GetProperty("values").GetProperty("humidity").GetDouble());
        Assert.StartsWith("Error 121", sensors[1].GetProperty("reason").GetString());
        Assert.Equal("off", root.GetProperty("outputs")[0].GetProperty("state").GetString());
        Assert.Equal(UnixFileMode.OtherRead, new FileInfo(path).UnixFileMode & UnixFileMode.OtherRead);
    }

    [Theory]
    [InlineData("", true, false, "healthy; 0 of 0 sensors read, no commands: the broker refuses them")]
    [InlineData("", true, true, "healthy; 0 of 0 sensors read")]
    [InlineData("", false, false, "healthy; 0 of 0 sensors read; broker away (gone)")]
    [InlineData(""" "Commands": { "Topic": "" } """, true, false, "healthy; 0 of 0 sensors read")]
    public void Line_says_that_no_commands_can_come(
        string settings, bool isConnected, bool isListening, string line)
    {
        _bench.Start(settings).Pass(1);
        Assert.Equal(line, StatusBoard.Line(_bench.Agent.View(isConnected, "gone", isListening)));
    }

    [Fact]
    public void Number_of_a_start_rises_and_without_a_directory_is_the_time()
    {
        Assert.Equal([1, 2, 3],
            Enumerable.Range(0, 3).Select(_ => StateFolder.NextStart(_bench.StateDirectory, _bench.Clock)));
        File.WriteAllText(Path.Combine(_bench.StateDirectory, "start"), "damaged");
        Assert.Equal(1_772_366_400, StateFolder.NextStart(_bench.StateDirectory, _bench.Clock));
        Assert.Equal(1_772_366_401, StateFolder.NextStart(_bench.StateDirectory, _bench.Clock));
        Assert.Equal(1_772_366_400, StateFolder.NextStart("", _bench.Clock));
    }
}
