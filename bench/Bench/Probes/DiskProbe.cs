using System.Diagnostics;

namespace LightMq.Bench.Probes;

/// <summary>
/// What the disk itself can do: groups appended to a preallocated file, one fdatasync each.
/// </summary>
/// <param name="PerSecond">Synced groups per second.</param>
/// <param name="P50Milliseconds">Median of write and sync.</param>
/// <param name="P99Milliseconds">99th percentile of write and sync.</param>
internal sealed record DiskProbe(double PerSecond, double P50Milliseconds, double P99Milliseconds)
{
    public static DiskProbe Run(string folder, int groupBytes, int groups)
    {
        var path = Path.Combine(folder, "fdatasync-probe");
        var group = new byte[groupBytes];
        new Random(1).NextBytes(group);
        using var file =
            new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        var zeros = new byte[1 << 20];
        var length = (long)groupBytes * groups;
        for (var written = 0L; written < length; written += zeros.Length) file.Write(zeros);
        file.Flush(flushToDisk: true);
        file.Position = 0;
        var times = new double[groups];
        var from = Stopwatch.GetTimestamp();
        for (var i = 0; i < groups; i++)
        {
            var at = Stopwatch.GetTimestamp();
            file.Write(group);
            Posix.DataSync(file.SafeFileHandle);
            times[i] = Stopwatch.GetElapsedTime(at).TotalMilliseconds;
        }
        var seconds = Stopwatch.GetElapsedTime(from).TotalSeconds;
        file.Close();
        File.Delete(path);
        Array.Sort(times);
        return new DiskProbe(groups / seconds, times[groups / 2], times[groups * 99 / 100]);
    }
}
