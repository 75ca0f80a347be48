using System.Text.Json;
using LightMq.Unit.DeviceAgent.Simulated;
using Xunit;

namespace LightMq.Unit.DeviceAgent;

/// <summary>Commands, good and bad.</summary>
public sealed class CommandTests : IDisposable
{
    private readonly AgentBench _bench = new();

    public CommandTests() => _bench.Start(""" "Outputs": [ { "Name": "pump", "Line": 22 } ] """);

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("", "set", "there is no such output")]
    [InlineData(""" "output": "fan", "state": "on" """, "set", "there is no such output")]
    [InlineData(""" "output": "pump", "state": "ON" """, "set", "state is not one of on, off, safe")]
    [InlineData(""" "output": "pump", "state": "on", "seconds": -1 """, "set", "seconds is not a number")]
    [InlineData(""" "output": "pump", "state": "on", "seconds": "5" """, "set", "seconds is not a number")]
    [InlineData("", "explode", "action is not one of identify, read, set, set-counter, update")]
    [InlineData(""" "sensor": "hall" """, "read", "there is no such sensor")]
    [InlineData(""" "seconds": 1e9 """, "identify", "seconds is not a number")]
    public void A_wrong_command_is_answered_with_what_is_wrong(string more, string action, string reason)
    {
        _bench.Command($$"""{ "id": "1", "action": "{{action}}" {{(more.Length > 0 ? "," + more : "")}} }""");

        var result = Assert.Single(Results());

        Assert.Equal("refused", result.GetProperty("result").GetString());
        Assert.StartsWith(reason, result.GetProperty("reason").GetString());
        Assert.Equal([(22, false)], _bench.Chip.History);
    }

    [Theory]
    [InlineData("")]
    [InlineData("on")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{ "id": 7, "action": "set" }""")]
    [InlineData("""{ "id": "", "action": "set" }""")]
    [InlineData("""{ "id": "1", "id": "2", "action": "set", "output": "pump", "state": "on" }""")]
    [InlineData("""{ "id": "1", "action": "set", "output": "pump", "state": "on" """)]
    [InlineData("[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]")]
    public void What_is_no_command_is_logged_and_nothing_else(string text)
    {
        _bench.Command(text);
        Assert.Empty(Results());
        Assert.Equal(1, _bench.Log.Count("a command on board/attic/command cannot be read"));
        Assert.Equal([(22, false)], _bench.Chip.History);
    }

    [Fact]
    public void One_that_comes_twice_is_answered_twice_and_carried_out_once()
    {
        const string On = """{ "id": "1", "action": "set", "output": "pump", "state": "on" }""";
        _bench.Command(On);
        _bench.Command("""{ "id": "2", "action": "set", "output": "pump", "state": "off" }""");
        _bench.Command(On);
        Assert.False(_bench.Chip[22]);
        Assert.Equal(["1", "2", "1"], Results().Select(static one => one.GetProperty("id").GetString()));
    }

    [Fact]
    public void One_that_is_retained_or_too_late_is_refused()
    {
        _bench.Command("""{ "id": "1", "action": "set", "output": "pump", "state": "on" }""",
            isRetained: true);
        var past = _bench.Clock.GetUtcNow().ToUnixTimeMilliseconds() - 1;
        _bench.Command(
            $$"""{ "id": "2", "action": "set", "output": "pump", "state": "on", "validUntil": {{past}} }""");
        Assert.False(_bench.Chip[22]);
        var soon = past + 1_000;
        _bench.Command(
            $$"""{ "id": "3", "action": "set", "output": "pump", "state": "on", "validUntil": {{soon}} }""");
        Assert.True(_bench.Chip[22]);
        Assert.Equal(["refused", "refused", "done"],
            Results().Select(static one => one.GetProperty("result").GetString()));
    }

    [Fact]
    public void A_flood_of_commands_is_cut_off()
    {
        for (var i = 0; i < 1_000; i++)
            _bench.Command($$"""{ "id": "{{i}}", "action": "set", "output": "pump", "state": "on" }""");
        Assert.Equal(20, Results().Count);
        Assert.Equal(1, _bench.Log.Count("more than 20 commands a second"));
        _bench.Pass(1);
        _bench.Command("""{ "id": "later", "action": "set", "output": "pump", "state": "off" }""");
        Assert.Equal("done", Assert.Single(Results()).GetProperty("result").GetString());
    }

    [Fact]
    public void A_peer_is_answered_where_it_says()
    {
        const string To = "plant/p2p/GID_plant@@@board1";
        _bench.Command("""{ "id": "1", "action": "identify", "answerTo": "GID_ops@@@desk" }""", To);
        Assert.Single(_bench.Sent("plant/p2p/GID_ops@@@desk"));
        _bench.Command("""{ "id": "2", "action": "identify", "answerTo": "no client id" }""", To);
        _bench.Command("""{ "id": "3", "action": "identify", "answerTo": "GID_ops@@@desk" }""");
        Assert.Equal(["2", "3"], Results().Select(static one => one.GetProperty("id").GetString()));
    }

    private List<JsonElement> Results() => _bench.Sent("board/attic/result");
}
