using LightMq.Process.Broker;

namespace LightMq.Process.Clients;

/// <summary>A program that plays every scenario with one stock client; see <c>Drivers/</c>.</summary>
internal sealed class Driver
{
    private static readonly string[] Jars =
        ["mqtt-client", "hawtbuf", "hawtdispatch", "hawtdispatch-transport"];
    private static readonly SemaphoreSlim Gate = new(1);
    private static readonly Dictionary<string, Driver> Made = [];

    private readonly Func<string[], Task<string>> _run;

    private Driver(Func<string[], Task<string>> run) => _run = run;

    /// <summary>Plays one part, "first" or "second", and gives what it printed; fails as it does.</summary>
    public Task<string> Run(string url, string version, string part, string? authority) =>
        _run(authority is null ? [url, version, part] : [url, version, part, authority]);

    /// <summary>Plays all there is.</summary>
    public Task<string> Run(string url) => _run([url]);

    /// <summary>The driver of a client, built when first asked for.</summary>
    public static async Task<Driver> Get(string client)
    {
        await Gate.WaitAsync();
        try
        {
            if (!Made.TryGetValue(client, out var driver)) Made[client] = driver = await Make(client);
            return driver;
        }
        finally
        {
            Gate.Release();
        }
    }

    private static async Task<Driver> Make(string client)
    {
        var cache = Repository.Cache("drivers");
        var program = Path.Combine(cache, client);
        switch (client)
        {
            case "python":
                return Of("/usr/bin/python3", Source("driver.py"));
            case "npm":
                var modules = await ThirdParty.NpmModules();
                return new Driver(given => Tool.RunWith(modules, "node", [Source("driver.cjs"), .. given]));
            case "five":
                var own = await ThirdParty.NpmModules();
                return new Driver(given => Tool.RunWith(own, "node", [Source("five.cjs"), .. given]));
            case "mosquitto":
                return new Driver(MosquittoDriver.Run);
            case "c":
                await Tool.Run("cc", "-O1", "-o", program, Source("driver.c"), "-lpaho-mqtt3cs");
                return Of(program);
            case "go":
                await Tool.Run("env", "GO111MODULE=off", "GOPATH=/usr/share/gocode",
                    $"GOCACHE={cache}/go-cache", "go", "build", "-o", program, Source("driver.go"));
                return Of(program);
            case "java":
                var path = string.Join(':', Jars.Select(static jar => $"/usr/share/java/{jar}.jar"));
                await Tool.Run("javac", "-cp", path, "-d", cache, Source("Driver.java"));
                return Of("java", "-cp", $"{cache}:{path}", "Driver");
            default:
                return new Driver(MqttNetDriver.Run);
        }
    }

    private static Driver Of(string program, params string[] before) =>
        new(given => Tool.Run(program, [.. before, .. given]));

    private static string Source(string name) =>
        Path.Combine(Repository.Root, "tests", "Process", "Clients", "Drivers", name);
}
