namespace LightMq.Bench.Probes;

/// <summary>
/// What the block device below a folder was given to write, by anybody. A process's own write_bytes is no
/// use: kernels with large folios count a whole folio (256 KiB and more) for each 4 KiB written into it.
/// </summary>
internal sealed class BlockDevice(string folder)
{
    private readonly string? _statistics = StatisticsOf(folder);

    /// <summary>Bytes written since the machine started; 0 where the device has no statistics.</summary>
    public long BytesWritten =>
        _statistics == null
            ? 0
            : long.Parse(
                File.ReadAllText(_statistics).Split(' ', StringSplitOptions.RemoveEmptyEntries)[6]) * 512;

    // mountinfo: id parent major:minor root mountpoint …; the longest mount point that holds the folder is
    // it.
    private static string? StatisticsOf(string folder)
    {
        var best = File.ReadLines("/proc/self/mountinfo")
            .Select(line => line.Split(' '))
            .Where(fields => folder.StartsWith(fields[4], StringComparison.Ordinal))
            .MaxBy(fields => fields[4].Length);
        var statistics = best == null ? null : $"/sys/dev/block/{best[2]}/stat";
        return File.Exists(statistics) ? statistics : null;
    }
}
