using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LightMq.Bench.Servers;

/// <summary>A self-signed certificate and its key, as PEM files that both brokers read.</summary>
/// <param name="Kind">Of the key.</param>
/// <param name="Certificate">File.</param>
/// <param name="Key">File.</param>
internal sealed record CertificatePair(string Kind, string Certificate, string Key)
{
    private static readonly DateTimeOffset ValidFrom = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>What sensors mostly meet, and what our broker makes for itself.</summary>
    public static CertificatePair P256(BenchFolders folders)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Write(
            folders, "ECDSA P-256", new CertificateRequest("CN=bench", key, HashAlgorithmName.SHA256), key);
    }

    /// <summary>The older kind.</summary>
    public static CertificatePair Rsa(BenchFolders folders)
    {
        using var key = RSA.Create(2_048);
        return Write(folders, "RSA 2048", new CertificateRequest(
            "CN=bench", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1), key);
    }

    private static CertificatePair Write(
        BenchFolders folders, string kind, CertificateRequest request, AsymmetricAlgorithm key)
    {
        Directory.CreateDirectory(folders.Work);
        var file = Path.Combine(folders.Work, kind.Split(' ')[0].ToLowerInvariant());
        var pair = new CertificatePair(kind, file + ".pem", file + ".key");
        using var certificate = request.CreateSelfSigned(ValidFrom, ValidFrom.AddYears(30));
        File.WriteAllText(pair.Certificate, certificate.ExportCertificatePem());
        File.WriteAllText(pair.Key, key.ExportPkcs8PrivateKeyPem());
        return pair;
    }
}
