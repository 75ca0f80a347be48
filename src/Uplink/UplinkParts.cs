using LightMq.Lmq;
using LightMq.Service;
using LightMq.Uplink.Settings;
using LightMq.Uplink.State;
using LightMq.Uplink.Tokens;
using LightMq.Uplink.Wire;
using Microsoft.Extensions.Logging;

namespace LightMq.Uplink;

/// <summary>Makes parts from settings.</summary>
internal static class UplinkParts
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1),
        LongestWait = TimeSpan.FromSeconds(60);

    /// <summary>The wait between tries of the local broker: it is near.</summary>
    public static Backoff LocalBackoff(Random random) =>
        new(random, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5));

    /// <summary>The wait between tries of the central.</summary>
    public static Backoff CentralBackoff(CentralSettings settings, Random random) =>
        new(random, TimeSpan.FromMilliseconds(settings.BackoffMilliseconds),
            TimeSpan.FromMilliseconds(settings.BackoffMillisecondsMax));

    /// <summary>Whom TLS to the central trusts.</summary>
    /// <exception cref="LinkError">A file cannot be used.</exception>
    public static TlsTrust Trust(CentralSettings settings, KnownTime clock) =>
        new(TlsFiles.Authorities(settings.CaFile), TlsFiles.Pair(settings.CertificateFile, settings.KeyFile),
            () => clock.Best);

    /// <summary>Keeps the token.</summary>
    public static TokenKeeper Keeper(
        TokenSettings settings, string clientId, string directory, KnownTime clock, TimeProvider time,
        Random random, ILogger log) =>
        new(Source(settings, clientId, directory, clock, time), Path.Combine(directory, "token"), clock, time,
            new Backoff(random, FirstWait, LongestWait), random, log);

    private static ITokenSource Source(
        TokenSettings settings, string clientId, string directory, KnownTime clock, TimeProvider time)
    {
        if (settings.Source == TokenSourceKind.File) return new FileSource(settings.File);
        var trust = new TlsTrust(TlsFiles.Authorities(settings.CaFile), null, () => clock.Best);
        var http = new HttpClient(new SocketsHttpHandler
        {
            // Asked now and then: a connection kept open would only be found dead.
            PooledConnectionLifetime = TimeSpan.Zero,
            AllowAutoRedirect = false,
            UseCookies = false,
            SslOptions =
            {
                RemoteCertificateValidationCallback = (_, certificate, chain, errors) => trust.Complaint(
                    certificate as System.Security.Cryptography.X509Certificates.X509Certificate2,
                    chain, errors) is null,
            },
        })
        { Timeout = Timeout.InfiniteTimeSpan };
        return settings.Source == TokenSourceKind.AuthServer
            ? new AuthServerSource(
                new TokenApiClient(http, settings.Url!, settings.AccessKey, settings.SecretKey, time),
                    settings.Url!,
                clientId, settings.Actions, settings.Resources.Split(','),
                TimeSpan.FromSeconds(settings.LifeSeconds), () => clock.Best)
            : new AppServerSource(http, settings.Url!, clientId, directory, settings.EnrolmentCodeFile,
                () => clock.Best, time);
    }
}
