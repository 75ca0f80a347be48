using LightMq.Bench.Reporting;

namespace LightMq.Bench.Cases;

/// <summary>One measurement that can be asked for by name.</summary>
internal interface IBenchCase
{
    string Name { get; }
    string Title { get; }
    CaseResult Measure(BenchRun run, string date);
}
