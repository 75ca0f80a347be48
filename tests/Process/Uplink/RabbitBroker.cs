using System.Net;
using System.Net.Sockets;
using LightMq.Process.Broker;

namespace LightMq.Process.Uplink;

/// <summary>RabbitMQ with its MQTT plugin, apart from any other of this machine.</summary>
internal sealed class RabbitBroker : IDisposable
{
    private const string Library = "/usr/lib/rabbitmq/lib";

    private readonly Scratch _scratch = new();
    private readonly ForeignBroker _daemon;
    private readonly ForeignBroker _server;

    private RabbitBroker(int port)
    {
        var (amqp, distribution, epmd) = (FreePort(), FreePort(), FreePort());
        File.WriteAllText(_scratch["rabbitmq.conf"], $"""
            listeners.tcp.default = 127.0.0.1:{amqp}
            mqtt.listeners.tcp.default = 127.0.0.1:{port}
            mqtt.allow_anonymous = false
            mqtt.subscription_ttl = 86400000
            """);
        File.WriteAllText(_scratch["plugins"], "[rabbitmq_mqtt].");
        File.WriteAllText(_scratch[".erlang.cookie"], "LIGHTMQTEST");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_scratch[".erlang.cookie"], UnixFileMode.UserRead);
        var environment = new Dictionary<string, string>
        {
            ["HOME"] = _scratch.Path,
            ["RABBITMQ_NODENAME"] = "uplinktest@localhost",
            ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODE_PORT"] = $"{amqp}",
            ["RABBITMQ_DIST_PORT"] = $"{distribution}",
            ["RABBITMQ_MNESIA_BASE"] = _scratch["mnesia"],
            ["RABBITMQ_LOG_BASE"] = _scratch["log"],
            ["RABBITMQ_PID_FILE"] = _scratch["pid"],
            ["RABBITMQ_CONFIG_FILE"] = _scratch["rabbitmq"],
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = _scratch["plugins"],
            ["ERL_EPMD_PORT"] = $"{epmd}",
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
        };
        // Started by us, so that it ends with us.
        _daemon = new ForeignBroker("epmd", ["-port", $"{epmd}", "-address", "127.0.0.1"], epmd);
        try
        {
            _server = new ForeignBroker(Program, [], port, environment);
        }
        catch
        {
            _daemon.Dispose();
            throw;
        }
    }

    private static string Program => Directory.EnumerateDirectories(Library, "rabbitmq_server-*")
        .Select(static folder => Path.Combine(folder, "sbin", "rabbitmq-server")).First();

    /// <summary>Starts it, and waits for its MQTT port.</summary>
    public static async Task<RabbitBroker> Start(int port) => await Task.Run(() => new RabbitBroker(port));

    public void Dispose()
    {
        _server.Dispose();
        _daemon.Dispose();
        _scratch.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
