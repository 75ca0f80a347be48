using System.Net;
using LightMq.Unit.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace LightMq.Unit.DeviceAgent.Simulated;

/// <summary>A real HTTPS server on loopback that has one bundle, and cuts it where a test says.</summary>
internal sealed class BundleServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _ca = Path.GetTempFileName();

    private BundleServer(WebApplication app) => _app = app;

    /// <summary>What is served: a squashfs by its first bytes.</summary>
    public byte[] Bundle { get; } =
        [.. "hsqs"u8, .. Enumerable.Range(0, 500_000).Select(static i => (byte)(i * 7))];

    /// <summary>Answers in the place of the bundle; whether it did.</summary>
    public Func<HttpContext, Task<bool>> Instead { get; set; } = static _ => Task.FromResult(false);

    /// <summary>The next answers end after so many bytes.</summary>
    public Queue<int> Cuts { get; } = new();

    /// <summary>The header Range of each request.</summary>
    public List<string> Ranges { get; } = [];

    public Uri Url { get; private set; } = null!;

    /// <summary>Its certificate, in PEM.</summary>
    public string CaFile => _ca;

    public static async Task<BundleServer> StartAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        var certificate = TlsPairs.Make("127.0.0.1");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0,
            listen => listen.UseHttps(
                new HttpsConnectionAdapterOptions { ServerCertificate = certificate })));
        var app = builder.Build();
        var server = new BundleServer(app);
        File.WriteAllBytes(server._ca, TlsPairs.Pem(certificate));
        app.Run(server.ServeAsync);
        await app.StartAsync();
        server.Url = new Uri(app.Urls.First() + "/images/bundle.raucb?key=secret");
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        File.Delete(_ca);
    }

    private async Task ServeAsync(HttpContext context)
    {
        lock (Ranges) Ranges.Add(context.Request.Headers.Range.ToString());
        if (await Instead(context)) return;
        var from = context.Request.GetTypedHeaders().Range?.Ranges.First().From ?? 0;
        if (from >= Bundle.Length)
        {
            context.Response.StatusCode = 416;
            context.Response.Headers.ContentRange = $"bytes */{Bundle.Length}";
            return;
        }
        context.Response.StatusCode = from > 0 ? 206 : 200;
        if (from > 0)
            context.Response.Headers.ContentRange = $"bytes {from}-{Bundle.Length - 1}/{Bundle.Length}";
        context.Response.Headers.ETag = "\"1\"";
        context.Response.ContentType = "application/octet-stream";
        context.Response.ContentLength = Bundle.Length - from;
        var part = Bundle.AsMemory((int)from);
        if (!Cuts.TryDequeue(out var most) || most >= part.Length)
        {
            await context.Response.Body.WriteAsync(part);
            return;
        }
        await context.Response.Body.WriteAsync(part[..most]);
        await context.Response.Body.FlushAsync();
        context.Abort();
    }
}
