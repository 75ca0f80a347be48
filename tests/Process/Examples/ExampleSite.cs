using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using LightMq.Process.Clients;

namespace LightMq.Process.Examples;

/// <summary>
/// Serves examples/browser with its node_modules, as any web server would; and tokens, each once.
/// </summary>
internal sealed class ExampleSite : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly string _modules;

    private ExampleSite(string modules)
    {
        _modules = modules;
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        Url = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/";
        probe.Stop();
        _listener.Prefixes.Add(Url);
        _listener.Start();
        _ = Task.Run(Serve);
    }

    public string Url { get; }

    public BlockingCollection<Func<Task<string>>> Tokens { get; } = [];

    public static async Task<ExampleSite> Start() => new(await ThirdParty.NpmModules());

    public void Dispose() => _listener.Close();

    private async Task Serve()
    {
        try
        {
            while (true)
            {
                var asked = await _listener.GetContextAsync();
                using var response = asked.Response;
                var path = asked.Request.Url!.AbsolutePath.TrimStart('/');
                var body = await Answer(path);
                response.StatusCode = body is null ? 404 : 200;
                response.ContentType = path.EndsWith(".js") ? "text/javascript" : "text/html";
                if (body is not null) await response.OutputStream.WriteAsync(body);
            }
        }
        catch (Exception end) when (end is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task<byte[]?> Answer(string path)
    {
        if (path == "token.txt") return Encoding.ASCII.GetBytes(await Tokens.Take()());
        var file = path.StartsWith("node_modules/", StringComparison.Ordinal)
            ? Path.Combine(_modules, path["node_modules/".Length..])
            : Path.Combine(ExampleProgram.Folder("browser"), path);
        return File.Exists(file) ? await File.ReadAllBytesAsync(file) : null;
    }
}
