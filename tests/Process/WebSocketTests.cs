using System.Net.Sockets;
using System.Text;
using LightMq.Process.Broker;
using MQTTnet;
using MQTTnet.Protocol;
using Xunit;

namespace LightMq.Process;

/// <summary>WebSocket at the real process: MQTTnet, forbidden ports, log lines (LMQ-NET-2).</summary>
public sealed class WebSocketTests
{
    private static CancellationToken Patience => new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;

    [Theory]
    [InlineData("/mqtt", 0)]
    [InlineData("/mqtt", 1)]
    [InlineData("/", 2)]
    [InlineData("/mqtt?who=anybody", 1)]
    public async Task MqttNet(string path, int qos)
    {
        using var scratch = new Scratch();
        using var broker = Start(scratch);
        var got = new TaskCompletionSource<int>();
        using var client = new MqttClientFactory().CreateMqttClient();
        client.ApplicationMessageReceivedAsync += message =>
        {
            got.TrySetResult((int)message.ApplicationMessage.Payload.Length);
            return Task.CompletedTask;
        };
        await client.ConnectAsync(new MqttClientOptionsBuilder()
            .WithWebSocketServer(server => server.WithUri($"ws://127.0.0.1:{broker.Port}{path}"))
            .WithProtocolVersion(MQTTnet.Formatter.MqttProtocolVersion.V311).Build(), Patience);
        await client.SubscribeAsync("t", (MqttQualityOfServiceLevel)qos, Patience);
        await client.PublishAsync(new MqttApplicationMessageBuilder().WithTopic("t")
            .WithPayload(new byte[65_536]).WithQualityOfServiceLevel((MqttQualityOfServiceLevel)qos).Build(),
            Patience);
        Assert.Equal(65_536, await got.Task.WaitAsync(Patience));
        await client.DisconnectAsync(cancellationToken: Patience);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: b\r\n\r\n", "plain HTTP")]
    [InlineData("GET /mqtt HTTP/1.1\r\nHost: b\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n", "MQTT-6.0.0-3")]
    [InlineData("\x10\x0d\0\x04MQTT\x04\x02\0\0\0\x01a", "no HTTP")]
    public async Task Who_is_turned_away_is_told_in_the_log(string request, string why)
    {
        using var scratch = new Scratch();
        using var broker = Start(scratch);
        using var socket = new TcpClient("127.0.0.1", broker.Port);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request), Patience);
        using var reader = new StreamReader(stream);
        await reader.ReadToEndAsync(Patience);
        while (!broker.Log.Contains(why)) await Task.Delay(20, Patience);
        Assert.Contains("turned away by listener ws", broker.Log);
    }

    [Theory]
    [InlineData("ws", 80, 8080)]
    [InlineData("wss", 443, 8443)]
    public async Task Without_permission_for_a_browser_s_port_it_takes_another_and_says_so(
        string scheme, int wanted, int taken)
    {
        using var scratch = new Scratch();
        // An address of the loopback net on which nobody else listens; no more rights than a service has.
        string[] broker = [Repository.BrokerPath, "--data", scratch["data"], "--dialect", "plain",
            "--listen", $"{scheme}://127.80.0.1"];
        using var tool = Environment.IsPrivilegedProcess
            ? Clients.Tool.Start("setpriv", ["--bounding-set=-net_bind_service", "--", .. broker])
            : Clients.Tool.Start(broker[0], broker[1..]);
        Assert.Equal(
            $"ready {scheme} 127.80.0.1:{taken} instead of port {wanted}, which is not permitted",
            await tool.Line());
    }

    private static BrokerProcess Start(Scratch scratch) => BrokerProcess.StartWith(
        "--data", scratch["data"], "--listen", "ws://127.0.0.1:0", "--dialect", "plain");
}
