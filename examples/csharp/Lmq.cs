using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace LightMq.Examples;

/// <summary>What all examples share: where the broker is, and the login by signature (LMQ-AUTH-1).</summary>
internal static class Lmq
{
    private const string Group = "GID_plant";

    public static string Host => Setting("LMQ_HOST", "127.0.0.1");

    public static int Port(int usual) => int.Parse(Setting("LMQ_PORT", $"{usual}"));

    public static string Setting(string name, string usual) =>
        Environment.GetEnvironmentVariable(name) ?? usual;

    /// <summary>A client named GID_plant@@@device that signs its login.</summary>
    public static MqttClientOptionsBuilder Client(string device)
    {
        var secret = Encoding.UTF8.GetBytes(Setting("LMQ_SECRET", "example-secret"));
        var signature = HMACSHA1.HashData(secret, Encoding.UTF8.GetBytes(Group));
        return new MqttClientOptionsBuilder()
            .WithProtocolVersion(MqttProtocolVersion.V311)
            .WithClientId($"{Group}@@@{device}")
            .WithCredentials(Setting("LMQ_KEY", "example-key"), Convert.ToBase64String(signature));
    }

    /// <summary>Connects such a client over TCP.</summary>
    public static Task<(IMqttClient Client, ChannelReader<Received> Messages)> Connect(
        string device, bool clean = true) =>
        Connect(Client(device).WithCleanSession(clean).WithTcpServer(Host, Port(1883)));

    /// <summary>Connects; what the client receives waits in the channel.</summary>
    public static async Task<(IMqttClient Client, ChannelReader<Received> Messages)> Connect(
        MqttClientOptionsBuilder options)
    {
        var client = new MqttClientFactory().CreateMqttClient();
        var messages = Channel.CreateUnbounded<Received>();
        client.ApplicationMessageReceivedAsync += got =>
        {
            got.AutoAcknowledge = false;
            messages.Writer.TryWrite(new Received(got));
            return Task.CompletedTask;
        };
        client.DisconnectedAsync += _ =>
        {
            messages.Writer.TryComplete();
            return Task.CompletedTask;
        };
        var answer = await client.ConnectAsync(options.Build());
        if (answer.ResultCode != MqttClientConnectResultCode.Success)
            throw new InvalidOperationException($"the broker says {answer.ResultCode}");
        return (client, messages.Reader);
    }

    /// <summary>Publishes with QoS 1 and waits for the PUBACK.</summary>
    public static Task Publish(this IMqttClient client, string topic, string payload) =>
        client.PublishStringAsync(topic, payload, MqttQualityOfServiceLevel.AtLeastOnce);

    /// <summary>Subscribes with QoS 1.</summary>
    public static Task Subscribe(this IMqttClient client, string filter) =>
        client.SubscribeAsync(filter, MqttQualityOfServiceLevel.AtLeastOnce);

    /// <summary>Prints the next message, then acknowledges it.</summary>
    public static async Task Print(this ChannelReader<Received> messages)
    {
        var message = await messages.ReadAsync();
        Console.WriteLine($"{message.Topic} {message.Payload}");
        await message.Acknowledge();
    }
}

/// <summary>A message to be acknowledged once it has been dealt with.</summary>
internal sealed record Received(MqttApplicationMessageReceivedEventArgs Got)
{
    public string Topic => Got.ApplicationMessage.Topic;

    public string Payload => Got.ApplicationMessage.ConvertPayloadToString();

    public Task Acknowledge() => Got.AcknowledgeAsync(CancellationToken.None);
}
