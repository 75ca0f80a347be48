using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using LightMq.EdgeBroker.Configuration;
using LightMq.EdgeBroker.Secrets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LightMq.EdgeBroker.Admin;

/// <summary>
/// Serves the admin API on a Unix socket, whose mode says who may use it, and on a port of 127.0.0.1 for those
/// who bear the text of a file (ADR 0021). Kestrel is only started where one of them is configured.
/// </summary>
internal sealed class AdminServer : IAsyncDisposable
{
    private const int BodyBytesMax = 262_144, ConnectionsMax = 16, BearerBytesMin = 16;
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Group = Owner | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    private readonly WebApplication _web;
    private readonly AdminSettings _settings;

    private AdminServer(WebApplication web, AdminSettings settings) => (_web, _settings) = (web, settings);

    /// <summary>Starts it.</summary>
    /// <exception cref="StartFailure">Socket, port or file cannot be used.</exception>
    public static async Task<AdminServer> StartAsync(
        AdminSettings settings, AdminApi api, TimeProvider time, ILogger log, CancellationToken cancel)
    {
        var bearer = settings.Port > 0 ? ReadBearer(settings) : [];
        if (settings.Socket.Length > 0) RemoveStale(settings.Socket);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Configure(kestrel, settings));
        builder.Services.Configure<SocketTransportOptions>(
            transport => transport.CreateBoundListenSocket = endPoint => Bind(endPoint, settings));
        var web = builder.Build();
        var lines = new LineLimit(time);
        web.Run(context =>
        {
            // Who reached the Unix socket has shown who it is: it has no address.
            if (context.Connection.RemoteIpAddress is null || Bears(context.Request, bearer))
                return api.AnswerAsync(context);
            lock (lines)
                if (lines.IsDue(out var held)) Log.AdminRefused(log, $"127.0.0.1:{settings.Port}", held);
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return Task.CompletedTask;
        });
        try
        {
            await web.StartAsync(cancel);
        }
        catch (Exception wrong) when (wrong is IOException or SocketException)
        {
            await web.DisposeAsync();
            throw new StartFailure(
                ExitCode.AddressUnavailable, $"the admin API cannot listen: {wrong.GetBaseException().Message}");
        }
        if (settings.Socket.Length > 0) Log.AdminListens(log, settings.Socket);
        if (settings.Port > 0) Log.AdminListens(log, $"127.0.0.1:{settings.Port}");
        return new AdminServer(web, settings);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _web.StopAsync();
        await _web.DisposeAsync();
        if (_settings.Socket.Length > 0) File.Delete(_settings.Socket);
    }

    private static void Configure(KestrelServerOptions kestrel, AdminSettings settings)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = BodyBytesMax;
        kestrel.Limits.MaxConcurrentConnections = ConnectionsMax;
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(30);
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        const HttpProtocols Http1 = HttpProtocols.Http1;
        if (settings.Socket.Length > 0)
            kestrel.ListenUnixSocket(settings.Socket, static listen => listen.Protocols = Http1);
        if (settings.Port > 0)
            kestrel.Listen(IPAddress.Loopback, settings.Port, static listen => listen.Protocols = Http1);
    }

    /// <summary>The socket has its mode before it listens, so nobody else slips in.</summary>
    private static Socket Bind(EndPoint endPoint, AdminSettings settings)
    {
        if (endPoint is not UnixDomainSocketEndPoint || OperatingSystem.IsWindows())
            return SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(endPoint);
        File.SetUnixFileMode(settings.Socket, settings.IsGroupAllowed ? Group : Owner);
        return socket;
    }

    /// <summary>A socket that an earlier life left behind; anything else stays.</summary>
    private static void RemoveStale(string path)
    {
        if (!File.Exists(path)) return;
        using (var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            try
            {
                probe.Connect(new UnixDomainSocketEndPoint(path));
                throw new StartFailure(ExitCode.AddressUnavailable,
                    $"Admin:Socket {path} is in use by another program: stop that one, or name another");
            }
            catch (SocketException)
            {
                // Nobody listens.
            }
        }
        if (IsOrdinary(path))
            throw new StartFailure(ExitCode.Configuration,
                $"Admin:Socket: '{path}' is a file, not a socket: name another, or remove it");
        File.Delete(path);
    }

    /// <summary>A socket cannot be opened.</summary>
    private static bool IsOrdinary(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            return true;
        }
    }

    private static byte[] ReadBearer(AdminSettings settings)
    {
        try
        {
            var path = Path.GetFullPath(settings.BearerFile);
            var bearer = Encoding.UTF8.GetBytes(File.ReadAllText(path).Trim());
            PrivateFile.Check(path, "it opens the admin API");
            return bearer.Length >= BearerBytesMin ? bearer : throw new ConfigurationError(settings.BearerFileKey,
                $"'{settings.BearerFile}' has less than {BearerBytesMin} characters: make a long random text");
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationError(
                settings.BearerFileKey, $"'{settings.BearerFile}' cannot be read: {wrong.Message}");
        }
    }

    private static bool Bears(HttpRequest request, ReadOnlySpan<byte> bearer)
    {
        const string Scheme = "Bearer ";
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(header[Scheme.Length..]), bearer);
    }
}
