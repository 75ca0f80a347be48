using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LightMq.Lmq;

namespace LightMq.EngineBench;

/// <summary>
/// What it costs to verify a token that was never seen (LMQ-TOK-5), beside the bare signature of the same
/// bytes: most of it is the curve, and the rest is ours.
/// </summary>
internal static class TokenChecks
{
    private const int Rounds = 5;
    private const int SignatureBytes = 64;

    public static void Run(int checks)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var issuer = new TokenIssuer(key);
        using var keys = TokenKeys.Read(issuer.PublicKeySet);
        foreach (var resources in (int[])[2, TokenGrant.FiltersMax])
        {
            var token = Encoding.ASCII.GetBytes(issuer.Issue(Grant(resources)));
            var text = token[..token.AsSpan().LastIndexOf((byte)'.')];
            var signature = key.SignData(text, HashAlgorithmName.SHA256);
            // Turn by turn, the quickest round of each: neighbours on the machine make a round slower only.
            var (check, bare) = (Figure.Worst, Figure.Worst);
            for (var round = 0; round < Rounds; round++)
            {
                check = Figure.Better(check, Measure(checks, () => TokenVerifier.Verify(token, keys).IsGood));
                bare = Figure.Better(bare, Measure(checks, () =>
                    key.VerifyData(text, signature.AsSpan(0, SignatureBytes), HashAlgorithmName.SHA256)));
            }
            Print($"token with {resources} resources, {token.Length} bytes", check);
            Print("bare ES256 verification of it", bare);
        }
    }

    private static Figure Measure(int checks, Func<bool> check)
    {
        for (var i = 0; i < checks / 10; i++) Check(check);
        var bytes = GC.GetAllocatedBytesForCurrentThread();
        var start = ThreadClock.Now;
        for (var i = 0; i < checks; i++) Check(check);
        var nanoseconds = ThreadClock.Now - start;
        bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
        return new Figure(nanoseconds / checks, (double)bytes / checks);
    }

    private static void Check(Func<bool> check)
    {
        if (!check()) throw new InvalidOperationException("a good token was refused");
    }

    private static TokenGrant Grant(int resources) => new()
    {
        Id = "0123456789abcdef0123456789abcdef",
        AccessKey = "accessKey",
        ClientId = "GID_bench@@@device-1"u8.ToArray(),
        Actions = TokenActions.ReadWrite,
        Filters = [.. Enumerable.Range(0, resources).Select(n => Encoding.ASCII.GetBytes($"parent/{n}/+/#"))],
        IssuedMilliseconds = 1_780_000_000_000,
        ExpiresMilliseconds = 1_790_000_000_000,
    };

    private static void Print(string path, Figure figure) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{{\"path\":\"{path}\",\"microsecondsPerCheck\":{figure.Nanoseconds / 1000:F1},"
        + $"\"checksPerCpuSecond\":{1e9 / figure.Nanoseconds:F0},\"bytesPerCheck\":{figure.Bytes:F0}}}"));

    private readonly record struct Figure(double Nanoseconds, double Bytes)
    {
        public static Figure Worst => new(double.MaxValue, double.MaxValue);

        public static Figure Better(Figure one, Figure other) =>
            one.Nanoseconds <= other.Nanoseconds ? one : other;
    }
}
