namespace LightMq.Broker;

/// <summary>The time of one input, read once by the host; the engine reads no clock of its own.</summary>
/// <param name="Milliseconds">Monotonic milliseconds since the process started.</param>
/// <param name="UnixMilliseconds">Wall clock, milliseconds since the epoch.</param>
/// <param name="Trusted">Whether the wall clock is known to be right (design page, "Clocks").</param>
public readonly record struct Now(long Milliseconds, long UnixMilliseconds, bool Trusted = true);
