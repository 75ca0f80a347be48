using LightMq.Process.Broker;
using LightMq.Process.Clients;
using Xunit;

namespace LightMq.Process;

/// <summary>
/// Stock clients, clean and persistent: QoS 0 to 2, retained messages, a queue kept over a restart.
/// </summary>
public sealed class ThirdPartyTests
{
    private static readonly string[] Payloads = ["one", "two", "three", "four", "five"];

    [Theory]
    [InlineData("mqttv31")]
    [InlineData("mqttv311")]
    [InlineData("mqttv5")]
    public async Task Mosquitto(string version) => await Try(await ThirdParty.Mosquitto(version));

    [Fact]
    public async Task Paho_for_Python() => await Try(await ThirdParty.Python());

    [Fact]
    public async Task Npm_mqtt() => await Try(await ThirdParty.Npm());

    [Fact]
    public async Task Paho_C() => await Try(await ThirdParty.PahoC());

    [Fact]
    public async Task Paho_for_Python_over_WebSocket() => await Try(await ThirdParty.Python("ws:"), "ws");

    [Fact]
    public async Task Npm_mqtt_over_WebSocket() => await Try(await ThirdParty.Npm("ws:"), "ws");

    [Fact]
    public async Task Paho_for_Python_over_WebSocket_over_TLS() =>
        await Try(await ThirdParty.Python("wss:"), "wss");

    [Fact]
    public async Task Npm_mqtt_over_WebSocket_over_TLS() => await Try(await ThirdParty.Npm("wss:"), "wss");

    private static async Task Try(ThirdParty client, string scheme = "tcp")
    {
        using var scratch = new Scratch();
        using (var broker = Start(scratch["data"], scheme))
        {
            for (var qos = 0; qos <= 2; qos++) await TryClean(client, broker.Port, qos);
            await FillPersistent(client, broker.Port);
            Assert.Equal(0, broker.Terminate());
        }
        using var next = Start(scratch["data"], scheme);
        await DrainPersistent(client, next.Port);
    }

    private static BrokerProcess Start(string data, string scheme) => BrokerProcess.StartWith(
        "--data", data, "--listen", $"{scheme}://127.0.0.1:0", "--dialect", "plain");

    /// <summary>The retained message doubles as the sign that the subscription stands.</summary>
    private static async Task TryClean(ThirdParty client, int port, int qos)
    {
        await client.Publish(port, $"clean/{qos}/kept", qos, true, ["retained"]);
        using var subscriber =
            client.Subscribe(port, $"clean{qos}", true, $"clean/{qos}/#", qos, 1 + Payloads.Length);
        var lines = new List<string>();
        // Paho C first says where it connects and what it subscribes to.
        do lines.Add(await subscriber.Line());
        while (!lines[^1].EndsWith("retained") && lines.Count < 10);
        Assert.EndsWith("retained", lines[^1]);
        await client.Publish(port, $"clean/{qos}/live", qos, false, Payloads);
        foreach (var payload in Payloads) Assert.EndsWith(payload, await subscriber.Line());
    }

    private static async Task FillPersistent(ThirdParty client, int port)
    {
        for (var qos = 1; qos <= 2; qos++)
        {
            using var subscriber = client.Subscribe(port, $"kept{qos}", false, $"kept/{qos}", qos, 0);
            await subscriber.Finish();
            await client.Publish(port, $"kept/{qos}", qos, false, Payloads);
        }
    }

    private static async Task DrainPersistent(ThirdParty client, int port)
    {
        for (var qos = 1; qos <= 2; qos++)
        {
            using var subscriber =
                client.Subscribe(port, $"kept{qos}", false, $"kept/{qos}", qos, Payloads.Length);
            foreach (var payload in Payloads) Assert.Equal($"kept/{qos} {payload}", await subscriber.Line());
            await subscriber.Finish();
        }
    }
}
