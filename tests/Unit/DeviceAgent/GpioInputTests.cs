using System.Device.Gpio;
using LightMq.Unit.DeviceAgent.Simulated;
using Xunit;

namespace LightMq.Unit.DeviceAgent;

/// <summary>Inputs and counters on a simulated chip.</summary>
public sealed class GpioInputTests : IDisposable
{
    private const string Door = """
        "Sensors": [ { "Name": "door", "Kind": "gpio-input", "Line": 17, "ActiveLow": true, "Pull": "up" } ]
        """;
    private const string Meter = """
        "Sensors": [ { "Name": "meter", "Kind": "gpio-counter", "Line": 27, "IntervalMilliseconds": 1000 } ]
        """;
    private readonly AgentBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void A_change_is_told_once_it_has_lasted()
    {
        _bench.Chip.Drive(17, true);
        _bench.Start(Door);
        Assert.Equal(PinMode.InputPullUp, _bench.Chip.ModeOf(17));
        Assert.Equal(["0/0"], States());
        // The contact bounces for 15 ms, then is closed.
        for (var i = 0; i < 3; i++)
        {
            _bench.Chip.Drive(17, false);
            _bench.Chip.Drive(17, true);
            _bench.Pass(0.01);
        }
        _bench.Chip.Drive(17, false);
        Assert.Empty(States());
        _bench.Pass(0.1);
        Assert.Equal(["1/7"], States());
        _bench.Pass(10);
        Assert.Empty(States());
    }

    [Fact]
    public void What_is_shorter_than_the_debounce_time_is_nothing()
    {
        _bench.Chip.Drive(17, true);
        _bench.Start(Door);
        _ = States();
        _bench.Chip.Drive(17, false);
        _bench.Chip.Drive(17, true);
        _bench.Pass(1);
        Assert.Empty(States());
    }

    [Fact]
    public void What_does_not_change_is_told_now_and_then()
    {
        _bench.Start(Door).Pass(1_201);
        Assert.Equal(["1/0", "1/0", "1/0"], States());
    }

    [Fact]
    public void Fast_changes_are_put_together_and_their_edges_counted()
    {
        _bench.Chip.Drive(17, true);
        _bench.Start(Door);
        _ = States();
        // 10 changes a second for 10 s, each of 50 ms, are 200 edges; two messages a second may go.
        _bench.Change(Door.Replace("\"up\"", "\"up\", \"EventsPerSecondMax\": 2"));
        _ = States();
        for (var i = 0; i < 100; i++)
        {
            _bench.Chip.Drive(17, false);
            _bench.Pass(0.05);
            _bench.Chip.Drive(17, true);
            _bench.Pass(0.05);
        }
        _bench.Pass(1);
        var states = States();
        Assert.InRange(states.Count, 15, 22);
        Assert.Equal(200, states.Sum(static state => int.Parse(state[2..])));
    }

    [Fact]
    public void A_line_that_floods_is_told_left_alone_and_looked_at_again()
    {
        _bench.Chip.Drive(17, true);
        _bench.Start(Door);
        _ = States();
        for (var i = 0; i < 150; i++)
        {
            _bench.Chip.Pulse(17, 100);
            _bench.Pass(0.01);
        }
        Assert.False(_bench.Chip.IsWatched(17));
        var told = Assert.Single(_bench.SentBy("door"));
        Assert.Contains("the line floods", told.GetProperty("reason").GetString());
        _bench.Pass(30);
        Assert.True(_bench.Chip.IsWatched(17));
        Assert.Equal("good", _bench.SentBy("door")[^1].GetProperty("quality").GetString());
    }

    [Fact]
    public void A_chip_that_is_missing_or_cannot_pull_is_told_and_tried_again()
    {
        _bench.Chip.Before = static () => throw new IOException("Error 2. Can not open chip");
        _bench.Start(Door).Pass(100);
        Assert.Contains("Can not open chip",
            Assert.Single(_bench.SentBy("door")).GetProperty("reason").GetString());
        _bench.Chip.Before = static () => { };
        _bench.Chip.HasPulls = false;
        _bench.Pass(61);
        Assert.Contains("cannot make line 17 InputPullUp",
            Assert.Single(_bench.SentBy("door")).GetProperty("reason").GetString());
        _bench.Chip.HasPulls = true;
        _bench.Pass(61);
        Assert.Equal("good", _bench.SentBy("door")[0].GetProperty("quality").GetString());
    }

    [Fact]
    public void Pulses_are_counted_by_the_edge_that_was_asked_for()
    {
        _bench.Start(Meter);
        _bench.Chip.Pulse(27, 500);
        _bench.Pass(1);
        Assert.Equal(["0/0", "500/500"], Totals());
        _bench.Change(Meter.Replace("27,", "27, \"Edge\": \"both\","));
        _bench.Chip.Pulse(27, 10);
        _bench.Pass(1);
        Assert.Equal("520", Totals()[^1].Split('/')[0]);
        _bench.Change(Meter.Replace("27,", "27, \"Edge\": \"falling\", \"ActiveLow\": true,"));
        _bench.Chip.Drive(27, true);
        _bench.Pass(1);
        Assert.Equal("521", Totals()[^1].Split('/')[0]);
    }

    [Fact]
    public void Bounces_are_not_pulses()
    {
        _bench.Start(Meter.Replace("27,", "27, \"DebounceMilliseconds\": 20,"));
        for (var i = 0; i < 10; i++)
        {
            _bench.Chip.Pulse(27, 7);
            _bench.Pass(0.1);
        }
        _bench.Pass(1);
        Assert.Equal("10", Totals()[^1].Split('/')[0]);
    }

    [Fact]
    public void A_total_survives_a_stop_whole_and_a_power_cut_but_for_the_last_minutes()
    {
        _bench.Start(Meter);
        _bench.Chip.Pulse(27, 1_000);
        _bench.Pass(601);
        _bench.Chip.Pulse(27, 50);
        _bench.Pass(10);
        // Killed: what came since the last save is lost, no more.
        _bench.CutPower();
        _bench.Start(Meter);
        Assert.Equal(["1000/0"], Totals());
        _bench.Chip.Pulse(27, 5);
        Assert.True(_bench.Stop());
        _bench.CutPower();
        _bench.Start(Meter);
        Assert.Equal(["1005/0"], Totals());
    }

    [Fact]
    public void A_counter_goes_on_over_a_change_of_others_and_a_changed_one_keeps_its_total()
    {
        _bench.Start(Meter);
        _bench.Chip.Pulse(27, 3);
        _bench.Change(Meter.Replace("] ",
            ", { \"Name\": \"door\", \"Kind\": \"gpio-input\", \"Line\": 17 } ] "));
        _bench.Chip.Pulse(27, 4);
        _bench.Pass(1);
        Assert.Equal("7", Totals()[^1].Split('/')[0]);
        _bench.Change(Meter.Replace("1000", "2000"));
        Assert.Equal("7", Totals()[^1].Split('/')[0]);
    }

    [Fact]
    public void Totals_cost_the_flash_nothing_while_nothing_is_counted()
    {
        _bench.Start(Meter);
        _bench.Chip.Pulse(27, 1);
        _bench.Pass(610);
        var file = Path.Combine(_bench.StateDirectory, "counters.json");
        Assert.Equal("""{"meter":1}""", File.ReadAllText(file));
        File.Delete(file);
        _bench.Pass(1_300);
        Assert.False(File.Exists(file));
    }

    [Fact]
    public void A_damaged_file_of_totals_is_set_aside_and_told()
    {
        Directory.CreateDirectory(_bench.StateDirectory);
        File.WriteAllText(Path.Combine(_bench.StateDirectory, "counters.json"), """{"meter":12""");
        _bench.Start(Meter);
        Assert.Equal(["0/0"], Totals());
        Assert.Equal(1, _bench.Log.Count("is damaged"));
        Assert.True(File.Exists(Path.Combine(_bench.StateDirectory, "counters.json.damaged")));
    }

    [Fact]
    public void A_counter_that_floods_is_told_and_left_alone()
    {
        _bench.Start(Meter);
        _ = Totals();
        _bench.Chip.Pulse(27, 10_000);
        _bench.Pass(2);
        Assert.False(_bench.Chip.IsWatched(27));
        Assert.Contains(_bench.SentBy("meter"), static one =>
            one.TryGetProperty("reason", out var reason)
                && reason.GetString()!.Contains("20000 edges in a second"));
        _bench.Pass(12);
        Assert.True(_bench.Chip.IsWatched(27));
        Assert.Equal("10000", Totals()[^1].Split('/')[0]);
    }

    [Fact]
    public void A_total_is_set_to_what_the_meter_shows()
    {
        _bench.Start(Meter);
        _bench.Chip.Pulse(27, 3);
        _bench.Command("""{ "id": "1", "action": "set-counter", "sensor": "meter", "total": 4000 }""");
        _bench.Chip.Pulse(27, 2);
        _bench.Pass(1);
        Assert.Equal("4002", Totals()[^1].Split('/')[0]);
        Assert.Equal(3, Assert.Single(_bench.Sent("board/attic/result")).GetProperty("before").GetInt64());
    }

    private List<string> States() => [.. _bench.SentBy("door").Select(static one =>
        Value(one, "state") + "/" + Value(one, "edges"))];

    private List<string> Totals() => [.. _bench.SentBy("meter").Where(static one =>
        one.TryGetProperty("values", out _)).Select(static one =>
        Value(one, "total") + "/" + Value(one, "rate"))];

    private static string Value(System.Text.Json.JsonElement reading, string name) =>
        reading.GetProperty("values").GetProperty(name).GetRawText();
}
