namespace LightMq.Unit.Uplink;

/// <summary>A wall clock that a test sets; it measures no waits.</summary>
internal sealed class HandClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;

    public override DateTimeOffset GetUtcNow() => Now;
}
