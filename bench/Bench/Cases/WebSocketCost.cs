using LightMq.Bench.Reporting;
using LightMq.Bench.Servers;

namespace LightMq.Bench.Cases;

/// <summary>One process of ours, by WebSocket and by plain TCP in turn.</summary>
/// <param name="Name">By which it is asked for.</param>
/// <param name="Title">Headline.</param>
/// <param name="Arguments">Of the load generator.</param>
internal sealed record WebSocketCost(string Name, string Title, string Arguments) : IBenchCase
{
    private const double RatioMax = 2;

    public CaseResult Measure(BenchRun run, string date)
    {
        using var ours = run.Brokers.OursOn(Wire.WebSocket);
        var about = new Heading(Name, Title, date, "wire")
        {
            Notes = ["One process of ours; by WebSocket each packet of the generator is a frame of its own."],
            Against = ", against plain TCP",
        };
        return SideBySide.Measure(run, about, Arguments, new Side("WebSocket", ours, Wire.WebSocket),
            new Side("plain TCP", ours), RatioMax);
    }
}
