using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using LightMq.Lmq;
using LightMq.Process.Broker;
using LightMq.Process.Clients;
using MQTTnet;
using MQTTnet.Protocol;
using Xunit;

namespace LightMq.Process;

/// <summary>Token logins through the real process, with stock clients (LMQ-AUTH-2, LMQ-TOK-5 to 8).</summary>
public sealed class TokenTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task MQTTnet_uploads_a_token_and_is_told_of_its_end()
    {
        using var edge = new LmqBroker();
        using var broker = edge.Start();
        var (client, got) = await Connect(broker, "GID_AAA@@@net");
        await Upload(client, edge.Token("short", lifeSeconds: 200));
        var notice = await got.Reader.ReadAsync(Cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(20), Cancel);
        Assert.StartsWith("$SYS/tokenExpireNotice {\"expireTime\":", notice);
        await Upload(client, edge.Token("long"));
        await client.SubscribeAsync("parent/x", MqttQualityOfServiceLevel.AtLeastOnce, Cancel);
        await client.PublishStringAsync(
            "parent/x", "hello", MqttQualityOfServiceLevel.AtLeastOnce, cancellationToken: Cancel);
        var message = await got.Reader.ReadAsync(Cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(20), Cancel);
        Assert.Equal("parent/x hello", message);
        await client.DisconnectAsync(cancellationToken: Cancel);
    }

    [Fact]
    public async Task Paho_uploads_a_token_and_is_closed_at_its_end()
    {
        using var edge = new LmqBroker();
        using var broker = edge.Start();
        const string Script = """
            import sys, paho.mqtt.client as mqtt
            port, token = int(sys.argv[1]), sys.argv[2]
            c = mqtt.Client("GID_AAA@@@paho", clean_session=True)
            c.on_connect = lambda c, u, f, rc: c.publish(
                "$SYS/uploadToken", '{"token":"%s","type":"RW"}' % token, 1)
            def published(c, u, mid):
                if mid == 1: c.subscribe("parent/#", 1)
            c.on_publish = published
            c.on_subscribe = lambda c, u, mid, qos: c.publish("parent/x", "hello", 1)
            def got(c, u, m): print(m.topic, m.payload.decode(), flush=True)
            c.on_message = got
            def gone(c, u, rc):
                print("closed", flush=True)
                c.loop_stop()
                sys.exit(0)
            c.on_disconnect = gone
            c.connect("127.0.0.1", port)
            c.loop_forever(retry_first_connection=False)
            """;
        var said = await Tool.Run(
            "/usr/bin/python3", "-c", Script, $"{broker.Port}", edge.Token("p", lifeSeconds: 6));
        Assert.Contains("$SYS/tokenExpireNotice", said);
        Assert.Contains("parent/x hello", said);
        Assert.Contains("""$SYS/tokenInvalidNotice {"code":2,"type":"RW"}""", said);
        Assert.EndsWith("closed", said.TrimEnd());
    }

    [Fact]
    public async Task A_revocation_ends_a_live_connection_within_a_second_and_outlives_the_auth_server()
    {
        using var auth = new RevocationServer();
        using var edge = new LmqBroker(auth.Url);
        var token = edge.Token("taken-back");
        using (var broker = edge.Start())
        {
            using var device = Come(broker, "GID_AAA@@@1");
            using var other = Come(broker, "GID_AAA@@@2");
            Upload(device, token);
            Upload(other, edge.Token("kept"));
            while (auth.Asked == 0) await Task.Delay(20, Cancel);
            auth.Revoke("taken-back");
            var clock = Stopwatch.StartNew();
            var notice = device.Expect(Mqtt.PacketType.Publish);
            Assert.Equal("""{"code":3,"type":"RW"}""", Encoding.UTF8.GetString(notice.Payload));
            // A second between two questions, and one for a machine that has others to serve.
            Assert.InRange(clock.ElapsedMilliseconds, 0, 2_000);
            Assert.Throws<SocketException>(() => device.Next(5_000));
            other.Ping();
            // It counts before it is kept: the disk may be slow.
            var kept = edge["data/revocations.json"];
            while (!File.Exists(kept) || !File.ReadAllText(kept).Contains("taken-back"))
                await Task.Delay(20, Cancel);
            auth.Dispose();
            broker.Kill();
        }
        using (var broker = edge.Start())
        {
            using var again = Come(broker, "GID_AAA@@@1");
            again.Publish("$SYS/uploadToken", TokenUpload.Body(Encoding.ASCII.GetBytes(token),
                TokenActions.ReadWrite), 1, 1);
            Assert.Equal("""{"code":3,"type":"RW"}""",
                Encoding.UTF8.GetString(again.Expect(Mqtt.PacketType.Publish).Payload));
            Assert.DoesNotContain(token, broker.Log);
        }
    }

    [Theory]
    [InlineData("500 Internal Server Error", "", "it answers with status 500")]
    [InlineData("200 OK", "<html>Welcome to the hotel</html>", "its answer is no list of revocations")]
    public async Task An_auth_server_in_trouble_is_asked_less_often_and_told_once_until_it_answers(
        string status, string body, string reason)
    {
        using var auth = new RevocationServer { Trouble = (status, body) };
        using var edge = new LmqBroker(auth.Url);
        using var broker = edge.Start();
        using var device = Come(broker, "GID_AAA@@@1");
        Upload(device, edge.Token("taken-back"));
        var clock = Stopwatch.StartNew();
        while (auth.Asked < 3) await Task.Delay(20, Cancel);
        // At once, after 2 s and 4 s.
        Assert.True(clock.Elapsed > TimeSpan.FromSeconds(4), $"asked three times within {clock.Elapsed}");
        Assert.Equal(2, broker.Log.Split(reason).Length);
        device.Ping();
        auth.Revoke("taken-back");
        auth.Trouble = null;
        Assert.Equal("""{"code":3,"type":"RW"}""",
            Encoding.UTF8.GetString(device.Expect(Mqtt.PacketType.Publish).Payload));
        while (!broker.Log.Contains("The auth server tells of revocations again"))
            await Task.Delay(20, Cancel);
    }

    [Fact]
    public void Without_a_set_clock_a_token_that_is_not_valid_yet_is_let_in_and_the_log_says_why()
    {
        using var edge = new LmqBroker(clock: "kernel");
        using var broker = edge.Start();
        using var device = Come(broker, "GID_AAA@@@1");
        var body = TokenUpload.Body(
            Encoding.ASCII.GetBytes(edge.Token("early", startsInSeconds: 600)), TokenActions.ReadWrite);
        device.Publish("$SYS/uploadToken", body, 1, 1);
        // Whether this machine's clock was set from the network is not ours to say.
        if (broker.Log.Contains("The clock is not trusted"))
        {
            Assert.Equal(1, device.Expect(Mqtt.PacketType.PubAck).Id);
            return;
        }
        Assert.Equal("""{"code":2,"type":"RW"}""",
            Encoding.UTF8.GetString(device.Expect(Mqtt.PacketType.Publish).Payload));
    }

    [Fact]
    public void Forged_tokens_are_refused_with_their_code_and_harm_nobody()
    {
        using var edge = new LmqBroker();
        using var broker = edge.Start();
        using var bystander = Come(broker, "GID_AAA@@@bystander");
        Upload(bystander, edge.Token("good"));
        using var foreign = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var good = edge.Token("good");
        var parts = good.Split('.');
        var none = Base64("""{"alg":"none","typ":"JWT"}""") + "." + parts[1] + ".";
        (string Token, int Code)[] forged =
        [
            ("rubbish", 1), (none, 1), (good[..^22], 8), (good[..^1], 1),
            (edge.Token("f", issuer: new TokenIssuer(foreign)), 1),
            (edge.Token("f", issuer: new TokenIssuer(foreign, edge.Issuer.KeyId)), 8),
            ($"{parts[0]}.{Base64("""{"jti":"x"}""")}.{parts[2]}", 8),
            (edge.Token("old", lifeSeconds: -10), 2), (edge.Token("early", startsInSeconds: 600), 2),
            (edge.Token("bound", clientId: "GID_AAA@@@other"), -1), (new string('a', 20_000), 0),
        ];
        foreach (var (token, code) in forged)
        {
            using var device = Come(broker, "GID_AAA@@@1");
            device.Publish("$SYS/uploadToken",
                TokenUpload.Body(Encoding.ASCII.GetBytes(token), TokenActions.ReadWrite), 1, 1);
            if (code != 0)
                Assert.Equal($$"""{"code":{{code}},"type":"RW"}""",
                    Encoding.UTF8.GetString(device.Expect(Mqtt.PacketType.Publish).Payload));
            Assert.Throws<SocketException>(() => device.Next(5_000));
            Assert.DoesNotContain(token, broker.Log);
        }
        bystander.Ping();
        Assert.Contains("refused", broker.Log);
    }

    [Fact]
    public async Task Keys_are_exchanged_while_it_runs()
    {
        using var edge = new LmqBroker();
        using var broker = edge.Start();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var token = edge.Token("next", issuer: new TokenIssuer(key));
        File.AppendAllText(edge["keys.pem"], "\n" + key.ExportSubjectPublicKeyInfoPem());
        for (var tries = 0; ; tries++)
        {
            using var device = Come(broker, "GID_AAA@@@1");
            device.Publish("$SYS/uploadToken",
                TokenUpload.Body(Encoding.ASCII.GetBytes(token), TokenActions.ReadWrite), 1, 1);
            if (device.Next(5_000)?.Type == Mqtt.PacketType.PubAck) break;
            Assert.True(tries < 40, broker.Log);
            await Task.Delay(250, Cancel);
        }
        File.WriteAllText(edge["keys.pem"], "broken");
        while (!broker.Log.Contains("still verified with the old public keys")) await Task.Delay(100, Cancel);
        using var old = Come(broker, "GID_AAA@@@2");
        Upload(old, edge.Token("first"));
    }

    private static TinyClient Come(BrokerProcess broker, string clientId) =>
        TinyClient.Connect(broker.Port, clientId);

    private static void Upload(TinyClient client, string token)
    {
        client.Publish("$SYS/uploadToken",
            TokenUpload.Body(Encoding.ASCII.GetBytes(token), TokenActions.ReadWrite), 1, 1);
        client.Expect(Mqtt.PacketType.PubAck);
    }

    private static async Task<(IMqttClient, Channel<string>)> Connect(BrokerProcess broker, string clientId)
    {
        var client = new MqttClientFactory().CreateMqttClient();
        var got = Channel.CreateUnbounded<string>();
        client.ApplicationMessageReceivedAsync += message =>
        {
            got.Writer.TryWrite($"{message.ApplicationMessage.Topic} "
                + message.ApplicationMessage.ConvertPayloadToString());
            return Task.CompletedTask;
        };
        await client.ConnectAsync(new MqttClientOptionsBuilder()
            .WithTcpServer("127.0.0.1", broker.Port).WithClientId(clientId).Build());
        return (client, got);
    }

    private static async Task Upload(IMqttClient client, string token) => await client.PublishBinaryAsync(
        "$SYS/uploadToken", TokenUpload.Body(Encoding.ASCII.GetBytes(token), TokenActions.ReadWrite),
        MqttQualityOfServiceLevel.AtLeastOnce);

    private static string Base64(string text) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes(text)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
