using LightMq.Simulator.World;

namespace LightMq.Simulator.Chain;

/// <summary>What everything between sensors and core shares.</summary>
public sealed record ChainWorld(Scheduler Scheduler, ChainScenario Scenario, ChainBug Bug, ChainJudge Judge)
{
    private const long TrueOffset = 1_790_000_000_000;

    public Tally Tally => Judge.Tally;
    /// <summary>Things go wrong; else everything must drain.</summary>
    public bool IsFaulty { get; set; } = true;
    public Random Random => Scheduler.Random;
    public long UnixMilliseconds => TrueOffset + Scheduler.Now / 1000;

    /// <summary>Whether a seeded bug strikes now.</summary>
    public bool Strikes(ChainBug bug, double chance) => Bug == bug && Random.Happens(chance);
}
