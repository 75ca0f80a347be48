using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace LightMq.Process.Clients;

/// <summary>A client of MQTT 5.0 with MQTTnet that publishes with user properties.</summary>
internal sealed class FiveClient : IAsyncDisposable
{
    private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();

    private FiveClient()
    {
    }

    public static async Task<FiveClient> Connect(int port, string id, CancellationToken patience)
    {
        var five = new FiveClient();
        await five._client.ConnectAsync(new MqttClientOptionsBuilder()
            .WithTcpServer("127.0.0.1", port).WithClientId(id)
            .WithProtocolVersion(MqttProtocolVersion.V500).Build(), patience);
        return five;
    }

    /// <summary>Publishes and waits for its acknowledgement; gives its reason code.</summary>
    public async Task<int> Publish(string topic, string payload, int qos, CancellationToken patience,
        params (string Name, string Value)[] user)
    {
        var message = new MqttApplicationMessageBuilder().WithTopic(topic).WithPayload(payload)
            .WithQualityOfServiceLevel((MqttQualityOfServiceLevel)qos);
        foreach (var (name, value) in user)
            message = message.WithUserProperty(name, System.Text.Encoding.UTF8.GetBytes(value));
        var answer = await _client.PublishAsync(message.Build(), patience);
        return (int)answer.ReasonCode;
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }
}
