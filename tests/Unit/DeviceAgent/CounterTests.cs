using System.Text.Json;
using LightMq.Unit.DeviceAgent.Simulated;
using Xunit;

namespace LightMq.Unit.DeviceAgent;

/// <summary>Counters: contacts that bounce, and totals on the disk.</summary>
public sealed class CounterTests : IDisposable
{
    private const string Meter = """
        "Sensors": [ { "Name": "meter", "Kind": "gpio-counter", "Line": 27, "IntervalMilliseconds": 1000 } ]
        """;
    private const string SetTotal =
        """{ "id": "1", "action": "set-counter", "sensor": "meter", "total": 4000 }""";
    private readonly AgentBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("rising", 10)]
    [InlineData("falling", 10)]
    [InlineData("both", 20)]
    public void A_contact_that_bounces_both_ways_is_counted_once(string edge, int pulses)
    {
        _bench.Start(Debounced(edge));
        for (var i = 0; i < 10; i++)
        {
            Bounce(isOn: true);
            _bench.Pass(0.2);
            Bounce(isOn: false);
            _bench.Pass(0.3);
        }
        _bench.Pass(1);
        Assert.Equal(pulses, LastTotal());
    }

    [Theory]
    [InlineData("rising", 1, 5, 100)]
    [InlineData("falling", 5, 1, 100)]
    [InlineData("both", 5, 5, 200)]
    [InlineData("rising", 5, 4, 1)]
    [InlineData("falling", 4, 5, 0)]
    [InlineData("both", 4, 4, 1)]
    public void A_pulse_counts_if_the_line_was_quiet_before_for_the_debounce_time(
        string edge, int on, int off, int pulses)
    {
        _bench.Start(Debounced(edge));
        for (var i = 0; i < 100; i++)
        {
            _bench.Chip.Drive(27, true);
            Wait(on);
            _bench.Chip.Drive(27, false);
            Wait(off);
        }
        _bench.Pass(1);
        Assert.Equal(pulses, LastTotal());
    }

    [Fact]
    public void A_total_that_is_set_is_on_the_disk_before_it_is_answered()
    {
        using var disk = new HandBus();
        _bench.MakeBus = name => name == "state" ? disk : null;
        _bench.Start(Meter);
        _bench.Command(SetTotal);
        Assert.Empty(Results());
        Assert.False(File.Exists(Totals));
        disk.Work();
        _bench.Turn();
        Assert.Equal("done", Assert.Single(Results()).GetProperty("result").GetString());
        Assert.Equal("""{"meter":4000}""", File.ReadAllText(Totals));
        // The same total again, while the one before is on its way.
        _bench.Command(SetTotal.Replace("1", "2").Replace("4000", "5000"));
        _bench.Command(SetTotal.Replace("1", "3").Replace("4000", "5000"));
        Assert.Empty(Results());
        disk.Work();
        _bench.Turn();
        Assert.Equal(["2", "3"], Results().Select(static one => one.GetProperty("id").GetString()));
        _bench.CutPower();
        _bench.Start(Meter);
        Assert.Equal(5_000, LastTotal());
    }

    [Fact]
    public void A_total_that_cannot_be_kept_is_answered_so()
    {
        _bench.Start(Meter);
        Directory.Delete(_bench.StateDirectory, recursive: true);
        File.WriteAllText(_bench.StateDirectory, "no folder");
        _bench.Command(SetTotal);
        var result = Assert.Single(Results());
        Assert.Equal("refused", result.GetProperty("result").GetString());
        Assert.StartsWith("it counts from there, but is not kept: ",
            result.GetProperty("reason").GetString());
        Assert.Equal(4_000, LastTotal());
    }

    [Fact]
    public void A_file_of_totals_that_cannot_be_read_is_set_aside_and_told()
    {
        Directory.CreateDirectory(_bench.StateDirectory);
        // The kernel refuses to follow it.
        File.CreateSymbolicLink(Totals, Totals);
        _bench.Start(Meter);
        Assert.Equal(0, LastTotal());
        Assert.Equal(1, _bench.Log.Count("cannot be read"));
        Assert.Equal(Totals, new FileInfo(Totals + ".damaged").LinkTarget);
        _bench.Chip.Pulse(27, 3);
        _bench.Pass(601);
        Assert.Equal("""{"meter":3}""", File.ReadAllText(Totals));
    }

    [Fact]
    public void A_file_of_totals_that_cannot_even_be_set_aside_ends_nothing()
    {
        Directory.CreateDirectory(Path.Combine(Totals, "folder"));
        _bench.Start(Meter);
        _bench.Chip.Pulse(27, 3);
        _bench.Pass(601);
        Assert.Equal(3, LastTotal());
        Assert.True(_bench.Log.Count("cannot be written") > 0);
    }

    private string Totals => Path.Combine(_bench.StateDirectory, "counters.json");

    private List<JsonElement> Results() => _bench.Sent("board/attic/result");

    private static string Debounced(string edge) =>
        Meter.Replace("27,", $"27, \"DebounceMilliseconds\": 5, \"Edge\": \"{edge}\",");

    // As a reed contact: to and fro for some milliseconds before it stays.
    private void Bounce(bool isOn)
    {
        for (var i = 0; i < 4; i++)
        {
            _bench.Chip.Drive(27, isOn);
            Wait(1);
            _bench.Chip.Drive(27, !isOn);
            Wait(2);
        }
        _bench.Chip.Drive(27, isOn);
    }

    private void Wait(int milliseconds) => _bench.Clock.Advance(TimeSpan.FromMilliseconds(milliseconds));

    private long LastTotal() =>
        _bench.SentBy("meter")[^1].GetProperty("values").GetProperty("total").GetInt64();
}
