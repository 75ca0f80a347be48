using System.Net;
using System.Net.NetworkInformation;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using LightMq.Net.Tls;

namespace LightMq.Host.Certificates;

/// <summary>
/// The pair that the broker makes for itself where none is configured, so that TLS works out of the box:
/// ECDSA P-256, signed by itself, for this machine's names and addresses. Clients trust it by its
/// fingerprint or by a copy of the certificate.
/// </summary>
internal static class OwnPair
{
    private const int Years = 20;

    /// <summary>A board without a clock lives years ago; nobody trusts a certificate of tomorrow.</summary>
    private static readonly DateTimeOffset NotBefore = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>A new pair.</summary>
    /// <param name="now">The wall clock, which may be wrong.</param>
    public static TlsPair Make(DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var host = Dns.GetHostName();
        var request = new CertificateRequest($"CN={Quote(host)}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        // id-kp-serverAuth: RFC 5280, 4.2.1.12.
        request.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        request.CertificateExtensions.Add(NamesOf(host));
        var start = now > NotBefore ? now : NotBefore;
        using var certificate = request.CreateSelfSigned(NotBefore, start.AddYears(Years));
        return new TlsPair(
            Encoding.ASCII.GetBytes(certificate.ExportCertificatePem() + "\n"),
            Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem() + "\n"));
    }

    private static X509Extension NamesOf(string host)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        if (Uri.CheckHostName(host) == UriHostNameType.Dns && host != "localhost") names.AddDnsName(host);
        foreach (var address in Addresses()) names.AddIpAddress(address);
        return names.Build();
    }

    private static HashSet<IPAddress> Addresses()
    {
        var addresses = new HashSet<IPAddress> { IPAddress.Loopback, IPAddress.IPv6Loopback };
        foreach (var network in NetworkInterface.GetAllNetworkInterfaces())
            foreach (var unicast in network.GetIPProperties().UnicastAddresses)
                // A scope is this machine's own and no part of an address in a certificate.
                if (!unicast.Address.IsIPv6LinkLocal) addresses.Add(unicast.Address);
        return addresses;
    }

    private static string Quote(string name) => $"\"{name.Replace("\"", "")}\"";
}
