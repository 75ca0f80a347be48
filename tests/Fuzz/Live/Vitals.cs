using System.Globalization;

namespace LightMq.Fuzz.Live;

/// <summary>How a process does, as the kernel sees it.</summary>
/// <param name="Seconds">Since the first look.</param>
/// <param name="IsAlive">It runs; the rest is 0 if not.</param>
/// <param name="Descriptors">Open file descriptors.</param>
/// <param name="Threads">Its threads.</param>
/// <param name="ResidentKilobytes">Memory resident, in KiB.</param>
internal sealed record Vitals(
    double Seconds, bool IsAlive, int Descriptors, int Threads, int ResidentKilobytes)
{
    /// <summary>Looks at a process.</summary>
    public static Vitals Of(int processId, double seconds)
    {
        try
        {
            var status = File.ReadAllLines($"/proc/{processId}/status");
            if (status.Any(static line => line.StartsWith("State:\tZ", StringComparison.Ordinal)))
                return new Vitals(seconds, false, 0, 0, 0);
            return new Vitals(seconds, true, Directory.GetFiles($"/proc/{processId}/fd").Length,
                Number(status, "Threads:"), Number(status, "VmRSS:"));
        }
        catch (IOException)
        {
            return new Vitals(seconds, false, 0, 0, 0);
        }
    }

    private static int Number(string[] status, string key)
    {
        var words = status.First(line => line.StartsWith(key, StringComparison.Ordinal))
            .Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        return int.Parse(words[1], CultureInfo.InvariantCulture);
    }
}
