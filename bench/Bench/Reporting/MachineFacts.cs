using System.Globalization;
using System.Runtime.InteropServices;
using LightMq.Bench.Servers;

namespace LightMq.Bench.Reporting;

/// <summary>What the figures were measured on, without a word about where.</summary>
internal static class MachineFacts
{
    public static IEnumerable<string> All()
    {
        var processor = FirstValue("/proc/cpuinfo", "model name");
        var peer = Brokers.PeerVersion();
        var runtime = RuntimeInformation.FrameworkDescription.Split(' ')[^1];
        yield return $"Processor: {processor}, {Environment.ProcessorCount} cores";
        yield return $"Memory: {Gibibytes()}";
        yield return $"Kernel: {File.ReadAllText("/proc/sys/kernel/osrelease").Trim()}";
        yield return
            $"Peer: {peer}, max_inflight_messages 1000, max_queued_messages 100000, no persistence";
        yield return $"Ours: NativeAOT, stripped; built with .NET {runtime}";
    }

    private static string Gibibytes()
    {
        var kib = double.Parse(
            FirstValue("/proc/meminfo", "MemTotal").Split(' ')[0], CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"{kib / (1 << 20):F1} GiB");
    }

    private static string FirstValue(string file, string key)
    {
        var line = File.ReadLines(file).FirstOrDefault(l => l.StartsWith(key, StringComparison.Ordinal));
        return line == null ? "unknown" : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }
}
