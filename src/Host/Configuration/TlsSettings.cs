using LightMq.Net.Tls;

namespace LightMq.Host.Configuration;

/// <summary>A certificate and its key, as files.</summary>
/// <param name="CertificateKey">Configuration key of the certificate, for errors.</param>
/// <param name="Certificate">File: the certificate, then its chain, in PEM.</param>
/// <param name="KeyKey">Configuration key of the key.</param>
/// <param name="Key">File: the private key in PEM.</param>
public sealed record CertificateFiles(string CertificateKey, string Certificate, string KeyKey, string Key);

/// <summary>The TLS of a listener, as configured.</summary>
/// <param name="Pairs">The first is the default; none: a pair of the broker's own making.</param>
/// <param name="ClientCertificates">Whether clients show a certificate.</param>
/// <param name="AuthorityKey">Configuration key of the authorities' file, for errors.</param>
/// <param name="Authority">File of those whose client certificates are trusted; empty: none.</param>
public sealed record TlsSettings(
    IReadOnlyList<CertificateFiles> Pairs, ClientCertificateUse ClientCertificates, string AuthorityKey,
    string Authority);
