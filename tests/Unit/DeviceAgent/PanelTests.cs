using LightMq.Unit.DeviceAgent.Simulated;
using Xunit;

namespace LightMq.Unit.DeviceAgent;

/// <summary>Status LEDs and the button.</summary>
public sealed class PanelTests : IDisposable
{
    private const string Panel = """
        "Leds": [ { "Line": 24 } ], "Button": { "Line": 23 }
        """;
    private readonly AgentBench _bench = new();

    public PanelTests()
    {
        _bench.Chip.Drive(23, true);
        _bench.IsConnected = false;
    }

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void It_blinks_at_the_start_and_shines_when_all_is_well()
    {
        _bench.Start(Panel);
        Assert.Equal("10101", Seen(2.4, 0.5));
        _bench.IsConnected = true;
        _bench.Pass(1);
        Assert.DoesNotContain('0', Seen(10, 0.1));
        _bench.IsConnected = false;
        _bench.Pass(1);
        Assert.Contains("0000000", Seen(4, 0.1));
        Assert.Contains("broker away", _bench.Line);
    }

    [Fact]
    public void Without_any_named_the_board_s_own_LED_is_taken()
    {
        _bench.Files.With("sys/class/leds/ACT/trigger", "mmc0").With("sys/class/leds/ACT/brightness", "0");
        _bench.Start("");
        _bench.IsConnected = true;
        _bench.Pass(6);
        Assert.Equal("1", File.ReadAllText(Path.Combine(_bench.Files.Root, "sys/class/leds/ACT/brightness")));
        Assert.Equal("none", File.ReadAllText(Path.Combine(_bench.Files.Root, "sys/class/leds/ACT/trigger")));
    }

    [Fact]
    public void The_most_urgent_is_shown()
    {
        _bench.UplinkFile = Path.Combine(_bench.Files.Root, "uplink.json");
        _bench.Start(Panel);
        _bench.IsConnected = true;
        _bench.Pass(6);
        Assert.StartsWith("uplink away", _bench.Line);
        _bench.Files.With("uplink.json", """{"state":"healthy"}""");
        _bench.Pass(6);
        Assert.StartsWith("healthy", _bench.Line);
        _bench.Files.With("run/lightmq/provision.json", """{"state":"mistakes"}""");
        _bench.Pass(6);
        Assert.StartsWith("provisioning error", _bench.Line);
        _bench.Files.With("run/lightmq/no-data", "");
        _bench.Pass(6);
        Assert.StartsWith("storage trouble", _bench.Line);
        _bench.Command("""{ "id": "1", "action": "identify", "seconds": 20 }""");
        Assert.StartsWith("identify", _bench.Line);
        _bench.Pass(21);
        Assert.StartsWith("storage trouble", _bench.Line);
        _bench.Files.Without("run/lightmq/no-data").With(
            "run/lightmq/provision.json", """{"state":"ready"}""");
        _bench.Pass(6);
        Assert.StartsWith("healthy", _bench.Line);
    }

    [Theory]
    [InlineData("""{"state":"mistakes","note":""}""", true)]
    [InlineData("""{"state":"failed","note":"No space left on device"}""", true)]
    [InlineData("""{"state":"ready","note":"the card cannot be read: Input/output error"}""", true)]
    [InlineData("""{"state":"unprovisioned","note":"the card cannot be written: it is away"}""", true)]
    [InlineData("""{"state":"ready","note":""}""", false)]
    [InlineData("""{"state":"unprovisioned","note":""}""", false)]
    [InlineData("""{"state":7,"note":[]}""", false)]
    [InlineData("""["failed"]""", false)]
    [InlineData("""{"state":"failed""", false)]
    public void Provisioning_that_went_wrong_is_blinked(string report, bool isShown)
    {
        _bench.Files.With("run/lightmq/provision.json", report);
        _bench.IsConnected = true;
        _bench.Start(Panel).Pass(6);
        Assert.StartsWith(isShown ? "provisioning error" : "healthy", _bench.Line);
    }

    [Fact]
    public void A_long_press_identifies_and_says_so()
    {
        _bench.Start(Panel);
        Press(2.8);
        Assert.Empty(_bench.Sent("board/attic/event"));
        Press(3.2);
        var told = Assert.Single(_bench.Sent("board/attic/event"));
        Assert.Equal(("identify", "button"),
            (told.GetProperty("event").GetString(), told.GetProperty("cause").GetString()));
        Assert.StartsWith("identify", _bench.Line);
        Assert.Contains("110", Seen(3, 0.1));
        _bench.Pass(60);
        Assert.StartsWith("starting", _bench.Line);
    }

    [Fact]
    public void A_very_long_press_asks_for_a_reset_which_is_seen_before()
    {
        _bench.Start(Panel);
        _bench.Chip.Drive(23, false);
        _bench.Pass(7.2);
        Assert.StartsWith("factory reset armed", _bench.Line);
        Assert.False(File.Exists(Request));
        _bench.Pass(2.9);
        Assert.True(File.Exists(Request));
        Assert.StartsWith("factory reset;", _bench.Line);
        Assert.Equal(["identify", "factory-reset"],
            _bench.Sent("board/attic/event").Select(static one => one.GetProperty("event").GetString()));
        Assert.Contains("\"by\":\"button\"", File.ReadAllText(Request));
    }

    [Fact]
    public void Who_lets_go_in_time_has_asked_for_nothing()
    {
        _bench.Start(Panel);
        Press(9.8);
        _bench.Pass(60);
        Assert.False(File.Exists(Request));
        Assert.DoesNotContain("reset", _bench.Line);
    }

    [Fact]
    public void A_button_that_is_pressed_from_the_beginning_does_nothing_until_it_was_let_go()
    {
        _bench.Chip.Drive(23, false);
        _bench.Start(Panel).Pass(60);
        Assert.False(File.Exists(Request));
        Assert.Empty(_bench.Sent("board/attic/event"));
        _bench.Chip.Drive(23, true);
        _bench.Pass(1);
        Press(3.5);
        Assert.Single(_bench.Sent("board/attic/event"));
    }

    [Fact]
    public void Without_a_place_for_the_request_nothing_is_pretended()
    {
        _bench.Start(Panel);
        Directory.Delete(_bench.RuntimeDirectory);
        Press(11);
        Assert.Equal(1, _bench.Log.Count("factory reset is asked for, but"));
        Assert.DoesNotContain(_bench.Sent("board/attic/event"), static one =>
            one.GetProperty("event").GetString() == "factory-reset");
    }

    [Fact]
    public void An_led_of_the_kernel_is_taken_over_and_one_that_is_missing_told_once()
    {
        _bench.Files.With("sys/class/leds/ACT/trigger", "[mmc0]").With("sys/class/leds/ACT/brightness", "0")
            .With("sys/class/leds/ACT/max_brightness", "255");
        _bench.Start(""" "Leds": [ { "Led": "ACT" }, { "Led": "PWR" } ] """);
        Assert.Equal(("none", "255"), (Kernel("trigger"), Kernel("brightness")));
        _bench.Pass(0.6);
        Assert.Equal("0", Kernel("brightness"));
        _bench.Pass(30);
        Assert.Equal(1, _bench.Log.Count("the kernel shows no LED PWR"));
    }

    private string Request => Path.Combine(_bench.RuntimeDirectory, "factory-reset-request");

    private string Kernel(string file) =>
        File.ReadAllText(Path.Combine(_bench.Files.Root, "sys/class/leds/ACT", file));

    private void Press(double seconds)
    {
        _bench.Chip.Drive(23, false);
        _bench.Pass(seconds);
        _bench.Chip.Drive(23, true);
        _bench.Pass(0.2);
    }

    private string Seen(double seconds, double every)
    {
        var seen = "";
        for (var at = 0.0; at < seconds; at += every)
        {
            seen += _bench.Chip[24] ? '1' : '0';
            _bench.Pass(every);
        }
        return seen;
    }
}
