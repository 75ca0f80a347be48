using LightMq.Broker;

namespace LightMq.Net;

/// <summary>Reads the time of a turn: monotonic since it was made, and the wall clock.</summary>
/// <param name="time">The clocks.</param>
/// <param name="isTrusted">
/// Whether the wall clock is right; asked once a second until it is. Null: it is.
/// </param>
internal sealed class LoopClock(TimeProvider time, Func<bool>? isTrusted)
{
    private const long AskMilliseconds = 1000;

    private readonly long _start = time.GetTimestamp();
    private readonly long _unitsPerMillisecond = time.TimestampFrequency / 1000;
    private bool _isTrusted = isTrusted is null;
    private long _askAt;

    /// <summary>The time now.</summary>
    public Now Read()
    {
        var milliseconds = (time.GetTimestamp() - _start) / _unitsPerMillisecond;
        if (!_isTrusted && milliseconds >= _askAt)
        {
            _askAt = milliseconds + AskMilliseconds;
            _isTrusted = isTrusted!();
        }
        return new Now(milliseconds, time.GetUtcNow().ToUnixTimeMilliseconds(), _isTrusted);
    }
}
