using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace LightMq.Uplink.Wire;

/// <summary>Judges the certificate of a peer.</summary>
/// <param name="authorities">Whom we trust; empty: the system's authorities.</param>
/// <param name="own">Our certificate, where the peer wants one.</param>
/// <param name="verificationTime">
/// The time at which certificates must be valid: now, or while the clock is not trusted the last known time.
/// </param>
internal sealed class TlsTrust(
    X509Certificate2Collection authorities, X509Certificate2? own, Func<DateTimeOffset> verificationTime)
{
    /// <summary>For connections without TLS.</summary>
    public static readonly TlsTrust None = new([], null, static () => default);

    /// <summary>Our certificate; null: none.</summary>
    public X509Certificate2? Own => own;

    /// <summary>What is wrong with a certificate, in one line; null: nothing.</summary>
    /// <param name="certificate">The peer's.</param>
    /// <param name="sent">With what the peer sent beside it.</param>
    /// <param name="errors">What TLS itself found.</param>
    public string? Complaint(X509Certificate2? certificate, X509Chain? sent, SslPolicyErrors errors)
    {
        if (certificate is null) return "it shows no certificate";
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            return $"its certificate is for another name: {certificate.Subject}";
        using var chain = new X509Chain();
        if (sent is not null)
            foreach (var element in sent.ChainElements) chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = verificationTime().UtcDateTime;
        chain.ChainPolicy.VerificationTimeIgnored = false;
        if (authorities.Count > 0)
        {
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        }
        if (chain.Build(certificate)) return null;
        var status = chain.ChainStatus.Aggregate(
            X509ChainStatusFlags.NoError, static (all, one) => all | one.Status);
        if (status.HasFlag(X509ChainStatusFlags.UntrustedRoot)
            || status.HasFlag(X509ChainStatusFlags.PartialChain))
            return $"its certificate is not signed by whom we trust: {certificate.Issuer}";
        return status.HasFlag(X509ChainStatusFlags.NotTimeValid)
            ? $"its certificate is valid from {certificate.NotBefore.ToUniversalTime():u} to "
                + $"{certificate.NotAfter.ToUniversalTime():u}, and it is {verificationTime():u} here"
            : $"its certificate is not accepted: {status}";
    }
}
