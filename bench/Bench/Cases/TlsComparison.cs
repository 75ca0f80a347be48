using LightMq.Bench.Reporting;
using LightMq.Bench.Servers;

namespace LightMq.Bench.Cases;

/// <summary>The same load on both brokers' TLS listeners, which agree on the same ciphers.</summary>
/// <param name="Name">By which it is asked for.</param>
/// <param name="Title">Headline.</param>
/// <param name="Arguments">Of the load generator.</param>
internal sealed record TlsComparison(string Name, string Title, string Arguments) : IBenchCase
{
    private const double RatioMax = 1;

    public CaseResult Measure(BenchRun run, string date)
    {
        var pair = CertificatePair.P256(run.Folders);
        using var ours = run.Brokers.OursOn(Wire.Tls, pair);
        using var peer = run.Brokers.PeerOnTls(pair);
        var about = new Heading(Name, Title, date, "broker")
        {
            Notes = [$"Both: {run.Load.Agreed(ours, peer)}."],
        };
        return SideBySide.Measure(run, about, Arguments, new Side(ours.Name, ours, Wire.Tls),
            new Side(peer.Name, peer, Wire.Tls), RatioMax);
    }
}
