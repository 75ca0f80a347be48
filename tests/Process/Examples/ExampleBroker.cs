using System.Security.Cryptography;
using System.Text;
using LightMq.Process.Broker;
using LightMq.Process.Clients;

namespace LightMq.Process.Examples;

/// <summary>
/// A broker with examples/lightmq.json: only ports, folders and the bridge that looks at order are ours.
/// </summary>
internal sealed class ExampleBroker : IDisposable
{
    public const string Bridge = "GID_plant@@@uplink", Key = "example-key";

    private static readonly SemaphoreSlim Gate = new(1);

    private readonly Scratch _scratch = new();
    private readonly BrokerProcess _broker;

    private ExampleBroker()
    {
        string[] schemes = ["tcp", "tls", "ws", "wss"];
        _broker = BrokerProcess.StartWith([
            "--config", Path.Combine(Repository.Root, "examples", "lightmq.json"), "--data", _scratch["data"],
            .. schemes.Index().SelectMany(static one =>
                (string[])["--set", $"Listeners:{one.Index}:Address={one.Item}://127.0.0.1:0"]),
            "--set", $"Lmq:Tokens:KeyFiles:0={Path.Combine(TokenFolder, "token-keys.json")}",
            "--set", $"Bridges:0:ClientId={Bridge}", "--set", "Bridges:0:Filters:0=orders/#",
        ]);
        Tls = _broker.NextPort();
        WebSocket = _broker.NextPort();
        WebSocketOverTls = _broker.NextPort();
    }

    /// <summary>Password of the group's clients (LMQ-AUTH-1).</summary>
    public static string Password { get; } = Convert.ToBase64String(
        HMACSHA1.HashData("example-secret"u8.ToArray(), "GID_plant"u8.ToArray()));

    public int Tcp => _broker.Port;

    public int Tls { get; }

    public int WebSocket { get; }

    public int WebSocketOverTls { get; }

    public string Certificate => this["data/tls/certificate.pem"];

    public string this[string name] => _scratch[name];

    private static string TokenFolder => Repository.Cache("example-tokens");

    public static async Task<ExampleBroker> Start()
    {
        if (!File.Exists(Path.Combine(TokenFolder, "token-keys.json"))) await Token(60);
        return new ExampleBroker();
    }

    /// <summary>What the example that stands in for an app's server issues.</summary>
    public static async Task<string> Token(int lifeSeconds)
    {
        await Gate.WaitAsync();
        try
        {
            var issuer = ExampleProgram.CSharp("issue_token", $"{lifeSeconds}");
            await Tool.Run("env", [$"LMQ_TOKEN_FOLDER={TokenFolder}", .. issuer]);
            return await File.ReadAllTextAsync(Path.Combine(TokenFolder, "token.txt"));
        }
        finally
        {
            Gate.Release();
        }
    }

    /// <summary>A client of the test's own.</summary>
    public TinyClient Connect(string device) =>
        TinyClient.Connect(Tcp, $"GID_plant@@@{device}", user: Key, password: Password);

    /// <summary>Publishes with QoS 1 and waits for the PUBACK.</summary>
    public void Publish(string topic, string payload, bool retain = false)
    {
        using var client = Connect("test");
        client.Publish(topic, Encoding.UTF8.GetBytes(payload), 1, 1, retain: retain);
        client.Expect(Mqtt.PacketType.PubAck);
    }

    public void Dispose()
    {
        _broker.Dispose();
        _scratch.Dispose();
    }
}
