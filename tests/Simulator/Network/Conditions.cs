using LightMq.Simulator.World;

namespace LightMq.Simulator.Network;

/// <summary>How one network behaves; times in microseconds.</summary>
public sealed record Conditions
{
    public long LatencyLow { get; init; } = 100;
    public long LatencyHigh { get; init; } = 5_000;
    /// <summary>How often a piece is held back for long.</summary>
    public double DelayChance { get; init; }
    public long DelayMost { get; init; } = 2 * Scheduler.Second;
    /// <summary>How often bytes written at once arrive in pieces.</summary>
    public double PieceChance { get; init; } = 0.1;

    public long Latency(Random random) => random.Happens(DelayChance)
        ? random.Spread(LatencyHigh, LatencyHigh + DelayMost)
        : random.Spread(LatencyLow, LatencyHigh);
}
