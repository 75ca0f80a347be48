namespace LightMq.Simulator.Machine;

/// <summary>What the disk does to its owner while faults are on.</summary>
public sealed class DiskFaults
{
    /// <summary>Whether chance may strike at all (phase 1).</summary>
    public bool Active { get; set; }
    /// <summary>Chance that a commit, a read or an opening fails.</summary>
    public double FailChance { get; init; }
    /// <summary>Chance that the power fails during a commit.</summary>
    public double PowerChance { get; init; }
    /// <summary>Chance that the power fails while the store is opened.</summary>
    public double RecoveryPowerChance { get; init; }
    /// <summary>Whether writes find no room.</summary>
    public bool IsFull { get; set; }
}
