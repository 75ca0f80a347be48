using System.Diagnostics;
using System.Text.Json;

namespace LightMq.Bench.Cases;

/// <summary>Runs <c>bench/EngineBench</c> and reads its lines.</summary>
internal static class EngineProcess
{
    /// <summary>The JSON objects that it prints, one for each path.</summary>
    /// <exception cref="BenchFailed">It ended with an error.</exception>
    public static List<JsonElement> Run(BenchRun run, params string[] arguments)
    {
        var info = new ProcessStartInfo(run.Folders.EngineBench, arguments)
        {
            RedirectStandardOutput = true,
        };
        using var process = System.Diagnostics.Process.Start(info)!;
        var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        if (process.ExitCode != 0) throw new BenchFailed("EngineBench: " + string.Join(" | ", lines));
        return [.. lines.Select(static line => JsonDocument.Parse(line).RootElement.Clone())];
    }
}
