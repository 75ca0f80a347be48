using LightMq.Bench.Reporting;
using LightMq.Bench.Servers;

namespace LightMq.Bench.Cases;

/// <summary>
/// What a TLS peer costs until it is in: connect, handshake, CONNECT, CONNACK, DISCONNECT, close.
/// </summary>
internal sealed class TlsHandshakes : IBenchCase
{
    private const string Full = "full", Resumed = "resumed";
    private const string CpuEach = "server_cpu_us_per_conn", PerCpuSecond = "conn_per_server_cpu_s";

    public string Name => "tls-handshake";
    public string Title => "TLS handshakes";

    public CaseResult Measure(BenchRun run, string date)
    {
        var rows = new List<string[]>();
        var p256 = CertificatePair.P256(run.Folders);
        var (agreed, ratio) = Compare(run, p256, Full, "", rows);
        Compare(run, p256, Resumed, "--resume", rows);
        Compare(run, CertificatePair.Rsa(run.Folders), Full, "", rows);
        return new CaseResult(Name, Title, date,
            [
                $"{Connects(run)} connects with handshake, CONNECT, CONNACK and DISCONNECT, 20 at a "
                    + $"time, {Rounds(run)} turns each.",
                $"Both: {agreed}.",
                $"Ratio of CPU per full handshake: **{BenchRun.Short(ratio)} ×**.",
            ],
            ["broker", "certificate", "handshake", "CPU µs/handshake", "handshakes/CPU s", "handshakes/s"],
            rows, [new Gate($"CPU per TLS handshake, {p256.Kind}, full", ratio, 1, false, "×")]);
    }

    // Many short turns, because the two brokers are close and the machine's mood drifts.
    private static int Connects(BenchRun run) => run.Size(200, 50);

    private static int Rounds(BenchRun run) => run.Quick ? 1 : run.Turns * 5;

    private static (string Agreed, double Ratio) Compare(
        BenchRun run, CertificatePair pair, string kind, string option, List<string[]> rows)
    {
        using var ours = run.Brokers.OursOn(Wire.Tls, pair);
        using var peer = run.Brokers.PeerOnTls(pair);
        var agreed = run.Load.Agreed(ours, peer);
        foreach (var server in new[] { ours, peer }) run.Load.Run(server, "-m churn -c 50 -C 20", Wire.Tls);
        var arguments = $"-m churn -c {Connects(run)} -C 20 {option}";
        List<IReadOnlyDictionary<string, double>> our = [], their = [];
        for (var turn = 0; turn < Rounds(run); turn++)
        {
            our.Add(run.Load.Run(ours, arguments, Wire.Tls));
            their.Add(run.Load.Run(peer, arguments, Wire.Tls));
        }
        foreach (var (name, turns) in new[] { (ours.Name, our), (peer.Name, their) })
        {
            // The first 20 of a turn have no ticket yet.
            if (turns.Any(t => t["resumed"] > 0 != (kind == Resumed)))
                throw new BenchFailed($"{name}: handshakes were not {kind}");
            rows.Add([name, pair.Kind, kind, BenchRun.Short(Of(turns, CpuEach)),
                BenchRun.Short(Of(turns, PerCpuSecond)), BenchRun.Short(Of(turns, "conn_per_s"))]);
        }
        return (agreed, BenchRun.Ratio(our.Select(t => t[CpuEach]), their.Select(t => t[CpuEach])));
    }

    private static double Of(List<IReadOnlyDictionary<string, double>> turns, string key) =>
        BenchRun.Median(turns.Select(t => t[key]));
}
