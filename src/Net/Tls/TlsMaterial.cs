namespace LightMq.Net.Tls;

/// <summary>A certificate with its key.</summary>
/// <param name="CertificatePem">The certificate and, after it, the chain up to its root.</param>
/// <param name="KeyPem">Its private key, not encrypted.</param>
public sealed record TlsPair(byte[] CertificatePem, byte[] KeyPem);

/// <summary>Whether clients show a certificate.</summary>
public enum ClientCertificateUse
{
    /// <summary>They are not asked.</summary>
    Off,
    /// <summary>They may; one that does not verify is refused.</summary>
    Optional,
    /// <summary>They must.</summary>
    Required,
}

/// <summary>All that a TLS listener shows and trusts.</summary>
/// <param name="Pairs">
/// Chosen by the name that the client asks for; the first where none fits or none is asked for.
/// </param>
/// <param name="ClientCertificates">Whether clients show a certificate.</param>
/// <param name="AuthoritiesPem">Whose client certificates are trusted; null without them.</param>
public sealed record TlsMaterial(
    IReadOnlyList<TlsPair> Pairs, ClientCertificateUse ClientCertificates = ClientCertificateUse.Off,
    byte[]? AuthoritiesPem = null);

/// <summary>The part of a <see cref="TlsMaterial"/> that is wrong.</summary>
public enum TlsPart
{
    /// <summary>A certificate.</summary>
    Certificate,
    /// <summary>A key.</summary>
    Key,
    /// <summary>The authorities of client certificates.</summary>
    Authorities,
}

/// <summary>Certificates or keys that cannot be used.</summary>
/// <param name="part">Which part.</param>
/// <param name="pair">Number of the pair, from 0.</param>
/// <param name="message">What is wrong with it, to follow the file's name.</param>
public sealed class TlsMaterialError(TlsPart part, int pair, string message) : Exception(message)
{
    /// <summary>Which part.</summary>
    public TlsPart Part { get; } = part;

    /// <summary>Number of the pair, from 0.</summary>
    public int Pair { get; } = pair;
}
