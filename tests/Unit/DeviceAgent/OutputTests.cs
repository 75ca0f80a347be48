using LightMq.Unit.DeviceAgent.Simulated;
using Xunit;

namespace LightMq.Unit.DeviceAgent;

/// <summary>Outputs on a simulated chip: safe whenever nobody answers for them.</summary>
public sealed class OutputTests : IDisposable
{
    private const string Pump = """ "Outputs": [ { "Name": "pump", "Line": 22 } ] """;
    private readonly AgentBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void It_is_safe_from_its_first_moment_on_and_commanded_with_an_answer()
    {
        _bench.Start(Pump);
        Assert.Equal([(22, false)], _bench.Chip.History);
        _bench.Command("""{ "id": "a", "action": "set", "output": "pump", "state": "on" }""");
        Assert.True(_bench.Chip[22]);
        var result = Assert.Single(_bench.Sent("board/attic/result"));
        Assert.Equal(("a", "set", "done", "on"), (Text(result, "id"), Text(result, "action"),
            Text(result, "result"), Text(result, "state")));
        Assert.Equal(["off start", "on command a"], States());
    }

    [Fact]
    public void An_inverted_output_that_is_safe_when_on_starts_so()
    {
        _bench.Start(""" "Outputs": [ { "Name": "pump", "Line": 22, "ActiveLow": true, "Safe": "on" } ] """);
        Assert.Equal([(22, false)], _bench.Chip.History);
        _bench.Command("""{ "id": "a", "action": "set", "output": "pump", "state": "off" }""");
        Assert.True(_bench.Chip[22]);
        Assert.True(_bench.Stop());
        Assert.False(_bench.Chip[22]);
        Assert.Equal(["on start", "off command a", "on stop"], States());
    }

    [Fact]
    public void One_that_is_safe_when_high_is_never_low()
    {
        _bench.Start(""" "Outputs": [ { "Name": "pump", "Line": 22, "Safe": "on" } ] """);
        Assert.Equal([(22, true)], _bench.Chip.History);
    }

    [Fact]
    public void After_a_kill_the_next_start_makes_it_safe()
    {
        _bench.Start(Pump);
        _bench.Command("""{ "id": "a", "action": "set", "output": "pump", "state": "on" }""");
        Assert.True(_bench.Chip[22]);
        _bench.Start(Pump);
        Assert.False(_bench.Chip[22]);
    }

    [Fact]
    public void A_stop_makes_it_safe()
    {
        _bench.Start(Pump);
        _bench.Command("""{ "id": "a", "action": "set", "output": "pump", "state": "on" }""");
        Assert.True(_bench.Stop());
        Assert.False(_bench.Chip[22]);
        Assert.Null(_bench.Chip.ModeOf(22));
    }

    [Fact]
    public void Without_contact_it_becomes_safe_and_stays_so()
    {
        _bench.Start(Pump).Pass(1);
        _bench.Command("""{ "id": "a", "action": "set", "output": "pump", "state": "on" }""");
        _bench.IsConnected = false;
        _bench.Pass(59);
        Assert.True(_bench.Chip[22]);
        _bench.Pass(2);
        Assert.False(_bench.Chip[22]);
        _bench.IsConnected = true;
        _bench.Pass(60);
        Assert.False(_bench.Chip[22]);
        Assert.Equal(["off start", "on command a", "off contact lost"], States());
        Assert.Equal(1, _bench.Log.Count("output pump is made safe: contact is lost"));
    }

    [Fact]
    public void One_that_is_being_switched_on_as_contact_is_lost_becomes_safe()
    {
        using var slow = new HandBus();
        _bench.MakeBus = name => name == "gpiochip0" ? slow : null;
        _bench.Start(Pump);
        slow.Work();
        _bench.Pass(1);
        _bench.IsConnected = false;
        _bench.Pass(59);
        _bench.Command("""{ "id": "a", "action": "set", "output": "pump", "state": "on" }""");
        _bench.Pass(5);
        slow.Work();
        _bench.Pass(1);
        slow.Work();
        _bench.Turn();
        Assert.Equal([(22, false), (22, true), (22, false)], _bench.Chip.History);
        Assert.Equal(["off start", "on command a", "off contact lost"], States());
        Assert.Equal(1, _bench.Log.Count("output pump is made safe: contact is lost"));
    }

    [Fact]
    public void Without_the_central_it_becomes_safe_if_it_is_told_so_and_is_not_switched_on()
    {
        _bench.UplinkFile = Path.Combine(_bench.Files.Root, "uplink.json");
        _bench.Files.With("uplink.json", """{"state":"healthy"}""");
        _bench.Start("""
            "Outputs": [ { "Name": "pump", "Line": 22, "Contact": "central", "ContactSecondsMax": 30 } ]
            """);
        _bench.Pass(6);
        _bench.Command("""{ "id": "a", "action": "set", "output": "pump", "state": "on" }""");
        _bench.Pass(60);
        Assert.True(_bench.Chip[22]);
        _bench.Files.Without("uplink.json");
        _bench.Pass(40);
        Assert.False(_bench.Chip[22]);
        _ = _bench.Sent("board/attic/result");
        _bench.Command("""{ "id": "b", "action": "set", "output": "pump", "state": "on" }""");
        Assert.Equal("contact is lost", Text(Assert.Single(_bench.Sent("board/attic/result")), "reason"));
        _bench.Command("""{ "id": "c", "action": "set", "output": "pump", "state": "off" }""");
        Assert.Equal("done", Text(Assert.Single(_bench.Sent("board/attic/result")), "result"));
    }

    [Fact]
    public void It_is_on_no_longer_than_it_may()
    {
        _bench.Start(""" "Outputs": [ { "Name": "pump", "Line": 22, "OnSecondsMax": 100 } ] """);
        _bench.Command("""{ "id": "a", "action": "set", "output": "pump", "state": "on" }""");
        _bench.Pass(60);
        // Said again, the time begins again.
        _bench.Command("""{ "id": "b", "action": "set", "output": "pump", "state": "on" }""");
        _bench.Pass(99);
        Assert.True(_bench.Chip[22]);
        _bench.Pass(2);
        Assert.False(_bench.Chip[22]);
        _bench.Command("""{ "id": "c", "action": "set", "output": "pump", "state": "on", "seconds": 5 }""");
        _bench.Pass(4.9);
        Assert.True(_bench.Chip[22]);
        _bench.Pass(0.2);
        Assert.False(_bench.Chip[22]);
        _bench.Command("""{ "id": "d", "action": "set", "output": "pump", "state": "on", "seconds": 999 }""");
        _bench.Pass(101);
        Assert.False(_bench.Chip[22]);
        Assert.Equal(["off on for its longest time", "off its time is over", "off on for its longest time"],
            States().Where(static state => state.StartsWith("off", StringComparison.Ordinal)).Skip(1));
    }

    [Fact]
    public void A_line_that_cannot_be_written_is_told_and_made_safe_when_it_can()
    {
        _bench.Start(Pump);
        _bench.Chip.Before = static () => throw new IOException("Error 5. Input/output error");
        _bench.Command("""{ "id": "a", "action": "set", "output": "pump", "state": "on" }""");
        Assert.Equal("Error 5. Input/output error",
            Text(Assert.Single(_bench.Sent("board/attic/result")), "reason"));
        Assert.Contains("pump: Error 5", _bench.Line);
        _bench.Chip.Before = static () => { };
        _bench.Pass(61);
        Assert.Equal(["off start", "unknown command a", "off recovered"], States());
        Assert.False(_bench.Chip[22]);
    }

    [Fact]
    public void A_change_of_others_leaves_it_on_and_its_own_makes_it_safe()
    {
        _bench.Start(Pump);
        _bench.Command("""{ "id": "a", "action": "set", "output": "pump", "state": "on" }""");
        _bench.Change(Pump.Replace("} ]", "}, { \"Name\": \"fan\", \"Line\": 23 } ]"));
        Assert.True(_bench.Chip[22]);
        _bench.Change(Pump.Replace("22", "22, \"OnSecondsMax\": 9"));
        Assert.False(_bench.Chip[22]);
    }

    [Fact]
    public void A_line_may_go_from_a_sensor_to_an_output_by_a_change()
    {
        _bench.Start(""" "Sensors": [ { "Name": "door", "Kind": "gpio-input", "Line": 22 } ] """);
        _bench.Change(Pump);
        Assert.Equal(System.Device.Gpio.PinMode.Output, _bench.Chip.ModeOf(22));
        _bench.Change(""" "Sensors": [ { "Name": "door", "Kind": "gpio-input", "Line": 22 } ] """);
        Assert.Equal(System.Device.Gpio.PinMode.Input, _bench.Chip.ModeOf(22));
        Assert.True(_bench.Chip.IsWatched(22));
    }

    private static string? Text(System.Text.Json.JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) ? value.GetString() : null;

    private List<string> States() => [.. _bench.Sent("board/attic/output/pump").Select(static one =>
        $"{Text(one, "state")} {Text(one, "cause")}")];
}
