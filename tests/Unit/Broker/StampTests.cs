using LightMq.Broker;
using LightMq.Broker.Settings;
using Xunit;

namespace LightMq.Unit.Broker;

/// <summary>
/// What bridges of MQTT 5.0 are told of each message, and nobody else may say (LMQ-CORE-4).
/// </summary>
public sealed class StampTests
{
    private const string Client = "GID_AAA@@@s1";

    private static readonly BrokerOptions Bridged = LmqHost.Options with
    {
        AckHoldMilliseconds = 200,
        Bridges = [new BridgeOptions("up", ["#"])],
        Lmq = LmqHost.Options.Lmq with { ParentTopics = ["parent", "second"] },
    };

    [Fact]
    public void A_bridge_is_told_where_a_message_comes_from()
    {
        var host = LmqHost.Make(Bridged);
        var up = new UpLink(host);
        var sensor = host.SignIn(Client);
        var time = host.Now.UnixMilliseconds;
        sensor.Publish("parent/a", "1");
        var told = Assert.Single(up.Take()).Told;
        var epoch = host.Engine.Epoch;
        Assert.Equal(Client, told["lmq-client"]);
        Assert.Equal($"{epoch.High:x16}0000000000000002", told["lmq-channel"]);
        Assert.Equal($"{epoch.Boot}-{epoch.High:x16}{epoch.Low:x16}", told["lmq-epoch"]);
        Assert.Equal("1", told["lmq-seq"]);
        Assert.Equal(Client, told["lmq-key"]);
        Assert.Equal($"{time}", told["lmq-time"]);
        Assert.Equal(["lmq-channel", "lmq-client", "lmq-epoch", "lmq-key", "lmq-seq", "lmq-time"],
            told.Keys.Order());
    }

    [Fact]
    public void QoS_0_has_no_number_whether_it_waited_or_not()
    {
        var host = LmqHost.Make(Bridged);
        var sensor = host.SignIn(Client);
        sensor.Publish("parent/a", "waits", qos: 0);
        var up = new UpLink(host);
        sensor.Publish("parent/a", "goes", qos: 0);
        var messages = up.Take();
        Assert.Equal(["waits", "goes"], messages.Select(m => m.Payload));
        foreach (var message in messages)
        {
            Assert.Equal($"{Client} -", message.Place);
            Assert.Contains("lmq-channel", message.Told.Keys);
        }
    }

    [Fact]
    public void Number_epoch_channel_and_time_stay_with_a_message_over_a_restart()
    {
        var host = LmqHost.Make(Bridged);
        var sensor = host.SignIn(Client);
        sensor.Publish("parent/a", "1");
        host.Advance(20);
        var up = new UpLink(host);
        var before = Assert.Single(up.Take(acknowledge: false));
        host = host.Crash();
        var after = Assert.Single(new UpLink(host).Take());
        Assert.Equal(before.Told, after.Told);
        Assert.NotEqual(host.Engine.Epoch.ToString(), after.Told["lmq-epoch"]);
    }

    [Fact]
    public void A_clock_that_is_not_trusted_shows_in_the_time()
    {
        var host = LmqHost.Make(Bridged);
        host.IsClockTrusted = false;
        var up = new UpLink(host);
        host.SignIn(Client).Publish("parent/a", "1");
        Assert.Equal($"{host.Now.UnixMilliseconds}?", Assert.Single(up.Take()).Told["lmq-time"]);
    }

    [Fact]
    public void A_bridge_of_an_older_version_gets_the_message_alone()
    {
        var host = LmqHost.Make(Bridged);
        var up = host.Connect("up", clean: false);
        host.SignIn(Client).Publish("parent/a", "1");
        Assert.Equal(["CONNACK 0 present", "PUBLISH 2 parent/a 1 q1"], up.Read());
    }

    [Fact]
    public void A_subscriber_that_is_no_bridge_is_told_nothing()
    {
        var host = LmqHost.Make(Bridged);
        var reader = new UpLink(host, "reader", clean: true);
        reader.Peer.Subscribe5("parent/#");
        host.SignIn(Client).Publish("parent/a", "1");
        Assert.Empty(Assert.Single(reader.Take()).Told);
    }

    [Theory]
    [InlineData(true, "true")]
    [InlineData(false, "false")]
    public void A_message_for_one_client_tells_how_its_sender_had_come(bool clean, string told)
    {
        var host = LmqHost.Make(Bridged);
        var up = new UpLink(host);
        host.SignIn(Client, clean: clean).Publish("parent/p2p/GID_BBB@@@far", "1");
        Assert.Equal(told, Assert.Single(up.Take()).Told["lmq-clean"]);
    }

    [Fact]
    public void What_only_bridges_may_say_is_taken_from_everybody_else_and_the_rest_kept_in_order()
    {
        var host = LmqHost.Make(Bridged);
        var up = new UpLink(host);
        var reader = new UpLink(host, "reader", clean: true);
        reader.Peer.Subscribe5("parent/#");
        var forger = new UpLink(host, "forger", clean: true);
        forger.Publish("parent/a", "x", 1, 1,
            ("site", "north"), ("lmq-client", "GID_BBB@@@boss"), ("LMQ-seq", "7"), ("unit", "C"));
        var message = Assert.Single(up.Take());
        Assert.Equal("forger 1", message.Place);
        Assert.DoesNotContain("LMQ-seq", message.Told.Keys);
        Assert.Equal(("north", "C"), (message.Told["site"], message.Told["unit"]));
        Assert.Equal(["site", "unit"], Assert.Single(reader.Take()).Told.Keys);
        Assert.Equal(1, host.Engine.Counters.PropertiesStripped);
        Assert.Single(host.Events, e => e.Kind == BrokerEventKind.Refused && e.ClientId == "forger");
    }

    [Fact]
    public void A_forged_publish_that_must_wait_counts_once()
    {
        var host = LmqHost.Make(Bridged with { QueueMessagesMax = 1 });
        var forger = new UpLink(host, "forger", clean: true);
        for (ushort i = 1; i <= 3; i++) forger.Publish("parent/a", "x", 1, i, ("lmq-seq", "7"));
        Assert.Equal(1, host.Engine.Counters.PropertiesStripped);
        var up = new UpLink(host);
        for (var i = 0; i < 3; i++) Assert.Single(up.Take());
        Assert.Equal(3, host.Engine.Counters.PropertiesStripped);
    }

    [Fact]
    public void A_forger_is_named_in_the_log_once_a_minute()
    {
        var host = LmqHost.Make(Bridged);
        var forger = new UpLink(host, "forger", clean: true);
        for (var i = 0; i < 3; i++) forger.Publish("parent/a", "x", 0, 0, ("lmq-seq", "7"));
        Assert.Equal(3, host.Engine.Counters.PropertiesStripped);
        Assert.Single(host.Events, e => e.Kind == BrokerEventKind.Refused);
        forger.Take();
        host.Advance(60_001);
        forger.Publish("parent/a", "x", 0, 0, ("lmq-seq", "7"));
        Assert.Equal(2, host.Events.Count(e => e.Kind == BrokerEventKind.Refused));
    }

    [Fact]
    public void A_will_says_nothing_that_only_bridges_may_say_and_names_the_channel_it_came_by()
    {
        var host = LmqHost.Make(Bridged);
        var up = new UpLink(host);
        var forger = new UpLink(host, "forger", clean: true,
            will: ("parent/w", UpLink.User(("lmq-client", "boss"), ("unit", "C"))));
        forger.Peer.Gone();
        var message = Assert.Single(up.Take());
        Assert.Equal("forger 1", message.Place);
        Assert.Equal("C", message.Told["unit"]);
        Assert.EndsWith("0002", message.Told["lmq-channel"]);
        Assert.Equal(1, host.Engine.Counters.PropertiesStripped);
    }

    [Fact]
    public void What_a_bridge_says_is_kept()
    {
        var host = LmqHost.Make(Bridged);
        var up = new UpLink(host);
        var reader = new UpLink(host, "reader", clean: true);
        reader.Peer.Subscribe5("parent/#");
        up.Publish("parent/a", "down", 1, 9, ("lmq-client", "GID_BBB@@@boss"), ("lmq-clean", "true"));
        Assert.Equal("GID_BBB@@@boss", Assert.Single(reader.Take()).Told["lmq-client"]);
        Assert.Empty(up.Take());
        Assert.Equal(0, host.Engine.Counters.PropertiesStripped);
    }

    [Fact]
    public void A_retained_message_of_an_earlier_start_names_no_connection()
    {
        var host = LmqHost.Make(Bridged with { Bridges = [new BridgeOptions("up", ["other/#"])] });
        host.SignIn(Client).Publish("parent/a", "kept", retain: true);
        host.Advance(300);
        host = host.Crash();
        var up = new UpLink(host);
        up.Peer.Subscribe5("parent/#");
        var told = Assert.Single(up.Take()).Told;
        Assert.Equal(host.Engine.Epoch.ToString(), told["lmq-epoch"]);
        Assert.DoesNotContain("lmq-channel", told.Keys);
        Assert.Equal("1", told["lmq-seq"]);
    }

    [Theory]
    [InlineData(TopicType.Normal, false, Client)]
    [InlineData(TopicType.Normal, true, null)]
    [InlineData(TopicType.PartitionOrdered, false, Client)]
    [InlineData(TopicType.PartitionOrdered, true, Client)]
    [InlineData(TopicType.GloballyOrdered, false, "parent")]
    public void The_key_is_that_of_the_topics_type(TopicType type, bool spread, string? key)
    {
        var host = LmqHost.Make(Bridged with
        {
            Lmq = Bridged.Lmq with { ParentTopics = [new ParentTopic("parent", type, spread)] },
        });
        var up = new UpLink(host);
        host.SignIn(Client).Publish("parent/a", "1");
        Assert.Equal(key, Assert.Single(up.Take()).Told.GetValueOrDefault("lmq-key"));
    }
}
