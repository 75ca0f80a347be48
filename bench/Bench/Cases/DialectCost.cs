using LightMq.Bench.Reporting;

namespace LightMq.Bench.Cases;

/// <summary>What the LMQ dialect costs over Plain, and what a token check costs (LMQ-TOK-5).</summary>
internal sealed class DialectCost : IBenchCase
{
    private const string Plain = "fan-in 10 → 1, QoS 1";
    private const string Signature = $"{Plain}, lmq by signature", Tokens = $"{Plain}, lmq by token";
    private const double SignatureRatioMax = 1.10, TokenRatioMax = 1.15;
    private const int ChecksMin = 10_000;

    public string Name => "dialect";
    public string Title => "the LMQ dialect over Plain, and token checks";

    public CaseResult Measure(BenchRun run, string date)
    {
        var times = new Dictionary<string, List<double>> { [Plain] = [], [Signature] = [], [Tokens] = [] };
        // In turn, so that neighbours on the machine meet all alike.
        for (var turn = 0; turn < run.Turns; turn++)
            foreach (var (path, its) in times)
                its.Add(EngineProcess.Run(run, $"{run.Size(1_000_000, 20_000)}", path)
                    .Single().GetProperty("nanosecondsPerMessage").GetDouble());
        var rows = new List<string[]>();
        foreach (var (path, its) in times)
            rows.Add([path, $"{BenchRun.Short(BenchRun.Median(its))} ns/msg",
                $"{BenchRun.Short(BenchRun.Ratio(its, times[Plain]))} ×"]);
        var gates = new List<Gate>
        {
            new("engine time per message, LMQ by signature over Plain",
                BenchRun.Ratio(times[Signature], times[Plain]), SignatureRatioMax, false, "×"),
            new("engine time per message, LMQ by token over Plain",
                BenchRun.Ratio(times[Tokens], times[Plain]), TokenRatioMax, false, "×"),
        };
        foreach (var check in EngineProcess.Run(run, "tokens", $"{run.Size(20_000, 500)}"))
        {
            var path = check.GetProperty("path").GetString()!;
            var perSecond = check.GetProperty("checksPerCpuSecond").GetDouble();
            rows.Add([path, $"{check.GetProperty("microsecondsPerCheck").GetDouble():F1} µs",
                $"{perSecond:N0} per CPU second"]);
            if (path.StartsWith("token with 2 ", StringComparison.Ordinal))
                gates.Add(new Gate($"token checks per CPU second, {path}", perSecond, ChecksMin, true, "/s"));
        }
        return new CaseResult(Name, Title, date,
            [
                "`bench/EngineBench`, CPU time of its thread; ratios are medians of the turns' ratios. A",
                "token is checked once and then remembered; the bare verification is the curve alone.",
            ],
            ["what", "CPU time", ""], rows, gates);
    }
}
