using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace LightMq.Bench.Servers;

/// <summary>How the two brokers are started.</summary>
internal sealed class Brokers(BenchFolders folders)
{
    public const string OursName = "lightmq";
    public const string PeerName = "mosquitto";

    /// <summary>Ours, as published, without a disk.</summary>
    public Server OursInMemory() => Ours(Fresh("memory"), "--store", "memory");

    /// <summary>Ours, as published, on a data folder.</summary>
    public Server Ours(string data, params string[] more)
    {
        var port = FreePort();
        return Server.Start(OursName, folders.Broker,
            ["--data", data, "--listen", $"127.0.0.1:{port}", "--dialect", "plain", .. more], port);
    }

    /// <summary>An earlier build of ours, without a disk.</summary>
    public Server Before(string program)
    {
        var port = FreePort();
        return Server.Start("before", program,
            ["--data", Fresh("before"), "--store", "memory", "--listen", $"127.0.0.1:{port}",
                "--dialect", "plain"], port);
    }

    /// <summary>Ours without a disk, listening on a second wire beside plain TCP.</summary>
    /// <param name="wire">The second one.</param>
    /// <param name="pair">For TLS.</param>
    public Server OursOn(Wire wire, CertificatePair? pair = null)
    {
        var (plain, second) = (FreePort(), FreePort());
        var scheme = wire == Wire.Tls ? "tls" : "ws";
        List<string> keys =
        [
            .. Listener(0, $"127.0.0.1:{plain}"),
            .. Listener(1, $"{scheme}://127.0.0.1:{second}"),
        ];
        if (pair is not null)
            keys.AddRange([$"Listeners:1:Certificate={pair.Certificate}", $"Listeners:1:Key={pair.Key}"]);
        return Server.Start(OursName, folders.Broker,
            ["--data", Fresh("wire"), "--store", "memory", .. keys.SelectMany(key => new[] { "--set", key })],
            plain, (wire, second));
    }

    /// <summary>Ours on a data folder, with an lmq listener beside the one that is loaded.</summary>
    public Server OursWithLmq(string data, int memoryBytesMax, out int lmqPort)
    {
        var port = FreePort();
        lmqPort = FreePort();
        var configuration = Path.Combine(folders.Work, "lmq.json");
        File.WriteAllText(configuration, $$"""
            {
              "Listeners": [
                { "Name": "load", "Address": "127.0.0.1:{{port}}", "Dialect": "plain", "Anonymous": true },
                { "Name": "lmq", "Address": "127.0.0.1:{{lmqPort}}", "Dialect": "lmq" }
              ],
              "Limits": { "MemoryBytesMax": {{memoryBytesMax}} },
              "Lmq": {
                "AccessKeys": [ { "Key": "{{PullClient.Key}}", "Secret": "{{PullClient.Secret}}" } ],
                "Groups": [ "{{PullClient.Group}}" ], "Topics": [ "load" ]
              }
            }
            """);
        return Server.Start(OursName, folders.Broker, ["--data", data, "--config", configuration], port);
    }

    /// <summary>Debian's mosquitto, tuned and without persistence.</summary>
    public Server Peer()
    {
        var port = FreePort();
        return Server.Start(PeerName, "mosquitto", ["-c", PeerFile("mosquitto.conf", port, "")], port);
    }

    /// <summary>The same, on a disk, with a bridge upward of all that is published.</summary>
    /// <param name="upPort">Where the bridge leads to.</param>
    public Server PeerWithBridge(int upPort)
    {
        var port = FreePort();
        var bridge = $"""
            persistence_location {Fresh("peer-bridge")}/
            autosave_interval 1
            connection up
            address 127.0.0.1:{upPort}
            topic plant/# out 1
            cleansession false
            restart_timeout 1
            bridge_protocol_version mqttv50

            """;
        var file = PeerFile("mosquitto-bridge.conf", port, "");
        File.WriteAllText(file,
            File.ReadAllText(file).Replace("persistence false", "persistence true") + bridge);
        return Server.Start(PeerName, "mosquitto", ["-c", file], port);
    }

    /// <summary>The same, listening by TLS 1.3 beside plain TCP.</summary>
    public Server PeerOnTls(CertificatePair pair)
    {
        var (plain, second) = (FreePort(), FreePort());
        var tls = $"""
            listener {second} 127.0.0.1
            certfile {pair.Certificate}
            keyfile {pair.Key}
            tls_version tlsv1.3

            """;
        return Server.Start(PeerName, "mosquitto", ["-c", PeerFile("mosquitto-tls.conf", plain, tls)], plain,
            (Wire.Tls, second));
    }

    /// <summary>An empty data folder.</summary>
    public string Fresh(string name)
    {
        var folder = Path.Combine(folders.Work, name);
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        return folder;
    }

    public static string PeerVersion()
    {
        using var process =
            System.Diagnostics.Process.Start(
                new ProcessStartInfo("mosquitto", "-h") { RedirectStandardOutput = true })!;
        return process.StandardOutput.ReadLine() ?? "mosquitto";
    }

    private static string[] Listener(int index, string address) =>
    [
        $"Listeners:{index}:Address={address}", $"Listeners:{index}:Dialect=plain",
        $"Listeners:{index}:Anonymous=true",
    ];

    private string PeerFile(string name, int port, string more)
    {
        var configuration = Path.Combine(folders.Work, name);
        File.WriteAllText(configuration, $"""
            listener {port} 127.0.0.1
            {more}
            allow_anonymous true
            persistence false
            max_inflight_messages 1000
            max_queued_messages 100000
            log_type none

            """);
        return configuration;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
