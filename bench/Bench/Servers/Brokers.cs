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
        var configuration = Path.Combine(folders.Work, "mosquitto.conf");
        File.WriteAllText(configuration, $"""
            listener {port} 127.0.0.1
            allow_anonymous true
            persistence false
            max_inflight_messages 1000
            max_queued_messages 100000
            log_type none

            """);
        return Server.Start(PeerName, "mosquitto", ["-c", configuration], port);
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
            Process.Start(new ProcessStartInfo("mosquitto", "-h") { RedirectStandardOutput = true })!;
        return process.StandardOutput.ReadLine() ?? "mosquitto";
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
