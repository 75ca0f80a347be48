using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using LightMq.Net.Tls;

namespace LightMq.Unit.Net;

/// <summary>Certificates for tests.</summary>
internal static class TlsPairs
{
    private static readonly DateTimeOffset From = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset To = new(2049, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Signed by itself, for this host name.</summary>
    public static X509Certificate2 Make(string host, bool isAuthority = false)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Request(host, key, isAuthority).CreateSelfSigned(From, To);
    }

    /// <summary>Signed by an authority.</summary>
    public static X509Certificate2 Make(string name, X509Certificate2 authority)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var signed = Request(name, key, false).Create(
            authority, From, To, Encoding.ASCII.GetBytes(name.PadRight(8)[..8]));
        return signed.CopyWithPrivateKey(key);
    }

    /// <summary>As the broker reads them from files.</summary>
    public static TlsPair Pair(X509Certificate2 certificate) => new(Pem(certificate), KeyPem(certificate));

    public static byte[] Pem(X509Certificate2 certificate) =>
        Encoding.ASCII.GetBytes(certificate.ExportCertificatePem());

    public static byte[] KeyPem(X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPrivateKey()!;
        return Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem());
    }

    private static CertificateRequest Request(string name, ECDsa key, bool isAuthority)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(name, out var address)) names.AddIpAddress(address);
        else if (!name.Contains(' ')) names.AddDnsName(name);
        if (isAuthority)
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        else request.CertificateExtensions.Add(names.Build());
        return request;
    }
}
