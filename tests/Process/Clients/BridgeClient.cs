using System.Text;
using System.Threading.Channels;
using MQTTnet;
using MQTTnet.Formatter;

namespace LightMq.Process.Clients;

/// <summary>A bridge with MQTTnet and MQTT 5.0: takes messages and leaves them unacknowledged.</summary>
internal sealed class BridgeClient : IAsyncDisposable
{
    private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();
    private readonly Channel<MqttApplicationMessage> _got =
        Channel.CreateUnbounded<MqttApplicationMessage>();

    private BridgeClient()
    {
    }

    /// <summary>The user properties of a message.</summary>
    public static Dictionary<string, string> Told(MqttApplicationMessage message) =>
        message.UserProperties.ToDictionary(
            static one => one.Name, static one => Encoding.UTF8.GetString(one.ValueBuffer.Span));

    public static async Task<BridgeClient> Connect(
        int port, string id, CancellationToken patience, string? user = null, string? password = null)
    {
        var bridge = new BridgeClient();
        bridge._client.ApplicationMessageReceivedAsync += got =>
        {
            got.AutoAcknowledge = false;
            bridge._got.Writer.TryWrite(got.ApplicationMessage);
            return Task.CompletedTask;
        };
        var options = new MqttClientOptionsBuilder()
            .WithTcpServer("127.0.0.1", port).WithClientId(id).WithCleanStart(false)
            .WithSessionExpiryInterval(uint.MaxValue).WithProtocolVersion(MqttProtocolVersion.V500);
        if (user is not null) options = options.WithCredentials(user, password);
        await bridge._client.ConnectAsync(options.Build(), patience);
        return bridge;
    }

    public async Task<MqttApplicationMessage> Take(CancellationToken patience) =>
        await _got.Reader.ReadAsync(patience).AsTask().WaitAsync(TimeSpan.FromSeconds(20), patience);

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }
}
