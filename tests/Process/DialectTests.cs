using System.Diagnostics;
using System.Net;
using System.Text;
using LightMq.Lmq;
using LightMq.Mqtt;
using LightMq.Process.Broker;
using LightMq.Process.Clients;
using Xunit;

namespace LightMq.Process;

/// <summary>
/// Offline delivery, P2P, presence and quotas of the LMQ contract through the real process, its disk and its
/// kills.
/// </summary>
public sealed class DialectTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void What_waited_over_a_kill_comes_in_batches_behind_what_arrives()
    {
        using var edge = new LmqBroker(sections:
            """
            "Offline": { "BatchMessages": 5, "BatchMilliseconds": 600, "FirstMilliseconds": 600 },
            """);
        using (var broker = edge.Start())
        {
            Leave(broker, "GID_AAA@@@reader");
            Send(broker, "GID_AAA@@@writer", "parent/x", 12);
            broker.Kill();
        }
        using (var broker = edge.Start())
        {
            using var reader = LogIn(broker, "GID_AAA@@@reader", clean: false);
            Assert.True(reader.SessionPresent);
            var clock = Stopwatch.StartNew();
            using var writer = LogIn(broker, "GID_AAA@@@writer");
            PublishSafely(writer, "parent/x", "now", 1);
            var got = new List<(string Text, long At)>();
            while (got.Count < 13) got.Add((Take(reader), clock.ElapsedMilliseconds));
            Assert.Equal(["now", .. Enumerable.Range(0, 12).Select(static i => $"{i}")],
                got.Select(static one => one.Text));
            // Not before their time; how much later is the machine's affair.
            Assert.True(got[6].At >= 1_100, $"the second batch came after {got[6].At} ms");
            Assert.True(got[11].At >= 1_700, $"the third batch came after {got[11].At} ms");
            reader.Ping();
            Assert.Equal(0, broker.Terminate());
        }
        using (var broker = edge.Start())
        {
            using var reader = LogIn(broker, "GID_AAA@@@reader", clean: false);
            Assert.Null(reader.Next(2_000));
        }
    }

    [Fact]
    public void A_pull_brings_what_waited_over_a_kill_and_only_an_acknowledgement_removes_it()
    {
        using var edge = new LmqBroker();
        using (var broker = edge.Start())
        {
            Leave(broker, "GID_AAA@@@reader");
            Send(broker, "GID_AAA@@@writer", "parent/x", 10);
            broker.Kill();
        }
        using (var broker = edge.Start())
        {
            using var reader = LogIn(broker, "GID_AAA@@@reader", clean: false);
            Pull(reader, "DESC", 3, 1);
            Assert.Equal(["9", "8", "7"], Take(reader, 3));
            foreach (var wrong in (string[])["0", "-1", "\"many\"", "{", ""])
                PublishSafely(reader, "$SYS/getOfflineMsg",
                    $$"""{"pushOrder":"ASC","maxPushNum":{{wrong}}}""", 2);
            // In pull mode nothing comes by itself, wrong requests bring nothing, and the log says so once.
            Assert.Null(reader.Next(4_000));
            Assert.Equal(1, Count(broker.Log, "a pull request that cannot be read is ignored"));
            Assert.Equal(0, broker.Terminate());
        }
        using (var broker = edge.Start())
        {
            using var reader = LogIn(broker, "GID_AAA@@@reader", clean: false);
            // More than 30 counts as 30.
            Pull(reader, "ASC", 31, 1);
            Assert.Equal(["0", "1", "2", "3", "4", "5", "6"], Take(reader, 7));
            Assert.Null(reader.Next(500));
        }
    }

    [Fact]
    public void P2P_waits_for_its_client_over_a_kill_and_a_clean_connect_and_nobody_else_gets_it()
    {
        using var edge = new LmqBroker();
        const string Topic = "parent/p2p/GID_AAA@@@reader";
        using (var broker = edge.Start())
        {
            Leave(broker, "GID_AAA@@@reader");
            Leave(broker, "GID_AAA@@@listener", "parent/p2p/#");
            Send(broker, "GID_AAA@@@writer", Topic, 3);
            // The sender's cleanSession decides: this one does not wait.
            Send(broker, "GID_AAA@@@passer-by", Topic, 1, clean: true);
            broker.Kill();
        }
        using (var broker = edge.Start())
        {
            using var listener = LogIn(broker, "GID_AAA@@@listener", clean: false);
            using var reader = LogIn(broker, "GID_AAA@@@reader");
            Assert.False(reader.SessionPresent);
            for (var i = 0; i < 3; i++)
            {
                var message = reader.Expect(PacketType.Publish);
                Assert.Equal((Topic, $"{i}", 1),
                    (message.Topic, Encoding.UTF8.GetString(message.Payload), message.Qos));
                reader.Ack(PacketType.PubAck, message.Id);
            }
            Assert.Null(reader.Next(500));
            Assert.Null(listener.Next(3_500));
        }
    }

    [Fact]
    public async Task Presence_rises_over_a_kill_and_tells_connections_apart()
    {
        using var edge = new LmqBroker();
        var events = new List<PresenceEvent>();
        for (var life = 0; life < 2; life++)
        {
            using var broker = edge.Start();
            if (life == 0) await edge.Ask("PUT", "v1/topics/GID_AAA_MQTT", "{}");
            using var watcher = LogIn(broker, "GID_AAA@@@watcher");
            watcher.Subscribe("GID_AAA_MQTT", 1);
            using (var first = LogIn(broker, "GID_AAA@@@1"))
            using (var second = LogIn(broker, "GID_AAA@@@1"))
            {
                second.Disconnect();
            }
            while (events.Count < 5 * (life + 1))
            {
                Assert.True(PresenceEvent.TryParse(Encoding.UTF8.GetBytes(Take(watcher)), out var told));
                if (told.ClientId == "GID_AAA@@@1") events.Add(told);
            }
            broker.Kill();
        }
        var indexes = events.ConvertAll(static told => told.Index);
        Assert.Equal(indexes.Order().Distinct(), indexes);
        Assert.Equal(4, events.DistinctBy(static told => told.Channel).Count());
        foreach (var connection in events.GroupBy(static told => told.Channel))
            Assert.Equal((PresenceKind.Connect, PresenceKind.TcpClean),
                (connection.First().Kind, connection.Last().Kind));
    }

    [Fact]
    public async Task Quotas_change_while_it_runs_lose_nothing_and_raise_an_alarm_that_is_posted()
    {
        using var webhook = new WebhookServer();
        using var edge = new LmqBroker(sections:
            $$"""
            "Quotas": { "Webhook": "{{webhook.Url}}" },
            """);
        using var broker = edge.Start();
        using var reader = LogIn(broker, "GID_AAA@@@reader");
        reader.Subscribe("parent/#", 1);
        using var writer = LogIn(broker, "GID_AAA@@@writer");
        Assert.Equal(HttpStatusCode.OK, (await edge.Ask("PUT", "v1/quotas",
            """{"kind":"prepaid","connections":{"max":3},"messagesPerSecond":{"max":80}}""")).Status);
        // Two are in: the third is let in, the fourth is not, and a take-over is.
        using var third = LogIn(broker, "GID_AAA@@@third");
        Assert.Equal("CONNACK ServerUnavailable", Assert.Throws<InvalidOperationException>(
            () => LogIn(broker, "GID_AAA@@@fourth")).Message);
        using var again = LogIn(broker, "GID_AAA@@@third");
        var clock = Stopwatch.StartNew();
        const int Messages = 120;
        for (ushort id = 1; id <= Messages; id++)
            writer.Publish("parent/x", Encoding.UTF8.GetBytes($"{id}"), 1, id);
        Assert.Equal(Enumerable.Range(1, Messages).Select(static i => $"{i}"), Take(reader, Messages));
        // In and out, each counts 2 with QoS 1: 480 in all, of which the first second's worth is free.
        Assert.True(clock.Elapsed > TimeSpan.FromSeconds(3), $"not slowed: {clock.Elapsed}");
        var raised = await webhook.Next(Cancel);
        Assert.Contains("\"state\":\"raised\"", raised);
        await edge.Ask("PUT", "v1/quotas", "{}");
        writer.Publish("parent/x", "free"u8.ToArray(), 1, 1_000);
        Assert.Equal("free", Take(reader));
        while (!(await webhook.Next(Cancel)).Contains("\"state\":\"cleared\"")) { }
    }

    private static TinyClient LogIn(BrokerProcess broker, string clientId, bool clean = true) =>
        TinyClient.Connect(broker.Port, clientId, clean, user: "AK",
            password: Signature.Login(LmqBroker.Secret, "GID_AAA"));

    /// <summary>Comes once, so that it has a session, and goes.</summary>
    private static void Leave(BrokerProcess broker, string clientId, string filter = "parent/x")
    {
        using var client = LogIn(broker, clientId, clean: false);
        Assert.Equal([(byte)1], client.Subscribe(filter, 1));
        client.Disconnect();
    }

    /// <summary>Publishes 0, 1, 2 … and has each acknowledged.</summary>
    private static void Send(
        BrokerProcess broker, string clientId, string topic, int count, bool clean = false)
    {
        using var client = LogIn(broker, clientId, clean);
        for (var i = 0; i < count; i++) PublishSafely(client, topic, $"{i}", (ushort)(i + 1));
        client.Disconnect();
    }

    private static void PublishSafely(TinyClient client, string topic, string text, ushort id)
    {
        client.Publish(topic, Encoding.UTF8.GetBytes(text), 1, id);
        Assert.Equal(id, client.Expect(PacketType.PubAck).Id);
    }

    private static void Pull(TinyClient client, string order, int count, ushort id) => client.Publish(
        "$SYS/getOfflineMsg",
        Encoding.UTF8.GetBytes($$"""{"pushOrder":"{{order}}","maxPushNum":{{count}}}"""), 1, id);

    /// <summary>The next message's text; it is acknowledged.</summary>
    private static string Take(TinyClient client)
    {
        var message = client.Expect(PacketType.Publish);
        if (message.Qos == 1) client.Ack(PacketType.PubAck, message.Id);
        return Encoding.UTF8.GetString(message.Payload);
    }

    private static List<string> Take(TinyClient client, int count)
    {
        var texts = new List<string>();
        while (texts.Count < count) texts.Add(Take(client));
        return texts;
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
