using System.Text;
using System.Threading.Channels;
using LightMq.Process.Broker;
using LightMq.Process.Clients;
using MQTTnet;
using MQTTnet.Protocol;
using Xunit;

namespace LightMq.Process;

/// <summary>
/// The real central: what gateways bring is read from its stream API, over kills and restarts.
/// </summary>
public sealed class CentralTests(ITestOutputHelper output)
{
    private const int Sensors = 3, Cycles = 12, EachCycle = 400, Window = 50;
    private const string Epoch = "7-000000000000000000000000000000ab";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static Task<GatewayClient> Come(
        BrokerProcess central, string installation = "box-1", string id = CentralSite.Gateway) =>
        GatewayClient.Connect(
            central.Port, id, "AK", CentralSite.PasswordOf(id[..id.IndexOf('@')]), installation);

    private static string SensorOf(int number) => $"GID_AAA@@@s{number % Sensors}";

    private static Task Send(GatewayClient gateway, int number) => gateway.Publish(
        SensorOf(number), Epoch, number / Sensors + 1, $"{number}");

    [Fact]
    public async Task A_stock_clients_stamped_stream_is_read_in_order_and_once_with_its_names()
    {
        using var site = new CentralSite();
        using var central = site.Start();
        await using (var gateway = await Come(central))
        {
            for (var number = 0; number < 90; number++) await Send(gateway, number);
            // What was acknowledged before is acknowledged again, and dropped.
            await Send(gateway, 30);
            Assert.Equal(File.ReadAllText(site["data/core/cluster"]).Trim(), gateway.Told["lmq-cluster"]);
        }
        Verify(await site.ReadAll(), 90);
        var gateways = await site.Ask("GET", "/v1/gateways", null, "operator");
        var known = Assert.Single(gateways.GetProperty("gateways").EnumerateArray());
        Assert.Equal("box-1", known.GetProperty("installation").GetString());
        Assert.Equal(Sensors, known.GetProperty("streams").GetInt32());
        Assert.Equal(0, central.Terminate());
    }

    [Fact]
    public async Task Kill_9_again_and_again_loses_nothing_acknowledged_and_doubles_nothing()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        using var site = new CentralSite();
        var acknowledged = 0;
        var cluster = "";
        for (var cycle = 0; cycle < Cycles; cycle++)
        {
            using var central = site.Start();
            var gateway = await Come(central);
            if (cycle > 0) Assert.Equal(cluster, gateway.Told["lmq-cluster"]);
            cluster = gateway.Told["lmq-cluster"];
            var sending = SendFrom(gateway, acknowledged, EachCycle * (cycle + 1));
            await Task.Delay(random.Next(20, 300), Cancel);
            central.Kill();
            acknowledged = await sending;
            await gateway.DisposeAsync();
        }
        using var last = site.Start();
        await using (var gateway = await Come(last))
            acknowledged = await SendFrom(gateway, acknowledged, acknowledged + 100);
        output.WriteLine($"{acknowledged} acknowledged");
        Assert.True(acknowledged > Cycles * 10, "the load was none");
        Verify(await site.ReadAll(), acknowledged);
        Assert.Equal(0, last.Terminate());
    }

    [Fact]
    public async Task What_a_business_service_sends_reaches_MQTT_clients_with_the_tag_for_it_only()
    {
        using var site = new CentralSite();
        using var central = site.Start();
        using var client = new MqttClientFactory().CreateMqttClient();
        var got = Channel.CreateUnbounded<string>();
        client.ApplicationMessageReceivedAsync += message =>
        {
            got.Writer.TryWrite($"{message.ApplicationMessage.Topic} "
                + message.ApplicationMessage.ConvertPayloadToString());
            return Task.CompletedTask;
        };
        await client.ConnectAsync(new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", central.Port)
            .WithClientId("GID_AAA@@@1").WithCredentials("AK", CentralSite.PasswordOf("GID_AAA"))
            .Build(), Cancel);
        await client.SubscribeAsync("parent/#", MqttQualityOfServiceLevel.AtLeastOnce, Cancel);
        foreach (var (tag, text) in ((string, string)[])[("else", "kept"), ("MQ2MQTT", "sent")])
            await site.Ask("POST", "/v1/topics/parent/messages",
                $$"""
                {"tag":"{{tag}}","mqttSecondTopic":"/down","payload":
                "{{Convert.ToBase64String(Encoding.UTF8.GetBytes(text))}}"}
                """, "stream");
        var first = await got.Reader.ReadAsync(Cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(20), Cancel);
        Assert.Equal("parent/down sent", first);
        Assert.Equal(["kept", "sent"], (await site.ReadAll()).Select(static one => one.Payload).Order());
    }

    [Fact]
    public async Task A_replaced_installation_stays_outside_until_an_operator_lets_it_in()
    {
        using var site = new CentralSite();
        using (var central = site.Start())
        {
            await using (await Come(central, "old")) { }
            await using (await Come(central, "new")) { }
            await Assert.ThrowsAnyAsync<Exception>(() => Come(central, "old"));
            central.Kill();
        }
        using var again = site.Start();
        await Assert.ThrowsAnyAsync<Exception>(() => Come(again, "old"));
        var gateways = await site.Ask("GET", "/v1/gateways", null, "operator");
        Assert.Equal("old", gateways.GetProperty("gateways")[0].GetProperty("superseded")[0].GetString());
        await Allow();
        await using (await Come(again, "old")) { }

        async Task Allow()
        {
            using var http = new HttpClient();
            using var request = new HttpRequestMessage(
                HttpMethod.Post, $"{site.Http}/v1/gateways/{CentralSite.Gateway}/allow");
            request.Content = new StringContent("""{"installation":"old"}""");
            request.Headers.Add("Authorization", $"Bearer {File.ReadAllText(site["data/operator.bearer"])}"
                .Trim());
            using var answer = await http.SendAsync(request, Cancel);
            Assert.Equal(System.Net.HttpStatusCode.NoContent, answer.StatusCode);
        }
    }

    [Fact]
    public void A_start_that_cannot_be_is_one_line_and_its_own_exit_status()
    {
        using var site = new CentralSite();
        using var central = site.Start();
        string[] file = ["--config", site["central.json"]];
        Fails(75, "in use by another", file);
        string[] elsewhere = [.. file, "--data", site["else"]];
        Fails(78, "Central:Partitions: '0' is not", [.. file, "--set", "Central:Partitions=0"]);
        Fails(69, "HTTP cannot listen", [.. elsewhere, "--set", $"Http:Listeners:0:Address={site.Http}"]);
        Fails(78, "has mode 0644", [.. elsewhere, "--set", $"Http:StreamBearerFile={site["central.json"]}"]);
        central.Kill();
        Fails(78, "is not 4, with which the core", [.. file, "--set", "Central:Partitions=8"]);

        static void Fails(int status, string words, string[] options)
        {
            var (exitCode, error) = BrokerProcess.FailOf(
                Repository.PathOf("lightmq-central", "Central"), options);
            var line = error.Split('\n')[^1];
            Assert.Contains(words, line);
            Assert.StartsWith("lightmq-central: ", line);
            Assert.Equal(status, exitCode);
        }
    }

    /// <summary>
    /// Sends from a number on, some of them under way at once, until the connection ends.
    /// </summary>
    /// <returns>The first that is not acknowledged.</returns>
    private static async Task<int> SendFrom(GatewayClient gateway, int first, int end)
    {
        var waiting = new Queue<Task>();
        var acknowledged = first;
        try
        {
            for (var number = first; number < end; number++)
            {
                waiting.Enqueue(Send(gateway, number));
                if (waiting.Count >= Window) await Next();
            }
            while (waiting.Count > 0) await Next();
        }
        catch (Exception gone) when (gone is not Xunit.Sdk.XunitException)
        {
            // The process was killed, and the connection with it.
            foreach (var task in waiting) _ = task.ContinueWith(static one => one.Exception, Cancel);
        }
        return acknowledged;

        async Task Next()
        {
            await waiting.Peek();
            _ = waiting.Dequeue();
            acknowledged++;
        }
    }

    /// <summary>Each sensor's numbers are there once and in order, at least as far as acknowledged.</summary>
    private static void Verify(
        List<(string Gateway, string Client, long Sequence, string Payload)> all, int acknowledged)
    {
        for (var sensor = 0; sensor < Sensors; sensor++)
        {
            var own = all.Where(one => one.Client == SensorOf(sensor)).ToList();
            Assert.All(own, static one => Assert.Equal(CentralSite.Gateway, one.Gateway));
            Assert.Equal(Enumerable.Range(1, own.Count).Select(static i => (long)i),
                own.Select(static one => one.Sequence));
            Assert.Equal(Enumerable.Range(0, own.Count).Select(i => $"{i * Sensors + sensor}"),
                own.Select(static one => one.Payload));
            Assert.True(own.Count >= (acknowledged - sensor + Sensors - 1) / Sensors);
        }
    }
}
