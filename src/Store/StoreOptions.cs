namespace LightMq.Store;

/// <summary>Sizes of the store; the defaults are for a device, tests take small ones.</summary>
public sealed record StoreOptions
{
    /// <summary>Length of the log, written with zeros when it is made.</summary>
    public int LogBytes { get; init; } = 16 << 20;

    /// <summary>A log longer than this is moved into the data file before the next group.</summary>
    public int CheckpointBytes { get; init; } = 6 << 20;

    /// <summary>
    /// Room held in the data file ahead of need, so that a full disk is known while groups can still be
    /// stored.
    /// </summary>
    public int ReserveBytes { get; init; } = 8 << 20;

    /// <summary>
    /// Called now and then during long work (an opening that verifies or salvages a large store), so that a
    /// watchdog can tell work from standstill.
    /// </summary>
    public Action Progress { get; init; } = static () => { };

    /// <summary>Longest wait between two attempts while the disk refuses.</summary>
    public int RetryMillisecondsMax { get; init; } = 5_000;
}
