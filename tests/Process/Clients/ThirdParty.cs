using LightMq.Process.Broker;

namespace LightMq.Process.Clients;

/// <summary>A stock client as the tests drive it. Subscribers print lines "topic payload".</summary>
internal sealed record ThirdParty(
    Func<int, string, int, bool, string[], Task> Publish,
    Func<int, string, bool, string, int, int, Tool> Subscribe)
{
    /// <summary>mosquitto_pub and mosquitto_sub.</summary>
    public static async Task<ThirdParty> Mosquitto(string version)
    {
        await Need("/usr/bin/mosquitto_pub", "mosquitto-clients");
        return new ThirdParty(
            async (port, topic, qos, retain, payloads) =>
            {
                foreach (var payload in payloads)
                    await Tool.Run("mosquitto_pub",
                        ["-V", version, "-p", $"{port}", "-t", topic, "-q", $"{qos}", "-m", payload,
                        .. retain ? (string[])["-r"] : []]);
            },
            (port, id, clean, filter, qos, count) => Tool.Start("mosquitto_sub",
                ["-V", version, "-p", $"{port}", "-i", id, "-t", filter, "-q", $"{qos}", "-v",
                    .. clean ? (string[])[] : version == "mqttv5" ? ["-c", "-x", "600"] : ["-c"],
                    .. count == 0 ? (string[])["-E"] : ["-C", $"{count}", "-W", "30"]]));
    }

    /// <summary>Debian's paho-mqtt for Python.</summary>
    public static async Task<ThirdParty> Python(string scheme = "")
    {
        await Need("/usr/lib/python3/dist-packages/paho/mqtt/client.py", "python3-paho-mqtt");
        return Scripted("/usr/bin/python3", Script("python_client.py"), null, scheme);
    }

    /// <summary>npm's mqtt, installed into the tests' cache.</summary>
    public static async Task<ThirdParty> Npm(string scheme = "")
    {
        var modules = await NpmModules();
        return Scripted("node", Script("npm_client.cjs"), modules, scheme);
    }

    /// <summary>npm's mqtt and paho-mqtt, installed into the tests' cache; gives their folder.</summary>
    public static async Task<string> NpmModules()
    {
        var cache = Repository.Cache("npm");
        var modules = Path.Combine(cache, "node_modules");
        await NpmGate.WaitAsync();
        try
        {
            if (Directory.Exists(Path.Combine(modules, "paho-mqtt"))) return modules;
            await Need("/usr/bin/npm", "npm");
            await Tool.Run("npm", "install", "--prefix", cache, "--no-audit", "--no-fund", "--silent",
                "mqtt@5", "paho-mqtt@1");
            return modules;
        }
        finally
        {
            NpmGate.Release();
        }
    }

    private static readonly SemaphoreSlim NpmGate = new(1);

    /// <summary>
    /// Debian's Paho C: its samples, and for persistent sessions, which they lack, its library.
    /// </summary>
    public static async Task<ThirdParty> PahoC()
    {
        await Need("/usr/bin/paho_c_pub", "paho.mqtt.c-examples");
        return new ThirdParty(
            async (port, topic, qos, retain, payloads) =>
            {
                foreach (var payload in payloads)
                    await Tool.Run("paho_c_pub", ["-p", $"{port}", "-t", topic, "-q", $"{qos}", "-m", payload,
                        .. retain ? (string[])["-r"] : []]);
            },
            (port, id, clean, filter, qos, count) => clean
                ? Tool.Start("stdbuf",
                    ["-oL", "paho_c_sub", "-p", $"{port}", "-i", id, "-t", filter, "-q", $"{qos}"])
                : Tool.Start("/usr/bin/python3",
                    [Script("paho_c_client.py"), "sub", $"{port}", id, "0", filter, $"{qos}", $"{count}"]));
    }

    /// <summary>The scheme is written before the port: none for TCP, or ws:, wss:.</summary>
    private static ThirdParty Scripted(
        string program, string script, string? nodePath, string scheme) => new(
        async (port, topic, qos, retain, payloads) =>
        {
            using var tool = Tool.Start(program,
                [script, "pub", $"{scheme}{port}", topic, $"{qos}", retain ? "1" : "0", .. payloads],
                nodePath);
            await tool.Finish();
        },
        (port, id, clean, filter, qos, count) => Tool.Start(program,
            [script, "sub", $"{scheme}{port}", id, clean ? "1" : "0", filter, $"{qos}", $"{count}"],
            nodePath));

    private static string Script(string name) =>
        Path.Combine(Repository.Root, "tests", "Process", "Clients", name);

    private static async Task Need(string file, string package)
    {
        if (File.Exists(file)) return;
        await Tool.Run("apt-get", "update", "-qq");
        await Tool.Run("apt-get", "install", "-y", "-qq", "--no-install-recommends", package);
    }
}
