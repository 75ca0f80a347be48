using LightMq.Cli.Settings;
using LightMq.Cli.Update;
using Xunit;

namespace LightMq.Unit.Cli;

/// <summary>When the box may start anew, and which version is newer.</summary>
public sealed class RestartWindowTests
{
    [Theory]
    [InlineData("2026.11.26-1", "2026.11.26-2", -1)]
    [InlineData("2026.11.9-1", "2026.11.10-1", -1)]
    [InlineData("2026.11.26", "2026.11.26-0", 0)]
    [InlineData("2027.1.1-1", "2026.12.31-9", 1)]
    public void Versions_are_numbers(string one, string other, int order) =>
        Assert.Equal(order, Math.Sign(ImageVersion.Compare(one, other)));

    [Theory]
    [InlineData("02:00-04:00", "01:59", false)]
    [InlineData("02:00-04:00", "02:00", true)]
    [InlineData("02:00-04:00", "04:00", false)]
    [InlineData("22:00-2:00", "23:30", true)]
    [InlineData("22:00 – 02:00", "01:00", true)]
    [InlineData("22:00-02:00", "12:00", false)]
    public void A_window_may_go_over_midnight(string text, string at, bool isWithin)
    {
        Assert.True(DayWindow.TryParse(text, out var window));
        Assert.Equal(isWithin, window.Contains(TimeOnly.Parse(at)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("02:00")]
    [InlineData("02:00-02:00")]
    [InlineData("25:00-26:00")]
    [InlineData("now")]
    public void What_is_no_window_is_none(string text) => Assert.False(DayWindow.TryParse(text, out _));

    [Fact]
    public void It_counts_by_the_box_s_own_time_of_day_once_the_clock_is_set_and_for_a_day_at_most()
    {
        var clock = new StepClock();
        var isSet = false;
        var hour = TimeZoneInfo.CreateCustomTimeZone("x", TimeSpan.FromHours(1), "x", "x");
        var now = TimeOnly.FromDateTime(clock.GetUtcNow().UtcDateTime.AddHours(1));
        var window = new RestartWindow(new DayWindow(now, now.AddHours(1)), hour, clock, () => isSet);
        Assert.False(window.IsOpen);
        isSet = true;
        Assert.True(window.IsOpen);
        clock.Advance(TimeSpan.FromHours(1));
        Assert.False(window.IsOpen);
        clock.Advance(TimeSpan.FromHours(22));
        Assert.False(window.IsOpen);
        isSet = false;
        clock.Advance(TimeSpan.FromHours(1));
        Assert.True(window.IsOpen);
        Assert.True(new RestartWindow(null, hour, clock, () => false).IsOpen);
    }

    [Theory]
    [InlineData("", true, 1)]
    [InlineData("", false, 3)]
    [InlineData("12:00-13:00", false, 1)]
    [InlineData("12:00-13:00", true, 12)]
    [InlineData("now", true, 3)]
    public void It_is_the_window_of_the_command_else_that_of_lightmq_txt(
        string window, bool isOpen, int hour)
    {
        using var box = new BoxRig();
        box.Run("update-window = 00:30-02:30\ntrusted-clock = yes");
        Assert.Equal(isOpen, Window(box, window, hour).IsOpen);
    }

    [Fact]
    public void Without_a_window_it_is_any_time_and_with_one_a_clock_that_nobody_believes_waits()
    {
        using var box = new BoxRig();
        box.Run("hostname = a");
        Assert.True(Window(box, "", 12).IsOpen);
        box.Run("update-window = 00:30-02:30");
        Assert.Contains("\"updateWindow\": \"00:30-02:30\"", box["/etc/lightmq/box.json"]);
        Assert.False(Window(box, "", 12).IsOpen);
    }

    // At a full hour of the time of day that this machine has.
    private static RestartWindow Window(BoxRig box, string window, int hour)
    {
        var clock = new StepClock();
        var now = TimeZoneInfo.ConvertTime(clock.GetUtcNow(), TimeZoneInfo.Local);
        clock.Advance(TimeSpan.FromHours(hour) - now.TimeOfDay);
        return new Installation(box.Paths, new LightMq.Cli.Board.BoxDisk(null), clock, TextWriter.Null)
            .WindowOf(new UpdateRequest("x.raucb", "u1", window, IsForced: false, IsOurs: false));
    }

    /// <summary>Goes on when it is told to.</summary>
    private sealed class StepClock : TimeProvider
    {
        private DateTimeOffset _now = new(2026, 11, 26, 8, 0, 0, TimeSpan.Zero);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => _now;

        public override long GetTimestamp() => _now.Ticks;

        public void Advance(TimeSpan time) => _now += time;
    }
}
