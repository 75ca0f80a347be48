using LightMq.Broker;
using LightMq.Broker.Settings;
using Xunit;
using static LightMq.Unit.Broker.LmqClients;

namespace LightMq.Unit.Broker;

/// <summary>P2P and its mailboxes (LMQ-MSG-5), and cleanSession kept for life (LMQ-MSG-3).</summary>
public sealed class PeerToPeerTests
{
    private static string TopicTo(string device) => $"t/p2p/{IdOf(device)}";

    [Fact]
    public void It_reaches_its_client_alone_once_whether_or_not_it_subscribed()
    {
        var host = new EngineHost(Options);
        var bare = host.Join("bare");
        var both = host.JoinAndSubscribe("both", "t/p2p/#");
        var other = host.JoinAndSubscribe("other", "t/#");
        var exact = host.JoinAndSubscribe("thief", $"t/p2p/{IdOf("bare")}");
        bare.Read();
        var sender = host.Join("sender");
        sender.Publish(TopicTo("bare"), "one", id: 1);
        sender.Publish(TopicTo("both"), "two", id: 2);
        sender.Publish(TopicTo("both"), "three", qos: 0);
        Assert.Equal([$"PUBLISH 49153 {TopicTo("bare")} one q1"], bare.Read());
        Assert.Equal([$"PUBLISH 49153 {TopicTo("both")} two q1", $"PUBLISH 0 {TopicTo("both")} three q0"],
            both.Read());
        host.Advance(20);
        Assert.Empty(other.Read());
        Assert.Empty(exact.Read());
        Assert.Equal(["CONNACK 0", "PUBACK 1", "PUBACK 2"], sender.Read());
    }

    [Fact]
    public void That_of_a_persistent_sender_waits_over_a_restart_and_over_a_clean_connect()
    {
        var host = new EngineHost(Options);
        host.Join("peer").Disconnect();
        var sender = host.Join("sender");
        sender.Publish(TopicTo("peer"), "kept", qos: 1, id: 1);
        sender.Publish(TopicTo("peer"), "exact", qos: 2, id: 2);
        sender.Publish(TopicTo("peer"), "zero", qos: 0);
        host.Advance(20);
        Assert.Equal(1, host.Engine.Counters.Dropped(DropReason.Qos0Offline));
        host = host.Crash();
        var peer = host.Join("peer", clean: true);
        // Stored with QoS 1, whatever it was published with.
        Assert.Equal(["CONNACK 0", $"PUBLISH 49153 {TopicTo("peer")} kept q1 dup",
            $"PUBLISH 49154 {TopicTo("peer")} exact q1 dup"], peer.Read());
        peer.Gone();
        host = host.Crash();
        peer = host.Join("peer", clean: true);
        Assert.Equal(["kept", "exact"], peer.Take());
        peer.Gone();
        host.Advance(20_000);
        host = host.Crash();
        Assert.Equal(["CONNACK 0"], host.Join("peer", clean: true).Read());
        Assert.Equal(0, host.Engine.Counters.QueuedMessages);
    }

    [Fact]
    public void That_of_a_clean_sender_is_for_a_connected_client_only()
    {
        var host = new EngineHost(Options);
        var peer = host.Join("peer");
        var sender = host.Join("sender", clean: true);
        sender.Publish(TopicTo("peer"), "online", qos: 1, id: 1);
        sender.Publish(TopicTo("peer"), "exact", qos: 2, id: 2);
        Assert.Equal(["CONNACK 0", $"PUBLISH 2 {TopicTo("peer")} online q1",
            $"PUBLISH 3 {TopicTo("peer")} exact q2"], peer.Read());
        peer.Disconnect();
        sender.Publish(TopicTo("peer"), "late", qos: 1, id: 3);
        host.Advance(20);
        Assert.Equal(["CONNACK 0", "PUBACK 1", "PUBREC 2", "PUBACK 3"], sender.Read());
        Assert.Equal(1, host.Engine.Counters.Dropped(DropReason.PeerOffline));
        Assert.Equal(["CONNACK 0 present", "PUBREL 3"], host.Join("peer").Read());
    }

    [Theory]
    [InlineData("t/p2p/")]
    [InlineData("t/p2p/device")]
    [InlineData("t/p2p/GID_unit@@@a/b")]
    [InlineData("t/p2p/GID_nobody@@@a")]
    [InlineData("u/p2p/GID_unit@@@a")]
    public void A_wrong_address_is_an_authorisation_failure(string topic)
    {
        var host = new EngineHost(Options);
        host.Join("a");
        var sender = host.Join("sender");
        sender.Publish(topic, "x", id: 1);
        Assert.True(sender.IsClosed);
    }

    [Fact]
    public void The_parent_of_P2P_topics_is_an_ordinary_topic()
    {
        var host = new EngineHost(Options);
        var reader = host.JoinAndSubscribe("reader", "t/#");
        host.Join("sender").Publish("t/p2p", "x", id: 1);
        Assert.Equal(["x"], reader.Take());
    }

    [Fact]
    public void An_id_that_is_not_known_here_goes_to_the_bridges_that_take_its_topic()
    {
        var bridged = Options with
        {
            Bridges = [new BridgeOptions("up", ["t/#"]), new BridgeOptions("aside", ["will/#"])],
        };
        var host = new EngineHost(bridged);
        var up = host.Connect("up", clean: false);
        var aside = host.Connect("aside", clean: false);
        up.Read();
        aside.Read();
        var sender = host.Join("sender", clean: true);
        sender.Publish(TopicTo("far"), "up", id: 1);
        Assert.Equal(["up"], up.Take());
        Assert.Empty(aside.Read());
        // What is known here stays here.
        host.Join("near");
        sender.Publish(TopicTo("near"), "here", id: 2);
        Assert.Empty(up.Read());
        // And what comes down does not go up again.
        up.Publish(TopicTo("farther"), "down", id: 3);
        host.Advance(20);
        Assert.Equal(["PUBACK 3"], up.Read());
        Assert.Equal(1, host.Engine.Counters.Dropped(DropReason.PeerUnknown));
    }

    [Fact]
    public void What_comes_down_to_a_client_of_a_Plain_listener_waits_for_it()
    {
        var host = new EngineHost(Options with { Bridges = [new BridgeOptions("up", ["t/#"])] });
        host.Connect(IdOf("plain"), clean: false).Disconnect();
        var up = host.Connect("up", clean: false);
        up.Read();
        up.Publish(TopicTo("plain"), "down", id: 3);
        host.Advance(20);
        Assert.Equal(["PUBACK 3"], up.Read());
        Assert.Equal(["down"], host.Connect(IdOf("plain"), clean: false).Take());
    }

    [Fact]
    public void What_is_for_the_moment_leaves_a_persistent_client_of_plain_MQTT_no_id_to_remember()
    {
        var host = new EngineHost(Options);
        var plain = host.Connect(IdOf("plain"), clean: false);
        var sender = host.Join("sender", clean: true);
        sender.Publish(TopicTo("plain"), "now", qos: 2, id: 3);
        Assert.Equal(["CONNACK 0", $"PUBLISH 2 {TopicTo("plain")} now q1"], plain.Read());
    }

    [Fact]
    public void An_id_known_to_nobody_is_counted_and_told_once()
    {
        var host = new EngineHost(Options);
        var sender = host.Join("sender");
        sender.Publish(TopicTo("nobody"), "x", id: 1);
        host.Advance(20);
        sender.Publish(TopicTo("nobody"), "x", id: 2);
        host.Advance(20);
        Assert.Equal(["CONNACK 0", "PUBACK 1", "PUBACK 2"], sender.Read());
        Assert.Equal(2, host.Engine.Counters.Dropped(DropReason.PeerUnknown));
        Assert.Equal(1, host.Engine.SessionCount);
        // Told once a minute.
        Assert.Single(host.Events, static told => told.Detail.Contains("LMQ-MSG-5"));
    }

    [Fact]
    public void The_retain_flag_is_ignored()
    {
        var host = new EngineHost(Options);
        var peer = host.Join("peer");
        peer.Read();
        host.Join("sender").Publish(TopicTo("peer"), "x", id: 1, retain: true);
        Assert.Equal([$"PUBLISH 49153 {TopicTo("peer")} x q1"], peer.Read());
        Assert.Equal(0, host.Engine.RetainedCount);
    }

    [Fact]
    public void A_will_may_be_for_one_client()
    {
        var host = new EngineHost(Options);
        var other = host.JoinAndSubscribe("other", "t/#");
        var peer = host.Join("peer");
        peer.Read();
        host.Join("sender", will: TopicTo("peer")).Gone();
        host.Advance(20);
        Assert.Equal(["gone"], peer.Take());
        Assert.Empty(other.Take());
        Assert.Contains("CONNACK 5", host.Join("wrong", will: "t/p2p/nobody").Read());
    }

    [Fact]
    public void A_changed_cleanSession_is_accepted_and_warned_of()
    {
        var host = new EngineHost(Options);
        host.JoinAndSubscribe("peer").Disconnect();
        host.Join("peer").Disconnect();
        Assert.Empty(Changes(host));
        Assert.Equal(["CONNACK 0"], host.Join("peer", clean: true).Read());
        Assert.Contains("discarded", Assert.Single(Changes(host)));
        host.Join("peer", clean: true).Disconnect();
        Assert.Single(Changes(host));
        host.Join("peer").Disconnect();
        Assert.Equal(2, Changes(host).Length);
        host = host.Crash();
        host.Join("peer", clean: true);
        Assert.Contains("discarded", Assert.Single(Changes(host)));
        // Plain clients may do as MQTT says.
        host.Connect("plain", clean: false).Disconnect();
        host.Connect("plain", clean: true);
        Assert.Single(Changes(host));
    }

    private static string[] Changes(EngineHost host) => [.. host.Events
        .Where(e => e.Kind == BrokerEventKind.SessionChanged && e.ClientId == IdOf("peer"))
        .Select(e => e.Detail)];
}
