using LightMq.Cli.Settings;

namespace LightMq.Cli.Update;

/// <summary>
/// Waits for the part of the day in which the box may start anew. A clock that nobody has set says nothing of
/// the time of day; it is given a day to be set, for a box must not wait for ever.
/// </summary>
/// <param name="window">The part of the day; null: any time.</param>
/// <param name="zone">Where the box is.</param>
/// <param name="time">The clock.</param>
/// <param name="isClockSet">Whether the clock is believed.</param>
internal sealed class RestartWindow(
    DayWindow? window, TimeZoneInfo zone, TimeProvider time, Func<bool> isClockSet)
{
    /// <summary>After so long it is any time.</summary>
    public static readonly TimeSpan WaitMax = TimeSpan.FromHours(24);

    /// <summary>How often it looks; the clock may be set meanwhile.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    private readonly long _from = time.GetTimestamp();

    /// <summary>Whether it is time.</summary>
    public bool IsOpen => window is not { } part
        || (isClockSet() && part.Contains(TimeOnly.FromDateTime(
            TimeZoneInfo.ConvertTime(time.GetUtcNow(), zone).DateTime)))
        || time.GetElapsedTime(_from) >= WaitMax;

    /// <summary>Waits until it is.</summary>
    public void Wait()
    {
        while (!IsOpen)
        {
            using var pause = new ManualResetEventSlim();
            using var timer = time.CreateTimer(_ => pause.Set(), null, Pause, Timeout.InfiniteTimeSpan);
            pause.Wait();
        }
    }
}
