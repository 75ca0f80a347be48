namespace LightMq.Central.Core;

/// <summary>Bounds of the core.</summary>
public sealed record CoreOptions
{
    /// <summary>Partitions of each parent topic; not to be changed while messages are kept.</summary>
    public int Partitions { get; init; } = 8;

    /// <summary>Length at which a segment is closed and a new one begun.</summary>
    public long SegmentBytes { get; init; } = 64 << 20;

    /// <summary>
    /// Bytes kept; the oldest segments go. 0: no bound but the disk, which then makes publishers wait.
    /// </summary>
    public long KeptBytes { get; init; }

    /// <summary>How long messages are kept, in milliseconds; 0: for ever.</summary>
    public long KeptMilliseconds { get; init; } = 7L * 24 * 3_600_000;
}
