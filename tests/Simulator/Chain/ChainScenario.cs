using LightMq.Broker.Settings;
using LightMq.Central.Core;
using LightMq.Simulator.Network;
using UplinkOptions = LightMq.Uplink.Bridging.BridgeOptions;

namespace LightMq.Simulator.Chain;

/// <summary>What a sensor of the chain is like; times in microseconds.</summary>
public sealed record SensorProfile
{
    public required int Index { get; init; }
    public required string ClientId { get; init; }
    public bool IsLmq { get; init; }
    public bool IsClean { get; init; }
    public IReadOnlyList<int> QosChoices { get; init; } = [1];
    public IReadOnlyList<string> Topics { get; init; } = [];
    public long PublishEvery { get; init; }
    public int ReadingsMax { get; init; }
    public int InflightMax { get; init; } = 5;
    public int PayloadBytesMax { get; init; } = 60;
    /// <summary>How often it says what the central will never take.</summary>
    public double PoisonChance { get; init; }
}

/// <summary>What can befall a disk, a box or a central, once in a run.</summary>
public enum Disaster
{
    /// <summary>The edge's data are gone.</summary>
    Wipe,
    /// <summary>An older copy of the edge's disk is put back.</summary>
    Restore,
    /// <summary>A copy of the edge's disk runs in a second box.</summary>
    Clone,
    /// <summary>The central comes back with what it had some time ago.</summary>
    OlderCentral,
    /// <summary>Another central takes over, with an empty core.</summary>
    OtherCentral,
}

/// <summary>What one seed's chain is made of; drawn by <see cref="ChainMaker"/>. Times in microseconds.
/// </summary>
public sealed record ChainScenario
{
    public required BrokerOptions Edge { get; init; }
    public required BrokerOptions Central { get; init; }
    public required CoreOptions Core { get; init; }
    public required UplinkOptions Uplink { get; init; }
    public required IReadOnlyList<SensorProfile> Sensors { get; init; }
    /// <summary>Between sensors and edge, and edge and uplink.</summary>
    public required Conditions Near { get; init; }
    /// <summary>Between uplink and central.</summary>
    public required Conditions Far { get; init; }
    /// <summary>A central of another make: MQTT 3.1.1, or 5.0 without anything of ours.</summary>
    public bool IsForeign { get; init; }
    public bool SpeaksFive { get; init; } = true;
    public bool HasTokens { get; init; }
    public long TokenLife { get; init; }
    public bool IsOnDisk { get; init; }
    public long CommitMicroseconds { get; init; }
    public long CoreMicroseconds { get; init; }
    public long FaultySpan { get; init; }
    public ushort LocalReceiveMax { get; init; } = 65_535;

    public long CutNearEvery { get; init; }
    public long CutFarEvery { get; init; }
    public bool MayVanish { get; init; }
    public long EdgeDownEvery { get; init; }
    public long UplinkDownEvery { get; init; }
    public long CentralDownEvery { get; init; }
    public long AuthDownEvery { get; init; }
    public long RevokeEvery { get; init; }
    public double DiskFailChance { get; init; }
    public double PowerInCommitChance { get; init; }
    public double FrontChance { get; init; }
    public IReadOnlyList<Disaster> Disasters { get; init; } = [];
}
