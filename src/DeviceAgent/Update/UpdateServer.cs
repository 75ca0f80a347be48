using System.Security.Cryptography.X509Certificates;

namespace LightMq.DeviceAgent.Update;

/// <summary>How a server of bundles is spoken to.</summary>
internal static class UpdateServer
{
    private static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(30);

    /// <summary>A client for one download, without redirects and cookies.</summary>
    /// <param name="caFile">Whom HTTPS trusts, in PEM; empty: the system's authorities.</param>
    /// <exception cref="DownloadRefused">The file cannot be read.</exception>
    public static HttpClient Open(string caFile)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = ConnectTime,
        };
        if (caFile.Length > 0)
        {
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck,
            };
            try
            {
                policy.CustomTrustStore.ImportFromPemFile(caFile);
            }
            catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException
                or System.Security.Cryptography.CryptographicException)
            {
                handler.Dispose();
                throw new DownloadRefused($"Update:CA '{caFile}' cannot be read: {wrong.Message}");
            }
            handler.SslOptions.CertificateChainPolicy = policy;
        }
        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }
}
