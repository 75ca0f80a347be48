using LightMq.Simulator.Machine;
using LightMq.Simulator.Oracle;

namespace LightMq.Simulator.World;

/// <summary>What everything in one simulated world shares.</summary>
public sealed record Surroundings(Scheduler Scheduler, Scenario Scenario, Judge Judge, SeededBug Bug)
{
    /// <summary>What happened how often.</summary>
    public Tally Tally => Judge.Tally;

    /// <summary>Phase 1: things go wrong and devices come and go. Phase 2: everything must drain.</summary>
    public bool IsFaulty { get; set; } = true;
}
