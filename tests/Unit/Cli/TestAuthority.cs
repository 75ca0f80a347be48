using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LightMq.Unit.Cli;

/// <summary>An authority of the tests' own.</summary>
internal static class TestAuthority
{
    public static byte[] Bytes { get; } = Make();

    public static string Pem { get; } = PemEncoding.WriteString("CERTIFICATE", Bytes) + "\n";

    private static byte[] Make()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=tests", key, HashAlgorithmName.SHA256);
        var from = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(from, from.AddDays(1));
        return certificate.RawData;
    }
}
