using System.Buffers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.Channels;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace LightMq.Process.Clients;

/// <summary>Every scenario with MQTTnet, in this process, driven as the others are.</summary>
internal sealed class MqttNetDriver
{
    private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();
    private readonly Channel<MqttApplicationMessage> _got =
        Channel.CreateUnbounded<MqttApplicationMessage>();

    public static async Task<string> Run(string[] given)
    {
        var output = new StringBuilder();
        if (given[2] == "first") await First(given, output);
        else
        {
            var away = await Connect(given, "away", clean: false);
            await away.Expect("away/t");
            await away._client.DisconnectAsync();
            output.AppendLine("passed offline");
        }
        return output.ToString();
    }

    private static async Task First(string[] given, StringBuilder output)
    {
        var a = await Connect(given, "a");
        var b = await Connect(given, "b");
        for (var qos = 0; qos <= 2; qos++)
        {
            await b.Subscribe($"live/{qos}", qos);
            await a.Count($"live/{qos}", qos);
            await b.Expect($"live/{qos}");
            output.AppendLine($"passed qos{qos}");
        }
        await a.Publish("kept/x", "old"u8.ToArray(), 1, retain: true);
        await b.Subscribe("kept/#", 1);
        Must((await b.Take()).Retain, "retained");
        output.AppendLine("passed retained");
        await b.Subscribe("wild/+/c/#", 1);
        foreach (var topic in (string[])["wild/a/x", "wild/a/c", "wild/b/c/d/e"])
            await a.Publish(topic, [1], 1);
        Must((await b.Take()).Topic == "wild/a/c" && (await b.Take()).Topic == "wild/b/c/d/e", "wildcards");
        output.AppendLine("passed wildcards");
        await b.Subscribe("large", 2);
        var large = Enumerable.Range(0, 65_536).Select(static i => (byte)i).ToArray();
        await a.Publish("large", large, 2);
        Must((await b.Take()).Payload.ToArray().AsSpan().SequenceEqual(large), "64 KiB");
        output.AppendLine("passed 64KiB");
        await b.Subscribe("will/#", 1);
        // Dispose closes the socket without a DISCONNECT.
        (await Connect(given, "dying", will: "gone"))._client.Dispose();
        Must((await b.Take()).Topic == "will/dying", "will");
        output.AppendLine("passed will");
        var away = await Connect(given, "away", clean: false);
        await away.Subscribe("away/#", 1);
        await away._client.DisconnectAsync();
        await a.Count("away/t", 1);
    }

    private static async Task<MqttNetDriver> Connect(
        string[] given, string name, bool clean = true, string? will = null)
    {
        var url = new Uri(given[0]);
        var version = given[1] switch
        {
            "3.1" => MqttProtocolVersion.V310,
            "5" => MqttProtocolVersion.V500,
            _ => MqttProtocolVersion.V311,
        };
        var options = new MqttClientOptionsBuilder().WithClientId(name).WithProtocolVersion(version);
        options = url.Scheme is "ws" or "wss"
            ? options.WithWebSocketServer(server => server.WithUri($"{given[0]}/mqtt"))
            : options.WithTcpServer("127.0.0.1", url.Port);
        options = version == MqttProtocolVersion.V500
            ? options.WithCleanStart(clean).WithSessionExpiryInterval(clean ? 0u : 600u)
            : options.WithCleanSession(clean);
        if (will is not null)
            options = options.WithWillTopic($"will/{name}").WithWillPayload(will)
                .WithWillQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce);
        if (given.Length > 3)
        {
            // Its WebSocket takes no authority of one's own, so both compare the certificate.
            var trusted = X509CertificateLoader.LoadCertificateFromFile(given[3]);
            options = options.WithTlsOptions(tls => tls.UseTls().WithCertificateValidationHandler(
                shown => shown.Certificate.Equals(trusted)));
        }
        var driver = new MqttNetDriver();
        driver._client.ApplicationMessageReceivedAsync += message =>
        {
            driver._got.Writer.TryWrite(message.ApplicationMessage);
            return Task.CompletedTask;
        };
        await driver._client.ConnectAsync(options.Build(), Patience);
        return driver;
    }

    private static CancellationToken Patience => new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token;

    private Task Subscribe(string filter, int qos) =>
        _client.SubscribeAsync(filter, (MqttQualityOfServiceLevel)qos, Patience);

    private Task Publish(string topic, byte[] payload, int qos, bool retain = false) => _client.PublishAsync(
        new MqttApplicationMessageBuilder().WithTopic(topic).WithPayload(payload).WithRetainFlag(retain)
            .WithQualityOfServiceLevel((MqttQualityOfServiceLevel)qos).Build(), Patience);

    private async Task Count(string topic, int qos)
    {
        for (var i = 0; i < 20; i++) await Publish(topic, Encoding.ASCII.GetBytes($"m{i}"), qos);
    }

    private async Task<MqttApplicationMessage> Take() => await _got.Reader.ReadAsync(Patience);

    private async Task Expect(string topic)
    {
        for (var i = 0; i < 20; i++)
        {
            var message = await Take();
            Must(message.Topic == topic && message.ConvertPayloadToString() == $"m{i}", $"{topic} {i}");
        }
    }

    private static void Must(bool isSo, string what)
    {
        if (!isSo) throw new InvalidOperationException(what);
    }
}
