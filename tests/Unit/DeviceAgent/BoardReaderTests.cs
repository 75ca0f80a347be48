using System.Text;
using System.Text.Json;
using LightMq.DeviceAgent.Board;
using Xunit;

namespace LightMq.Unit.DeviceAgent;

public sealed class BoardReaderTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Reads_a_pi()
    {
        using var board = SampleBoard.Pi();

        var reading = Read(board);

        Assert.Equal("attic", reading.Unit);
        Assert.Equal(7, reading.Sequence);
        Assert.Equal(1_772_366_400_000, reading.Time);
        Assert.Equal(351735.47, reading.UptimeSeconds);
        Assert.Equal((0.52, 0.58, 0.59), (reading.Load1!.Value, reading.Load5!.Value, reading.Load15!.Value));
        Assert.Equal(3_884_384L * 1024, reading.MemoryTotalBytes);
        Assert.Equal(3_245_968L * 1024, reading.MemoryAvailableBytes);
        Assert.Equal(48.686, reading.Temperatures!["cpu-thermal"]);
        Assert.Equal(48.199, reading.Temperatures["cpu_thermal temp1"]);
        Assert.Equal(2, reading.Temperatures.Count);
        Assert.InRange(reading.DiskFreeBytes!.Value, 0, reading.DiskTotalBytes!.Value);
    }

    [Fact]
    public void Json_is_as_documented()
    {
        using var board = SampleBoard.Pi();

        var json = JsonDocument.Parse(Read(board).ToJson()).RootElement;

        Assert.Equal("attic", json.GetProperty("unit").GetString());
        Assert.Equal(7, json.GetProperty("sequence").GetInt64());
        Assert.Equal(48.686, json.GetProperty("temperatures").GetProperty("cpu-thermal").GetDouble());
        Assert.Equal(
            ["unit", "sequence", "time", "uptimeSeconds", "temperatures", "load1", "load5", "load15",
                "memoryTotalBytes", "memoryAvailableBytes", "diskTotalBytes", "diskFreeBytes",
                "underVoltage"],
            json.EnumerateObject().Select(p => p.Name));
    }

    [Fact]
    public void Empty_board_leaves_its_figures_out()
    {
        using var board = new SampleBoard();

        var json = Encoding.UTF8.GetString(
            (Read(board) with { DiskTotalBytes = null, DiskFreeBytes = null }).ToJson());

        Assert.Equal("""{"unit":"attic","sequence":7,"time":1772366400000}""", json);
    }

    [Fact]
    public void Missing_root_is_no_crash()
    {
        var reading = new BoardReader("/nowhere/at/all", "attic").Read(1, Noon);

        Assert.Null(reading.Load1);
        Assert.Null(reading.Temperatures);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("nan inf -1\n")]
    [InlineData("-0.5 1e999 x\n")]
    [InlineData("\0\0\0\u0001garbage")]
    [InlineData("99999999999999999999999999999999999999999999 kB")]
    public void Garbage_never_breaks_the_json(string garbage)
    {
        using var board = SampleBoard.Pi();
        foreach (var file in new[] { "proc/uptime", "proc/loadavg", "sys/class/thermal/thermal_zone0/temp" })
            board.With(file, garbage);
        board.With("proc/meminfo", "MemTotal: " + garbage + "\nMemAvailable: 99999999999999999 kB\n");
        board.With("sys/class/thermal/thermal_zone0/type", garbage);

        var reading = Read(board);

        using var parsed = JsonDocument.Parse(reading.ToJson());
        Assert.Null(reading.Load1 is < 0 ? reading.Load1 : null);
        Assert.Null(reading.MemoryTotalBytes);
        Assert.Null(reading.MemoryAvailableBytes);
        Assert.Equal(["cpu_thermal temp1"], reading.Temperatures!.Keys);
    }

    [Fact]
    public void Zones_of_one_name_stay_apart_and_a_label_names_a_sensor()
    {
        using var board = new SampleBoard()
            .With("sys/class/thermal/thermal_zone0/type", "soc")
            .With("sys/class/thermal/thermal_zone0/temp", "40000")
            .With("sys/class/thermal/thermal_zone1/type", "soc")
            .With("sys/class/thermal/thermal_zone1/temp", "-1500")
            .With("sys/class/thermal/thermal_zone2/type", "asleep")
            .With("sys/class/hwmon/hwmon3/name", "nvme")
            .With("sys/class/hwmon/hwmon3/temp1_label", "Composite")
            .With("sys/class/hwmon/hwmon3/temp1_input", "31850");

        var temperatures = Read(board).Temperatures!;

        Assert.Equal(40, temperatures["soc"]);
        Assert.Equal(-1.5, temperatures["soc 2"]);
        Assert.Equal(31.85, temperatures["nvme Composite"]);
        Assert.Equal(3, temperatures.Count);
    }

    [Fact]
    public void One_missing_file_leaves_out_its_own_figures_only()
    {
        using var board = SampleBoard.Pi().Without("proc/loadavg");

        var reading = Read(board);

        Assert.Null(reading.Load1);
        Assert.NotNull(reading.UptimeSeconds);
        Assert.NotNull(reading.MemoryTotalBytes);
    }

    [Fact]
    public void Real_machine_answers()
    {
        var reading = new BoardReader("/", "here").Read(1, Noon);

        Assert.True(reading.UptimeSeconds > 0);
        Assert.True(reading.MemoryTotalBytes > 0);
        Assert.NotNull(reading.Load15);
    }

    private static Reading Read(SampleBoard board) => new BoardReader(board.Root, "attic").Read(7, Noon);
}
