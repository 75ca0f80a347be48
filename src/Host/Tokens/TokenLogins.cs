using LightMq.Broker.Connections;
using LightMq.Host.Configuration;
using LightMq.Net;
using LightMq.Service.Configuration;
using Microsoft.Extensions.Logging;

namespace LightMq.Host.Tokens;

/// <summary>
/// The host's side of token logins: keys that are read again when they change, verifying off the loop, and
/// revocations. Costs nothing where no key files are configured.
/// </summary>
internal sealed class TokenLogins : IDisposable
{
    private static readonly TimeSpan KeyInterval = TimeSpan.FromSeconds(2);

    private readonly TokenKeyFiles? _files;
    private readonly TokenChecker? _checker;
    private readonly RevocationPull? _revocations;
    private readonly ITimer? _timer;

    /// <summary>Reads keys and kept revocations.</summary>
    /// <exception cref="ConfigurationError">The keys cannot be used.</exception>
    public TokenLogins(
        TokenSettings settings, string? directory, Mailbox mail, ClockTrust clock, TimeProvider time,
        ILogger log)
    {
        if (!settings.IsOn) return;
        (_files, var keys) = TokenKeyFiles.Open(settings, log);
        _checker = new TokenChecker(keys, mail.TokenChecked);
        _revocations = new RevocationPull(
            settings, new RevocationFile(directory), mail.Revoked, clock, time, log);
        _timer = time.CreateTimer(_ => Refresh(), null, KeyInterval, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Queues a token to be verified; called by the loop.</summary>
    public void Check(Connection connection, byte[] token) => _checker!.Submit(connection, token);

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer?.Dispose();
        _checker?.Dispose();
        _revocations?.Dispose();
    }

    /// <summary>The next look is asked for after this one, so that two never meet.</summary>
    private void Refresh()
    {
        if (_files!.Refresh() is { } keys) _checker!.Replace(keys);
        _timer!.Change(KeyInterval, Timeout.InfiniteTimeSpan);
    }
}
