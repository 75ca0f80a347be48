using LightMq.Broker.Settings;
using LightMq.Simulator.Devices;
using LightMq.Simulator.Network;

namespace LightMq.Simulator.World;

/// <summary>
/// What one seed's world is made of; drawn by <see cref="ScenarioMaker"/>. Times in microseconds.
/// </summary>
public sealed record Scenario
{
    public required BrokerOptions Options { get; init; }
    public required IReadOnlyList<DeviceProfile> Devices { get; init; }
    public required Conditions Conditions { get; init; }
    /// <summary>The real store on a simulated disk, or the quick one.</summary>
    public bool IsOnDisk { get; init; }
    public long CommitMicroseconds { get; init; }
    public long FaultySpan { get; init; }

    /// <summary>Between two cut connections; 0: none are cut.</summary>
    public long CutEvery { get; init; }
    /// <summary>Whether peers may vanish without a sign.</summary>
    public bool MayVanish { get; init; }
    /// <summary>Between two power cuts, kills or restarts; 0: none.</summary>
    public long DownEvery { get; init; }
    public long DownMost { get; init; } = 5 * Scheduler.Second;
    public double DiskFailChance { get; init; }
    public double PowerInCommitChance { get; init; }
    public double PowerInRecoveryChance { get; init; }
    /// <summary>Between two spells of a full disk; 0: none.</summary>
    public long FullEvery { get; init; }

    /// <summary>Between two revoked tokens; 0: none are.</summary>
    public long RevokeEvery { get; init; }
    /// <summary>Between two that come under another's client id; 0: none come.</summary>
    public long ImpostorEvery { get; init; }
    /// <summary>Between two changes of the quotas; 0: there are none.</summary>
    public long QuotaEvery { get; init; }

    public bool IsFaultless => CutEvery == 0 && DownEvery == 0 && DiskFailChance == 0 && FullEvery == 0
        && PowerInCommitChance == 0;
}
