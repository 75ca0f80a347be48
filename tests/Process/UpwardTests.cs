using System.Text;
using LightMq.Mqtt;
using LightMq.Process.Broker;
using LightMq.Process.Clients;
using MQTTnet;
using Xunit;

namespace LightMq.Process;

/// <summary>
/// A bridge with a stock client of MQTT 5.0 at the real process (LMQ-CORE-4, LMQ-PRE-1, LMQ-AUTH-5).
/// </summary>
public sealed class UpwardTests
{
    private const string Sensor = "DVES_1A2B3C", Named = $"GID_sensors@@@{Sensor}";
    private const string Client = "GID_plant@@@1";

    [Fact]
    public async Task A_bridge_is_told_the_same_of_a_message_after_a_kill_and_who_comes_and_goes()
    {
        var patience = TestContext.Current.CancellationToken;
        using var scratch = new Scratch();
        File.WriteAllText(scratch["lightmq.json"], """
            {
              "Lmq": { "Topics": [ "GID_plant_MQTT" ] },
              "Bridges": [ {
                "ClientId": "up", "Filters": [ "#" ],
                "Sensors": {
                  "Group": "GID_sensors", "Topics": [ { "Filter": "tele/+/SENSOR", "Topic": "plant/+" } ]
                }
              } ]
            }
            """);
        Dictionary<string, string> first;
        using (var broker = BrokerProcess.Start(scratch["data"], "--config", scratch["lightmq.json"]))
        {
            Publish(broker, "21.5");
            await using var up = await BridgeClient.Connect(broker.Port, "up", patience);
            var message = await up.Take(patience);
            Assert.Equal("plant/tasmota", message.Topic);
            first = BridgeClient.Told(message);
            Assert.Equal((Named, Named, "1"), (first["lmq-client"], first["lmq-key"], first["lmq-seq"]));
            broker.Kill();
        }
        using var next = BrokerProcess.Start(scratch["data"], "--config", scratch["lightmq.json"]);
        await using var again = await BridgeClient.Connect(next.Port, "up", patience);
        var repeated = await again.Take(patience);
        Assert.Equal(first, BridgeClient.Told(repeated));
        Publish(next, "21.6");
        var second = BridgeClient.Told(await again.Take(patience));
        Assert.Equal((Named, "1"), (second["lmq-client"], second["lmq-seq"]));
        Assert.NotEqual(first["lmq-epoch"], second["lmq-epoch"]);
        using (var client = TinyClient.Connect(next.Port, Client)) client.Disconnect();
        string[] kinds = ["connect", "disconnect", "tcpclean"];
        for (var i = 0; i < kinds.Length; i++)
        {
            var presence = await again.Take(patience);
            var told = BridgeClient.Told(presence);
            Assert.Equal("GID_plant_MQTT", presence.Topic);
            Assert.Equal((Client, $"{i + 1}"), (told["lmq-client"], told["lmq-seq"]));
            var body = presence.ConvertPayloadToString();
            Assert.Contains($"\"eventType\":\"{kinds[i]}\",\"channelId\":\"{told["lmq-channel"]}\"", body);
        }
        Assert.Equal(0, next.Terminate());
    }

    private static void Publish(BrokerProcess broker, string payload)
    {
        using var sensor = TinyClient.Connect(broker.Port, Sensor);
        sensor.Publish("tele/tasmota/SENSOR", Encoding.UTF8.GetBytes(payload), 1, 1);
        Assert.Equal(1, sensor.Expect(PacketType.PubAck).Id);
    }
}
