using LightMq.Bench.Reporting;

namespace LightMq.Bench.Cases;

/// <summary>The engine alone, in its own process: time and managed allocation per message.</summary>
internal sealed class EnginePath : IBenchCase
{
    public string Name => "engine";
    public string Title => "the engine alone, store in memory";

    public CaseResult Measure(BenchRun run, string date)
    {
        var rows = new List<string[]>();
        var gates = new List<Gate>();
        foreach (var figures in EngineProcess.Run(run, $"{run.Size(1_000_000, 20_000)}"))
        {
            var path = figures.GetProperty("path").GetString()!;
            var bytes = figures.GetProperty("bytesPerMessage").GetDouble();
            rows.Add([path,
                BenchRun.Short(figures.GetProperty("nanosecondsPerMessage").GetDouble()),
                BenchRun.Short(bytes)]);
            gates.Add(new Gate($"allocation, {path}", Math.Round(bytes, 3), 0, false, "bytes/msg"));
        }
        return new CaseResult(Name, Title, date,
            [
                "`bench/EngineBench` feeds the engine received bytes and takes what it sends; no socket,",
                "no disk. CPU time of its thread; NativeAOT, after warm-up.",
            ],
            ["path", "ns/msg", "managed bytes/msg"], rows, gates);
    }
}
