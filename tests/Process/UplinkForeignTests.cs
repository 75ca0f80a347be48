using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using LightMq.Process.Broker;
using LightMq.Process.Uplink;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;
using Xunit;

namespace LightMq.Process;

/// <summary>The uplink to centrals of other makes: at least once, each client in order.</summary>
public sealed class UplinkForeignTests
{
    private const int Messages = 300;

    [Theory]
    [InlineData("5.0")]
    [InlineData("3.1.1")]
    public async Task Mosquitto_gets_everything_in_order_though_it_is_killed_on_the_way(string protocol)
    {
        using var scratch = new Scratch();
        var port = FreePort();
        File.WriteAllText(scratch["mosquitto.conf"], $"""
            listener {port} 127.0.0.1
            allow_anonymous true
            set_tcp_nodelay true
            max_queued_messages 0
            """);
        using var rig = new UplinkRig($$"""
            "Addresses": [ "127.0.0.1:{{port}}" ], "Login": "none", "Protocol": "{{protocol}}",
            "Filters": [ "cmd/#" ]
            """).Start();
        var seen = new List<string>();
        for (var round = 0; round < 3; round++)
        {
            using var mosquitto = new ForeignBroker("mosquitto", ["-c", scratch["mosquitto.conf"]], port);
            using var reader = await Reader(port, seen);
            for (var i = 0; i < Messages; i++) rig.Publish("plant/a", $"{round * Messages + i}");
            // The first two rounds end while messages are under way.
            if (round < 2) await rig.WaitForCount("acknowledged", 1 + round * 20);
            else await rig.WaitForCount("acknowledged", 1);
            if (round == 2) await Until(() => Last(seen) == 3 * Messages - 1, () => $"{Last(seen)}");
        }
        lock (seen)
        {
            // A message that was under way in a kill may be there twice, but none before its turn.
            var firsts = seen.Select(int.Parse).Distinct().ToArray();
            Assert.Equal(firsts.Order(), firsts);
            Assert.Equal(Messages, firsts.Count(static one => one >= 2 * Messages));
        }
    }

    [Fact]
    public async Task Mosquitto_above_sends_down_what_is_subscribed_and_nothing_comes_back()
    {
        using var scratch = new Scratch();
        var port = FreePort();
        File.WriteAllText(scratch["mosquitto.conf"], $"listener {port} 127.0.0.1\nallow_anonymous true\n");
        using var mosquitto = new ForeignBroker("mosquitto", ["-c", scratch["mosquitto.conf"]], port);
        using var rig = new UplinkRig($$"""
            "Addresses": [ "127.0.0.1:{{port}}" ], "Login": "none", "Filters": [ "cmd/#" ]
            """).Start();
        await rig.WaitForState("healthy");
        var below = new List<string>();
        using var local = await Reader(rig.Broker.Port, below, "cmd/#");
        using var above = await Reader(port, [], "none");
        for (var i = 0; i < 50; i++)
            await above.PublishStringAsync("cmd/valve", $"{i}", MqttQualityOfServiceLevel.AtLeastOnce,
                cancellationToken: TestContext.Current.CancellationToken);
        await Until(() => Last(below) == 49, () => $"{Last(below)}");
        lock (below) Assert.Equal(Enumerable.Range(0, 50).Select(static i => $"{i}"), below);
        await rig.WaitForCount("downAcknowledged", 50);
        Assert.Equal(0, rig.Uplink.Terminate());
    }

    [Fact]
    public async Task RabbitMq_gets_everything_in_order()
    {
        var port = FreePort();
        using var rabbit = await RabbitBroker.Start(port);
        using var rig = new UplinkRig($$"""
            "Addresses": [ "127.0.0.1:{{port}}" ], "Login": "password", "User": "guest",
            "SecretFile": "SCRATCH/secret", "Protocol": "3.1.1", "Filters": [ "cmd/#" ]
            """);
        File.WriteAllText(rig["secret"], "guest\n");
        rig.Start();
        await rig.WaitForState("healthy");
        var seen = new List<string>();
        using var reader = await Reader(port, seen, "plant/#", "guest");
        for (var i = 0; i < Messages; i++) rig.Publish("plant/a", $"{i}");
        await Until(() => Last(seen) == Messages - 1, () => $"{Last(seen)}");
        lock (seen) Assert.Equal(Enumerable.Range(0, Messages).Select(static i => $"{i}"), seen);
    }

    [Fact]
    public async Task An_idle_uplink_is_small()
    {
        using var central = new ScriptedCentral();
        using var rig = new UplinkRig(central).Start();
        using var peer = await central.Welcome();
        await rig.WaitForState("healthy");
        // As NativeAOT; what a plain build takes says nothing.
        if (!Repository.PathOf("lightmq-uplink", "Uplink").Contains("publish")) return;
        Assert.InRange(rig.Uplink.ResidentKilobytes, 1, 30_000);
    }

    private static int Last(List<string> seen)
    {
        lock (seen) return seen.Count == 0 ? -1 : int.Parse(seen[^1]);
    }

    private static async Task Until(Func<bool> isSo, Func<string> what)
    {
        for (var clock = Stopwatch.StartNew(); !isSo(); await Task.Delay(20))
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60), what());
    }

    private static async Task<IMqttClient> Reader(
        int port, List<string> seen, string filter = "plant/#", string? user = null)
    {
        var client = new MqttClientFactory().CreateMqttClient();
        client.ApplicationMessageReceivedAsync += come =>
        {
            lock (seen) seen.Add(come.ApplicationMessage.ConvertPayloadToString());
            return Task.CompletedTask;
        };
        var options = new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", port)
            .WithProtocolVersion(MqttProtocolVersion.V311).WithClientId($"reader{port}");
        if (user is not null) options.WithCredentials(user, user);
        await client.ConnectAsync(options.Build());
        await client.SubscribeAsync(filter, MqttQualityOfServiceLevel.AtLeastOnce);
        return client;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
