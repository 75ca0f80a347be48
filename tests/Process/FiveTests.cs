using System.Threading.Channels;
using LightMq.Process.Broker;
using LightMq.Process.Clients;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;
using Xunit;

namespace LightMq.Process;

/// <summary>What MQTT 5.0 added, used by npm's mqtt against the real process, over every transport.</summary>
public sealed class FiveTests
{
    [Theory]
    [InlineData("tcp")]
    [InlineData("tls")]
    [InlineData("ws")]
    [InlineData("wss")]
    public async Task Every_feature(string scheme)
    {
        using var scratch = new Scratch();
        using var broker = BrokerProcess.StartWith("--data", scratch["data"],
            "--listen", $"{scheme}://127.0.0.1:0", "--dialect", "plain",
            "--set", "Limits:KeepAliveSecondsMax=20");
        var driver = await Driver.Get("five");
        var told = await driver.Run($"{scheme}://127.0.0.1:{broker.Port}");
        Assert.Equal(20, told.Split('\n').Count(static line => line.StartsWith("passed ")));
        Assert.EndsWith("done\n", told);
    }

    /// <summary>With MQTTnet, which can leave messages unacknowledged.</summary>
    [Fact]
    public async Task No_more_is_under_way_to_a_client_than_it_takes()
    {
        var patience = TestContext.Current.CancellationToken;
        using var scratch = new Scratch();
        using var broker = BrokerProcess.Start(scratch["data"]);
        var held = Channel.CreateUnbounded<MqttApplicationMessageReceivedEventArgs>();
        using var client = new MqttClientFactory().CreateMqttClient();
        client.ApplicationMessageReceivedAsync += got =>
        {
            got.AutoAcknowledge = false;
            held.Writer.TryWrite(got);
            return Task.CompletedTask;
        };
        await client.ConnectAsync(new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", broker.Port)
            .WithProtocolVersion(MqttProtocolVersion.V500).WithReceiveMaximum(3).Build(), patience);
        await client.SubscribeAsync("t", MqttQualityOfServiceLevel.AtLeastOnce, patience);
        for (var i = 0; i < 8; i++)
            await client.PublishStringAsync("t", $"{i}", MqttQualityOfServiceLevel.AtLeastOnce,
                cancellationToken: patience);
        for (var next = 0; next < 8; next++)
        {
            var got = await held.Reader.ReadAsync(patience).AsTask()
                .WaitAsync(TimeSpan.FromSeconds(20), patience);
            Assert.Equal($"{next}", got.ApplicationMessage.ConvertPayloadToString());
            if (next < 2) continue;
            // Three are here; a ping that comes back shows that no fourth was behind them.
            await client.PingAsync(patience);
            await Task.Delay(100, patience);
            Assert.Equal(0, held.Reader.Count);
            await got.AcknowledgeAsync(patience);
        }
    }
}
