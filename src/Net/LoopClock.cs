using LightMq.Broker;

namespace LightMq.Net;

/// <summary>Reads the time of a turn: monotonic since it was made, and the wall clock.</summary>
internal sealed class LoopClock(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();
    private readonly long _unitsPerMillisecond = time.TimestampFrequency / 1000;

    /// <summary>The time now.</summary>
    public Now Read() => new(
        (time.GetTimestamp() - _start) / _unitsPerMillisecond, time.GetUtcNow().ToUnixTimeMilliseconds());
}
