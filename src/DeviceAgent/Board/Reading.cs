using System.Text.Json;
using System.Text.Json.Serialization;

namespace LightMq.DeviceAgent.Board;

/// <summary>
/// The figures of one moment, as they are published (docs/FORMATS.md). What the board does not offer is null
/// and left out of the JSON: a missing figure must never look like a zero.
/// </summary>
public sealed record Reading
{
    /// <summary>The board: its client id.</summary>
    public required string Unit { get; init; }
    /// <summary>Which start of the agent it belongs to.</summary>
    public long? Start { get; init; }
    /// <summary>1, 2, 3 … since the agent started.</summary>
    public required long Sequence { get; init; }
    /// <summary>When it was read, milliseconds since 1970 by the board's clock.</summary>
    public required long Time { get; init; }
    /// <summary>Whether the clock is believed: trusted or untrusted.</summary>
    public string? Clock { get; init; }
    /// <summary>Seconds since the kernel started.</summary>
    public double? UptimeSeconds { get; init; }
    /// <summary>Thermal zone or hwmon sensor to degrees Celsius.</summary>
    public SortedDictionary<string, double>? Temperatures { get; init; }
    /// <summary>Load average over 1 minute.</summary>
    public double? Load1 { get; init; }
    /// <summary>Load average over 5 minutes.</summary>
    public double? Load5 { get; init; }
    /// <summary>Load average over 15 minutes.</summary>
    public double? Load15 { get; init; }
    /// <summary>Memory fitted, bytes.</summary>
    public long? MemoryTotalBytes { get; init; }
    /// <summary>Memory that programs may still have, bytes.</summary>
    public long? MemoryAvailableBytes { get; init; }
    /// <summary>Size of the root file system, bytes.</summary>
    public long? DiskTotalBytes { get; init; }
    /// <summary>Free on the root file system for ordinary users, bytes.</summary>
    public long? DiskFreeBytes { get; init; }

    /// <summary>Size of the data disk, bytes.</summary>
    public long? DataTotalBytes { get; init; }
    /// <summary>Free on the data disk for ordinary users, bytes.</summary>
    public long? DataFreeBytes { get; init; }
    /// <summary>Inodes of the data disk; null where files are not bounded by them.</summary>
    public long? DataInodesTotal { get; init; }
    /// <summary>Free inodes of the data disk.</summary>
    public long? DataInodesFree { get; init; }
    /// <summary>missing: the board runs without its data disk, in memory.</summary>
    public string? DataDisk { get; init; }
    /// <summary>What the firmware holds back now: under-voltage, frequency-capped, throttled,
    /// soft-temperature-limit.</summary>
    public IReadOnlyList<string>? Throttled { get; init; }
    /// <summary>The same since the kernel started.</summary>
    public IReadOnlyList<string>? ThrottledSinceBoot { get; init; }
    /// <summary>Whether the supply is too low, as the kernel's driver rpi_volt tells it.</summary>
    public bool? UnderVoltage { get; init; }
    /// <summary>State of the link to the central, as the uplink tells it; away: there is no uplink.</summary>
    public string? Uplink { get; init; }
    /// <summary>Messages that the agent has skipped because the broker was away.</summary>
    public long? Skipped { get; init; }

    /// <summary>The payload: UTF-8 JSON.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, ReadingJson.Default.Reading);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Reading))]
internal sealed partial class ReadingJson : JsonSerializerContext;
