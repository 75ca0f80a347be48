using System.Net.Security;
using LightMq.Central.Configuration;
using LightMq.Host.Certificates;
using LightMq.Lmq;
using LightMq.Service;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LightMq.Central.Http;

/// <summary>
/// Kestrel, without anything around it: its listeners, its bounds, one function that answers
/// (docs/adr/0024-kestrel-in-the-central.md). Starts after the broker and stops before it.
/// </summary>
/// <param name="settings">Listeners and bounds.</param>
/// <param name="directory">The data directory.</param>
/// <param name="makeApis">Makes what is behind it, once the broker runs.</param>
/// <param name="time">The clock.</param>
/// <param name="log">The log.</param>
internal sealed class HttpService(
    HttpSettings settings, string directory, Func<Apis> makeApis, TimeProvider time, ILogger log)
    : IHostedService, IDisposable
{
    private const int BodyBytesMax = 34 << 20, HeadBytesMax = 32 << 10, StopSeconds = 5;
    private static readonly TimeSpan CertificateInterval = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _stopping = new();
    private readonly List<ListenOptions> _listening = [];
    private readonly List<ServerPair> _pairs = [];
    private WebApplication? _kestrel;
    private ITimer? _timer;

    /// <summary>Where it listens, in the order of the configuration.</summary>
    public IReadOnlyList<string> Addresses => [.. _listening.Select(
        (one, index) => $"{settings.Listeners[index].Scheme}://{one.IPEndPoint}")];

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancel)
    {
        if (settings.Listeners.Count == 0) return;
        var front = new Front(makeApis(), time, log, _stopping.Token);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<HostOptions>(
            static host => host.ShutdownTimeout = TimeSpan.FromSeconds(StopSeconds));
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(Configure);
        _kestrel = builder.Build();
        _kestrel.Run(front.AnswerAsync);
        try
        {
            await _kestrel.StartAsync(cancel);
        }
        catch (IOException wrong)
        {
            throw new StartFailure(ExitCode.AddressUnavailable, $"HTTP cannot listen: {wrong.Message}");
        }
        if (_pairs.Count > 0)
            _timer = time.CreateTimer(_ => Refresh(), null, CertificateInterval, Timeout.InfiniteTimeSpan);
        TellReady();
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancel)
    {
        await _stopping.CancelAsync();
        if (_kestrel is not null) await _kestrel.StopAsync(cancel);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer?.Dispose();
        (_kestrel as IDisposable)?.Dispose();
        _stopping.Dispose();
    }

    private void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.AllowSynchronousIO = false;
        var limits = kestrel.Limits;
        limits.MaxConcurrentConnections = settings.ConnectionsMax;
        limits.MaxRequestBodySize = BodyBytesMax;
        // A GET of the token API has its form in the first line.
        limits.MaxRequestLineSize = TokenFields.CharactersMax + HeadBytesMax;
        limits.MaxRequestBufferSize = limits.MaxRequestLineSize + HeadBytesMax;
        limits.MaxRequestHeadersTotalSize = HeadBytesMax;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(75);
        foreach (var listener in settings.Listeners)
            kestrel.Listen(listener.EndPoint, options => Listen(options, listener));
    }

    private void Listen(ListenOptions options, HttpListenerSettings listener)
    {
        _listening.Add(options);
        var roles = new ListenerRoles(listener.Roles);
        options.Use(next => connection =>
        {
            connection.Features.Set(roles);
            return next(connection);
        });
        options.Protocols = HttpProtocols.Http1;
        if (listener.Tls is not { } tls) return;
        var pair = ServerPair.Open(
            $"https {listener.EndPoint}", tls.Files, directory, time, log);
        _pairs.Add(pair);
        options.UseHttps(new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = TimeSpan.FromSeconds(10),
            OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = pair.Current,
            }),
        });
    }

    private void TellReady()
    {
        var secure = 0;
        for (var i = 0; i < _listening.Count; i++)
        {
            var listener = settings.Listeners[i];
            Console.Out.WriteLine($"ready {listener.Scheme} {_listening[i].IPEndPoint}");
            if (listener.Tls is not null)
                Console.Out.WriteLine(
                    $"sha256 https {_listening[i].IPEndPoint} {_pairs[secure++].Fingerprint}");
        }
        Console.Out.Flush();
        Log.HttpListens(log, string.Join(", ", Addresses));
    }

    /// <summary>The next look is asked for after this one, so that two never meet.</summary>
    private void Refresh()
    {
        foreach (var pair in _pairs) pair.Refresh();
        _timer!.Change(CertificateInterval, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Signals are the process's affair.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
