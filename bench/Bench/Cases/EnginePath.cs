using System.Diagnostics;
using System.Text.Json;
using LightMq.Bench.Reporting;

namespace LightMq.Bench.Cases;

/// <summary>The engine alone, in its own process: time and managed allocation per message.</summary>
internal sealed class EnginePath : IBenchCase
{
    public string Name => "engine";
    public string Title => "the engine alone, store in memory";

    public CaseResult Measure(BenchRun run, string date)
    {
        var info = new ProcessStartInfo(
            "dotnet", [run.Folders.EngineBench, run.Size(1_000_000, 20_000).ToString()])
        { RedirectStandardOutput = true };
        using var process = Process.Start(info)!;
        var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        if (process.ExitCode != 0) throw new BenchFailed("EngineBench: " + string.Join(" | ", lines));
        var rows = new List<string[]>();
        var gates = new List<Gate>();
        foreach (var line in lines)
        {
            using var figures = JsonDocument.Parse(line);
            var path = figures.RootElement.GetProperty("path").GetString()!;
            var bytes = figures.RootElement.GetProperty("bytesPerMessage").GetDouble();
            rows.Add([path,
                BenchRun.Short(figures.RootElement.GetProperty("nanosecondsPerMessage").GetDouble()),
                BenchRun.Short(bytes)]);
            gates.Add(new Gate($"allocation, {path}", Math.Round(bytes, 3), 0, false, "bytes/msg"));
        }
        return new CaseResult(Name, Title, date,
            [
                "`bench/EngineBench` feeds the engine received bytes and takes what it sends; no socket,",
                "no disk. CPU time of its thread; JIT, Release, after warm-up.",
            ],
            ["path", "ns/msg", "managed bytes/msg"], rows, gates);
    }
}
