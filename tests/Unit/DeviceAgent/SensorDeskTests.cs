using LightMq.DeviceAgent.Buses;
using LightMq.Unit.DeviceAgent.Simulated;
using Xunit;

namespace LightMq.Unit.DeviceAgent;

/// <summary>
/// Sensors that are read at their rate; those that are missing, refuse, hang or talk nonsense.
/// </summary>
public sealed class SensorDeskTests : IDisposable
{
    private const string Hall =
        """ "Sensors": [ { "Name": "hall", "Kind": "bme280", "IntervalMilliseconds": 1000 } ] """;
    private readonly AgentBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void A_reading_is_as_documented()
    {
        _bench.I2c[0x76] = SampleChips.Bme280(519_888, 415_148, 30_000);
        _bench.Start(Hall);

        var sent = Assert.Single(_bench.SentBy("hall"));

        Assert.Equal(
            ["board", "start", "sensor", "kind", "sequence", "time", "clock", "quality", "values", "units"],
            sent.EnumerateObject().Select(static one => one.Name));
        Assert.Equal(("attic", 1, "hall", "bme280", 1),
            (sent.GetProperty("board").GetString(), sent.GetProperty("start").GetInt64(),
                sent.GetProperty("sensor").GetString(), sent.GetProperty("kind").GetString(),
                sent.GetProperty("sequence").GetInt64()));
        Assert.Equal(("trusted", "good"),
            (sent.GetProperty("clock").GetString(), sent.GetProperty("quality").GetString()));
        Assert.Equal(25.082, sent.GetProperty("values").GetProperty("temperature").GetDouble());
        Assert.Equal(1_006.533, sent.GetProperty("values").GetProperty("pressure").GetDouble());
        Assert.Equal("hPa", sent.GetProperty("units").GetProperty("pressure").GetString());
    }

    [Fact]
    public void It_is_read_at_its_rate()
    {
        _bench.I2c[0x76] = SampleChips.Bme280(519_888, 415_148, 30_000);
        _bench.Start(Hall).Pass(10);
        Assert.Equal(Enumerable.Range(1, 11).Select(static n => (long)n),
            _bench.SentBy("hall").Select(static one => one.GetProperty("sequence").GetInt64()));
    }

    [Fact]
    public void A_missing_sensor_is_told_once_tried_again_ever_later_and_read_when_it_comes()
    {
        var tries = 0;
        var device = SampleChips.Bme280(519_888, 415_148, 30_000);
        device.Before = () =>
        {
            tries++;
            RegisterDevice.Nack();
        };
        _bench.I2c[0x76] = device;
        _bench.Start(Hall).Pass(300);
        var told = Assert.Single(_bench.SentBy("hall"));
        Assert.Equal("bad", told.GetProperty("quality").GetString());
        Assert.Contains("Remote I/O error", told.GetProperty("reason").GetString());
        Assert.False(told.TryGetProperty("values", out _));
        Assert.Equal(1, _bench.Log.Count("sensor hall: Error 121"));
        Assert.InRange(tries, 8, 60);
        Assert.Contains("0 of 1 sensors read, hall: Error 121", _bench.Line);

        device.Before = static () => { };
        _bench.Pass(61);
        Assert.Equal("good", _bench.SentBy("hall")[0].GetProperty("quality").GetString());
        Assert.Equal(1, _bench.Log.Count("sensor hall: read again"));
        Assert.Contains("1 of 1 sensors read", _bench.Line);
    }

    [Fact]
    public void A_sensor_that_failed_is_opened_anew()
    {
        var first = SampleChips.Bme280(519_888, 415_148, 30_000);
        _bench.I2c[0x76] = first;
        _bench.Start(Hall);
        first.Before = RegisterDevice.Nack;
        var second = SampleChips.Bme280(519_888, 415_148, 30_000);
        _bench.I2c[0x76] = second;
        _bench.Pass(5);
        Assert.True(first.IsDisposed);
        Assert.Equal("good", _bench.SentBy("hall")[^1].GetProperty("quality").GetString());
    }

    [Fact]
    public void One_that_fails_stops_no_other()
    {
        _bench.I2c[0x44] = SampleChips.Sht3x(0x6666, 0x6666);
        _bench.Start("""
            "Sensors": [ { "Name": "hall", "Kind": "bme280", "IntervalMilliseconds": 1000 },
              { "Name": "bath", "Kind": "sht3x", "IntervalMilliseconds": 1000 },
              { "Name": "tank", "Kind": "mcp3008", "IntervalMilliseconds": 1000 } ]
            """).Pass(10);
        Assert.Equal(11, _bench.SentBy("bath").Count);
        Assert.Single(_bench.SentBy("hall"));
        Assert.Single(_bench.SentBy("tank"));
    }

    [Fact]
    public void Checksum_errors_are_told_and_nothing_of_them_is_published()
    {
        var isWrong = false;
        _bench.I2c[0x44] = SampleChips.Sht3x(0x6666, 0x6666, bytes => bytes[2] ^= (byte)(isWrong ? 1 : 0));
        _bench.Start(Hall.Replace("hall", "bath").Replace("bme280", "sht3x"));
        isWrong = true;
        _bench.Pass(3);
        var sent = _bench.SentBy("bath");
        Assert.Equal(["good", "bad"], sent.Select(static one => one.GetProperty("quality").GetString()));
        Assert.Contains("checksum", sent[1].GetProperty("reason").GetString());
    }

    [Fact]
    public void A_value_outside_the_data_sheets_range_is_left_out()
    {
        // 107 °C, at which the pressure is nonsense as well.
        _bench.I2c[0x76] = SampleChips.Bme280(780_000, 100, 30_000);
        _bench.Start(Hall);
        var sent = Assert.Single(_bench.SentBy("hall"));
        Assert.Equal("partial", sent.GetProperty("quality").GetString());
        Assert.Contains("is outside", sent.GetProperty("reason").GetString());
        Assert.Equal(["humidity"],
            sent.GetProperty("values").EnumerateObject().Select(static one => one.Name));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_bus_that_hangs_is_told_once_harms_no_other_and_is_told_when_it_moves()
    {
        using var entered = new SemaphoreSlim(0);
        using var release = new ManualResetEventSlim();
        var device = SampleChips.Bme280(519_888, 415_148, 30_000);
        device.Before = () =>
        {
            entered.Release();
            release.Wait();
        };
        _bench.I2c[0x76] = device;
        _bench.MakeBus = static name => name == "i2c-1" ? new BusThread(name) : null;
        _bench.Spi = new ScriptedSpi(static _ => [0, 2, 0]);
        _bench.Start("""
            "Sensors": [ { "Name": "hall", "Kind": "bme280", "IntervalMilliseconds": 1000 },
              { "Name": "tank", "Kind": "mcp3008", "IntervalMilliseconds": 1000 } ]
            """);
        await entered.WaitAsync(TestContext.Current.CancellationToken);
        _bench.Pass(30);
        Assert.Equal(31, _bench.SentBy("tank").Count);
        var told = Assert.Single(_bench.SentBy("hall"));
        Assert.Equal("bus i2c-1 hangs", told.GetProperty("reason").GetString());
        Assert.Equal(1, _bench.Log.Count("bus i2c-1 hangs: nothing"));
        Assert.Contains("bus i2c-1 hangs", _bench.Line);

        release.Set();
        while (!_bench.Loop.IsBusy) await Task.Yield();
        _bench.Turn();
        Assert.Equal("good", _bench.SentBy("hall")[^1].GetProperty("quality").GetString());
        Assert.Equal(1, _bench.Log.Count("bus i2c-1 moves again"));
    }

    [Fact]
    public void A_change_touches_only_what_changed_and_numbers_go_on()
    {
        var device = SampleChips.Bme280(519_888, 415_148, 30_000);
        _bench.I2c[0x76] = device;
        _bench.Spi = new ScriptedSpi(static _ => [0, 2, 0]);
        const string Tank = """ { "Name": "tank", "Kind": "mcp3008", "IntervalMilliseconds": 1000 } """;
        const string HallOnly = """ { "Name": "hall", "Kind": "bme280", "IntervalMilliseconds": 1000 } """;
        _bench.Start($""" "Sensors": [ {HallOnly}, {Tank} ] """).Pass(2);
        _bench.Change($""" "Sensors": [ {HallOnly}, {Tank.Replace("1000", "500")} ] """).Pass(2);
        Assert.False(device.IsDisposed);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], Sequences("tank"));
        Assert.Equal([1, 2, 3, 4, 5], Sequences("hall"));
        _bench.Change($""" "Sensors": [ {Tank} ] """).Pass(3);
        Assert.True(device.IsDisposed);
        Assert.Empty(_bench.SentBy("hall"));
    }

    [Fact]
    public void A_start_has_its_number_and_sequences_begin_anew()
    {
        _bench.I2c[0x76] = SampleChips.Bme280(519_888, 415_148, 30_000);
        _bench.Start(Hall);
        _bench.Start(Hall);
        var sent = Assert.Single(_bench.SentBy("hall"));
        Assert.Equal((2, 1), (sent.GetProperty("start").GetInt64(), sent.GetProperty("sequence").GetInt64()));
    }

    [Fact]
    public void Reading_by_command_is_at_once()
    {
        _bench.I2c[0x76] = SampleChips.Bme280(519_888, 415_148, 30_000);
        _bench.Start(Hall.Replace("1000", "3600000")).Pass(5);
        _bench.Command("""{ "id": "7", "action": "read", "sensor": "hall" }""");
        Assert.Equal([1, 2], Sequences("hall"));
    }

    private long[] Sequences(string sensor) =>
        [.. _bench.SentBy(sensor).Select(static one => one.GetProperty("sequence").GetInt64())];
}
