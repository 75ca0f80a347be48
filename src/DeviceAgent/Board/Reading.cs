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
    /// <summary>1, 2, 3 … since the agent started.</summary>
    public required long Sequence { get; init; }
    /// <summary>When it was read, milliseconds since 1970 by the board's clock.</summary>
    public required long Time { get; init; }
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

    /// <summary>The payload: UTF-8 JSON.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, ReadingJson.Default.Reading);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Reading))]
internal sealed partial class ReadingJson : JsonSerializerContext;
