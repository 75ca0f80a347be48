using LightMq.DeviceAgent;
using LightMq.DeviceAgent.Link;
using LightMq.DeviceAgent.Sensors;
using LightMq.DeviceAgent.Settings;
using LightMq.Unit.DeviceAgent.Simulated;
using Xunit;

namespace LightMq.Unit.DeviceAgent;

/// <summary>What becomes of readings: scaling, dead band, batches, quality.</summary>
public sealed class PublicationTests : IDisposable
{
    private readonly AgentBench _bench = new();
    private readonly Loop _loop;
    private readonly Outbox _outbox = new(new QueueSettings(1_000, 1 << 20));

    public PublicationTests() => _loop = new Loop(_bench.Clock);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void Values_are_scaled_renamed_and_rounded()
    {
        var publication = Make("""
            "As": "level", "Factor": 0.01, "Offset": -1, "Unit": "m", "Decimals": 1,
            "Values": [ { "Name": "b", "As": "second", "Factor": 2 } ]
            """);
        publication.Take(
            [new Measure("a", 1_234, "steps"), new Measure("b", 3, "V"), new Measure("c", 7, "A")]);

        var sent = Payload();

        Assert.Contains("\"values\":{\"level\":11.3,\"second\":6,\"c\":7}", sent);
        Assert.Contains("\"units\":{\"c\":\"A\",\"level\":\"m\",\"second\":\"V\"}", sent);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(101)]
    [InlineData(-0.001)]
    public void What_is_no_sound_number_is_never_published(double value)
    {
        var publication = Make("");
        publication.Take([new Measure("a", value, "%", 0, 100)]);
        var sent = Payload();
        Assert.Contains("\"quality\":\"bad\"", sent);
        Assert.Contains("a is outside 0 to 100 %", sent);
        Assert.DoesNotContain("values", sent);
    }

    [Fact]
    public void A_scaled_value_that_no_number_can_hold_is_left_out()
    {
        var publication = Make(""" "Factor": 1e12 """);
        publication.Take([new Measure("a", 1e300, "")]);
        Assert.Contains("a is no number", Payload());
    }

    [Fact]
    public void The_ends_of_a_range_belong_to_it()
    {
        var publication = Make("");
        publication.Take([new Measure("a", 0, "%", 0, 100), new Measure("b", 100, "%", 0, 100)]);
        Assert.Contains("\"values\":{\"a\":0,\"b\":100}", Payload());
    }

    [Fact]
    public void Within_the_dead_band_it_is_silent_but_not_for_ever()
    {
        var publication = Make(""" "DeadBand": 0.5, "SilenceSecondsMax": 60 """);
        double[] values = [20, 20.4, 20.49, 20.5, 20.1, 20, 19.99];
        foreach (var value in values) publication.Take([new Measure("a", value, "")]);
        Assert.Equal(["20", "20.5", "20"], Values());
        Pass(59);
        publication.Take([new Measure("a", 20, "")]);
        Assert.Empty(Values());
        Pass(1);
        publication.Take([new Measure("a", 20, "")]);
        Assert.Equal(["20"], Values());
    }

    [Fact]
    public void A_change_of_quality_breaks_through_the_dead_band()
    {
        var publication = Make(""" "DeadBand": 100 """);
        publication.Take([new Measure("a", 1, ""), new Measure("b", 1, "", 0, 2)]);
        publication.Take([new Measure("a", 1, ""), new Measure("b", 3, "", 0, 2)]);
        publication.Take([new Measure("a", 1, ""), new Measure("b", 1, "", 0, 2)]);
        publication.Fault("gone");
        publication.Fault("gone");
        publication.Take([new Measure("a", 1, ""), new Measure("b", 1, "", 0, 2)]);
        Assert.Equal(["good", "partial", "good", "bad", "good"], Qualities());
        Assert.Equal(2, publication.Faults);
    }

    [Fact]
    public void Readings_are_gathered_until_the_batch_is_full_or_old()
    {
        var publication = Make(""" "Batch": 3, "BatchSecondsMax": 30 """);
        for (var i = 1; i <= 4; i++) publication.Take([new Measure("a", i, "V")]);
        var batch = Payload();
        Assert.Contains("\"readings\":[{\"sequence\":1,", batch);
        Assert.Contains("{\"sequence\":3,", batch);
        Assert.EndsWith("\"units\":{\"a\":\"V\"}}", batch);
        Assert.Equal(0, _outbox.Count);
        Pass(30);
        Assert.Contains("\"sequence\":4", Payload());
        // What is wrong does not wait, and comes behind what was gathered.
        publication.Take([new Measure("a", 5, "V")]);
        publication.Fault("gone");
        Assert.Contains("\"sequence\":5", Payload());
        Assert.Contains("\"quality\":\"bad\"", Payload());
    }

    [Fact]
    public void One_that_comes_and_goes_does_not_fill_the_log()
    {
        var publication = Make("");
        for (var i = 0; i < 1_000; i++)
        {
            publication.Fault($"fault {i}");
            publication.Take([new Measure("a", i, "")]);
        }
        Assert.InRange(_bench.Log.Lines.Length, 1, 10);
    }

    private Publication Make(string keys)
    {
        var sensor = _bench.Settings($$"""
            "Sensors": [ { "Name": "one", "Kind": "mcp3008" {{(keys.Length > 0 ? "," + keys : "")}} } ]
            """).Sensors[0];
        return new Publication(sensor, new Telemetry("attic", 1, static () => true, _outbox, _bench.Clock),
            _loop,
            _bench.Log);
    }

    private void Pass(double seconds)
    {
        _bench.Clock.Advance(TimeSpan.FromSeconds(seconds));
        _loop.Turn();
    }

    private string Payload() => System.Text.Encoding.UTF8.GetString(_outbox.Take()!.Payload);

    private List<string> Values() =>
        All(static root => root.GetProperty("values").GetProperty("a").GetRawText());

    private List<string> Qualities() => All(static root => root.GetProperty("quality").GetString()!);

    private List<string> All(Func<System.Text.Json.JsonElement, string> select)
    {
        var all = new List<string>();
        while (_outbox.Take() is { } message)
        {
            using var json = System.Text.Json.JsonDocument.Parse(message.Payload);
            all.Add(select(json.RootElement));
        }
        return all;
    }
}
