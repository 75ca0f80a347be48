using LightMq.Bench.Probes;
using LightMq.Bench.Reporting;
using LightMq.Bench.Servers;

namespace LightMq.Bench.Cases;

/// <summary>What every case works with.</summary>
/// <param name="Folders">Where things are.</param>
/// <param name="Quick">Smoke run: does it still work, not how fast is it.</param>
/// <param name="Before">An earlier build of ours to compare with; null: the peer.</param>
/// <param name="TurnsEach">Turns of a run that is no smoke run.</param>
internal sealed record BenchRun(BenchFolders Folders, bool Quick, string? Before, int TurnsEach)
{
    public Brokers Brokers { get; } = new(Folders);
    public Load Load { get; } = new(Folders);

    /// <summary>Turns per broker.</summary>
    public int Turns => Quick ? 1 : TurnsEach;

    /// <summary>Arguments for the length of a timed run.</summary>
    public string Length => Quick ? "-d 0.3 --warmup 0.1" : "-d 2 --warmup 0.5";

    /// <summary>A smaller number for a smoke run.</summary>
    public int Size(int full, int quick) => Quick ? quick : full;

    /// <summary>The raw disk with groups as large as ours, in the folder of the data.</summary>
    public DiskProbe Disk() => DiskProbe.Run(Folders.Work, 16_384, Size(2_000, 50));

    /// <summary>The device below the data.</summary>
    public BlockDevice Device { get; } = new(Folders.Work);

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1
            ? sorted[sorted.Length / 2]
            : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>
    /// Median of the turns' ratios: both sides of a turn meet the same neighbours, so on a busy machine this
    /// is steadier than the ratio of the medians.
    /// </summary>
    public static double Ratio(IEnumerable<double> ones, IEnumerable<double> others) =>
        Median(ones.Zip(others, (one, other) => one / other));

    public static string Short(double value) => Report.Short(value);
}
