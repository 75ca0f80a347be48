using LightMq.Bench.Reporting;

namespace LightMq.Bench.Cases;

/// <summary>The same load on ours and on the peer; or on ours and an earlier build of ours.</summary>
/// <param name="Name">By which it is asked for.</param>
/// <param name="Title">Headline.</param>
/// <param name="Arguments">Of the load generator.</param>
/// <param name="RatioMax">The gate; null: none.</param>
internal sealed record Comparison(string Name, string Title, string Arguments, double? RatioMax) : IBenchCase
{
    // What a change may cost the plain path.
    private const double BeforeRatioMax = 1.05;

    public CaseResult Measure(BenchRun run, string date)
    {
        var about = new Heading(Name, Title, date, "broker");
        using var ours = run.Brokers.OursInMemory();
        if (run.Before is { } program)
        {
            using var before = run.Brokers.Before(program);
            return SideBySide.Measure(run, about with { Against = ", against before" }, Arguments,
                new Side(ours.Name, ours), new Side(before.Name, before), BeforeRatioMax);
        }
        using var peer = run.Brokers.Peer();
        return SideBySide.Measure(
            run, about, Arguments, new Side(ours.Name, ours), new Side(peer.Name, peer), RatioMax);
    }
}
