using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using LightMq.Process.Broker;
using LightMq.Process.Clients;
using LightMq.Process.Examples;
using MQTTnet;
using Xunit;

namespace LightMq.Process;

/// <summary>
/// Every program under examples/, as examples/README.md says, against the real process with
/// examples/lightmq.json.
/// </summary>
public sealed class ExampleTests
{
    /// <summary>Of the first token: its end is told of at once, and waited for.</summary>
    private const int LifeSeconds = 8;

    private static readonly Dictionary<string, string[]> Printed = new()
    {
        ["send_receive"] = ["plant/hello hello"],
        ["p2p"] = ["plant/p2p/GID_plant@@@receiver hello"],
        ["tls"] = ["plant/tls hello"],
        ["websocket"] = ["plant/websocket hello"],
        ["offline_pull"] = ["plant/away message 3", "plant/away message 2", "plant/away message 1"],
        ["ordered"] =
        [
            "accepted order 1", "accepted order 2", "accepted order 3", "accepted order 4",
            "accepted order 5",
        ],
    };

    private static int _markers;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Languages => [.. ExampleProgram.Languages];

    /// <summary>A browser has its own trust, which the tests tell Chromium to do without.</summary>
    public static TheoryData<string> Programs => [.. ExampleProgram.Languages.Except(["browser"])];

    /// <summary>Those that end by themselves.</summary>
    public static TheoryData<string, string> Short
    {
        get
        {
            var rows = new TheoryData<string, string>();
            foreach (var language in ExampleProgram.Languages)
                foreach (var story in ExampleProgram.Of(language).Where(Printed.ContainsKey))
                    rows.Add(language, story);
            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public void Every_file_is_an_example_that_is_run_here(string language) => Assert.Equal(
        ExampleProgram.Of(language).Select(story => ExampleProgram.Source(language, story))
            .Concat(ExampleProgram.Shared(language)).Order(StringComparer.Ordinal),
        Directory.GetFiles(ExampleProgram.Folder(language)).Select(static file => Path.GetFileName(file))
            // What the README has one put there.
            .Except(["token.txt"]).Order(StringComparer.Ordinal));

    [Fact]
    public void The_readme_names_every_example_and_what_it_prints()
    {
        var readme = File.ReadAllText(Path.Combine(Repository.Root, "examples", "README.md"));
        foreach (var story in ExampleProgram.Of("python")) Assert.Contains($"| `{story}` |", readme);
        foreach (var lines in Printed.Values) Assert.Contains($"`{lines[0]}`", readme);
        foreach (var language in ExampleProgram.Languages) Assert.Contains($"| `{language}` |", readme);
    }

    [Theory]
    [MemberData(nameof(Short))]
    public async Task It_prints_what_it_should_and_ends(string language, string story)
    {
        using var broker = await ExampleBroker.Start();
        // Twice: what one run leaves behind does not disturb the next.
        for (var time = 0; time < (story == "offline_pull" ? 2 : 1); time++)
        {
            using var run = await ExampleProgram.Start(language, story, broker);
            foreach (var line in Printed[story]) Assert.Equal(line, await run.Line());
            await run.Finish();
        }
        if (story == "ordered") await CheckOrder(broker);
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Over_TLS_it_says_nothing_to_a_broker_that_nobody_vouches_for(string language)
    {
        using var other = await ExampleBroker.Start();
        using var broker = await ExampleBroker.Start();
        using var watcher = Watch(broker);
        using var run = await ExampleProgram.Start(language, "tls", broker, other.Certificate);
        var said = (await Assert.ThrowsAsync<InvalidOperationException>(run.Line)).Message;
        // FuseSource says now and then only that it closed the connection.
        Assert.Matches("(?i)certificate|connect: -1|Peer disconnected|ClosedChannel", said);
        Assert.Empty(Seen(watcher, "tls"));
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public async Task It_ends_and_says_why_when_the_signature_is_wrong(string language)
    {
        using var broker = await ExampleBroker.Start();
        using var run = await ExampleProgram.Start(language, "send_receive", broker, secret: "wrong");
        var said = language == "browser"
            ? await run.Line()
            : (await Assert.ThrowsAsync<InvalidOperationException>(run.Line)).Message;
        Assert.Matches("(?i)bad.?user|connect: 4|return code:4", said);
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public async Task Presence_counts_an_end_only_if_it_is_that_of_the_current_connection(string language)
    {
        using var broker = await ExampleBroker.Start();
        // Kept, so that it comes as soon as the example has subscribed.
        broker.Publish("GID_plant_MQTT", Event("early", "connect", 'a', 1), retain: true);
        using var run = await ExampleProgram.Start(language, "presence", broker);
        Assert.Equal("GID_plant@@@early online", await run.Line());
        using (broker.Connect("visitor"))
        {
            Assert.Equal("GID_plant@@@visitor online", await run.Line());
            using var successor = broker.Connect("visitor");
            Assert.Equal("GID_plant@@@visitor offline", await run.Line());
            Assert.Equal("GID_plant@@@visitor online", await run.Line());
            successor.Disconnect();
            Assert.Equal("GID_plant@@@visitor offline", await run.Line());
        }
        Tell(broker, ("connect", 'a', 1));
        await Expect(broker, run, "online");
        // A take-over whose older end comes late, with a lower and with a higher index, and an event twice.
        Tell(broker, ("connect", 'b', 3), ("disconnect", 'a', 2), ("tcpclean", 'a', 4), ("connect", 'a', 1));
        await Expect(broker, run);
        Tell(broker, ("disconnect", 'b', 5), ("tcpclean", 'b', 6));
        await Expect(broker, run, "offline");
        // An end that comes before its beginning.
        Tell(broker, ("tcpclean", 'c', 8), ("connect", 'c', 7));
        await Expect(broker, run);
        Tell(broker, ("connect", 'd', 9));
        await Expect(broker, run, "online");
        if (language is "python" or "node" or "go" or "java") await ComesBack(broker, run);
    }

    [Fact]
    public async Task A_token_is_renewed_on_notice_and_the_connection_lives_on() =>
        await Task.WhenAll(ExampleProgram.Languages.Select(static language => Task.Run(async () =>
        {
            try
            {
                await RenewToken(language);
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"{language}: {failure.Message}", failure);
            }
        })));

    private static async Task RenewToken(string language)
    {
        using var broker = await ExampleBroker.Start();
        using var watcher = Watch(broker);
        await Tool.Run("mkfifo", broker["token"]);
        var next = await ExampleBroker.Token(3_600);
        using var run = await ExampleProgram.Start(language, "token_login", broker);
        await run.Hand(() => ExampleBroker.Token(LifeSeconds), broker["token"]);
        Assert.Equal("token taken", await run.Line());
        var expired = Task.Delay(TimeSpan.FromSeconds(LifeSeconds + 1.5), Cancel);
        await run.Hand(() => Task.FromResult(next), broker["token"]);
        var lines = await run.LinesUntil("token taken");
        Assert.Contains(lines, static line => line.StartsWith("$SYS/tokenExpireNotice {\"expireTime\":"));
        await expired;
        broker.Publish("plant/token", "still here");
        Assert.DoesNotContain("closed", await run.LinesUntil("plant/token still here"));
        Assert.Contains("\"eventType\":\"connect\"", Assert.Single(Seen(watcher, "token")));
    }

    /// <summary>A client that is told who comes and goes.</summary>
    private static TinyClient Watch(ExampleBroker broker)
    {
        var watcher = broker.Connect("test-watcher");
        watcher.Subscribe("GID_plant_MQTT", 0);
        return watcher;
    }

    /// <summary>What it was told of one client until now.</summary>
    private static IEnumerable<string> Seen(TinyClient watcher, string device) =>
        watcher.Arrived(500).Select(static packet => Encoding.UTF8.GetString(packet.Payload))
            .Where(body => body.Contains($"\"GID_plant@@@{device}\""));

    /// <summary>What goes up bears the client as key, and numbers without a hole (LMQ-ORD-2).</summary>
    private static async Task CheckOrder(ExampleBroker broker)
    {
        await using var bridge = await BridgeClient.Connect(
            broker.Tcp, ExampleBroker.Bridge, Cancel, ExampleBroker.Key, ExampleBroker.Password);
        var first = 0L;
        for (var i = 0; i < 5; i++)
        {
            var message = await bridge.Take(Cancel);
            var told = BridgeClient.Told(message);
            if (i == 0) first = long.Parse(told["lmq-order"]);
            Assert.Equal($"order {i + 1}", message.ConvertPayloadToString());
            Assert.Equal(("GID_plant@@@ordered", $"{first + i}"), (told["lmq-key"], told["lmq-order"]));
        }
    }

    /// <summary>Publishes events of a made-up client.</summary>
    private static void Tell(ExampleBroker broker, params (string Kind, char Channel, int Index)[] events)
    {
        foreach (var (kind, channel, index) in events)
            broker.Publish("GID_plant_MQTT", Event("made-up", kind, channel, index));
    }

    /// <summary>The made-up client's state changed to these, and not again until now.</summary>
    private static async Task Expect(ExampleBroker broker, ExampleRun run, params string[] states)
    {
        var marker = $"marker{Interlocked.Increment(ref _markers)}";
        broker.Publish("GID_plant_MQTT", Event(marker, "connect", 'm', 1));
        var lines = await run.LinesUntil($"GID_plant@@@{marker} ");
        Assert.Equal(states.Select(static state => $"GID_plant@@@made-up {state}"),
            lines.Where(static line => line.StartsWith("GID_plant@@@made-up ")));
    }

    /// <summary>Takes the example's connection over, until the example takes it back.</summary>
    private static async Task ComesBack(ExampleBroker broker, ExampleRun run)
    {
        using (var rival = broker.Connect("watcher"))
            Assert.Throws<SocketException>(() => rival.Next(20_000));
        broker.Publish("GID_plant_MQTT", Event("late", "connect", 'a', 1), retain: true);
        await run.LinesUntil("GID_plant@@@late online");
    }

    private static string Event(string device, string kind, char channel, int index) => new JsonObject
    {
        ["clientId"] = $"GID_plant@@@{device}", ["time"] = 1_700_000_000_000, ["eventType"] = kind,
        ["channelId"] = new string(channel, 32), ["eventIndex"] = index,
    }.ToJsonString();
}
