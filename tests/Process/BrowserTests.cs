using System.Net;
using System.Net.Sockets;
using LightMq.Process.Broker;
using LightMq.Process.Clients;
using Xunit;

namespace LightMq.Process;

/// <summary>A page in headless Chromium with npm's paho-mqtt, against the real process.</summary>
public sealed class BrowserTests
{
    [Theory]
    [InlineData("ws")]
    [InlineData("wss")]
    public async Task A_page_plays_every_scenario(string scheme)
    {
        using var scratch = new Scratch();
        using var broker = BrokerProcess.StartWith(
            "--data", scratch["data"], "--listen", $"{scheme}://127.0.0.1:0", "--dialect", "plain");
        using var site = await Serve();
        var page = $"{site.Prefixes.Single()}?url={scheme}://127.0.0.1:{broker.Port}/mqtt";
        using var browser = Tool.Start("chromium",
        [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--ignore-certificate-errors", "--remote-debugging-port=0",
            $"--user-data-dir={Repository.Cache($"chromium-{scheme}")}", page,
        ]);
        var report = await Report(site).WaitAsync(
            TimeSpan.FromSeconds(90), TestContext.Current.CancellationToken);
        Assert.Equal("qos0 qos1 qos2 retained wildcards 64KiB will done", report);
    }

    private static async Task<HttpListener> Serve()
    {
        await ThirdParty.NpmModules();
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var port = ((IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();
        var site = new HttpListener { Prefixes = { $"http://127.0.0.1:{port}/" } };
        site.Start();
        return site;
    }

    /// <summary>Gives the page and its script, until the page reports.</summary>
    private static async Task<string> Report(HttpListener site)
    {
        var modules = await ThirdParty.NpmModules();
        while (true)
        {
            var asked = await site.GetContextAsync();
            using var response = asked.Response;
            switch (asked.Request.Url!.AbsolutePath)
            {
                case "/report":
                    using (var reader = new StreamReader(asked.Request.InputStream))
                        return await reader.ReadToEndAsync();
                case "/":
                    response.ContentType = "text/html";
                    await response.OutputStream.WriteAsync(await File.ReadAllBytesAsync(Path.Combine(
                        Repository.Root, "tests", "Process", "Clients", "Drivers", "browser.html")));
                    break;
                case "/paho-mqtt.js":
                    response.ContentType = "text/javascript";
                    await response.OutputStream.WriteAsync(await File.ReadAllBytesAsync(
                        Path.Combine(modules, "paho-mqtt", "paho-mqtt.js")));
                    break;
                default:
                    response.StatusCode = 404;
                    break;
            }
        }
    }
}
