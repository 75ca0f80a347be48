using System.Text;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace LightMq.Process.Clients;

/// <summary>A gateway with MQTTnet and MQTT 5.0, as the uplink comes: stamped messages with QoS 1.</summary>
internal sealed class GatewayClient : IAsyncDisposable
{
    private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();

    private GatewayClient()
    {
    }

    /// <summary>User properties of the CONNACK.</summary>
    public IReadOnlyDictionary<string, string> Told { get; private set; } = new Dictionary<string, string>();

    public static async Task<GatewayClient> Connect(
        int port, string id, string user, string password, string installation)
    {
        var gateway = new GatewayClient();
        var options = new MqttClientOptionsBuilder()
            .WithTcpServer("127.0.0.1", port).WithClientId(id).WithCleanStart(false)
            .WithSessionExpiryInterval(uint.MaxValue).WithProtocolVersion(MqttProtocolVersion.V500)
            .WithCredentials(user, password)
            .WithUserProperty("lmq-install", Encoding.ASCII.GetBytes(installation));
        var answer = await gateway._client.ConnectAsync(options.Build());
        if (answer.ResultCode != MqttClientConnectResultCode.Success)
            throw new InvalidOperationException($"{answer.ResultCode}: {answer.ReasonString}");
        gateway.Told = answer.UserProperties.ToDictionary(static one => one.Name,
            static one => Encoding.UTF8.GetString(one.ValueBuffer.Span));
        return gateway;
    }

    /// <summary>Sends one message; done with its PUBACK.</summary>
    public async Task Publish(string client, string epoch, int sequence, string payload)
    {
        var message = new MqttApplicationMessageBuilder().WithTopic("parent/a").WithPayload(payload)
            .WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce)
            .WithUserProperty("lmq-client", Encoding.UTF8.GetBytes(client))
            .WithUserProperty("lmq-epoch", Encoding.UTF8.GetBytes(epoch))
            .WithUserProperty("lmq-seq", Encoding.UTF8.GetBytes($"{sequence}"))
            .WithUserProperty("lmq-key", Encoding.UTF8.GetBytes(client));
        var answer = await _client.PublishAsync(message.Build());
        if (!answer.IsSuccess) throw new InvalidOperationException($"{answer.ReasonCode}");
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }
}
