using LightMq.Broker.Settings;
using LightMq.Mqtt;
using Xunit;

namespace LightMq.Unit.Broker;

/// <summary>The acknowledgement that means safe, and the flash that is spared.</summary>
public sealed class HoldTests
{
    private static readonly BrokerOptions Holding = new() { AckHoldMilliseconds = 200 };

    [Fact]
    public void A_message_for_an_offline_subscriber_is_acknowledged_only_once_stored()
    {
        var host = new EngineHost { CommitsAtOnce = false };
        var reader = Subscriber(host, "reader");
        reader.Disconnect();
        host.Advance(20);
        host.Commit();
        var sensor = host.Connect("sensor");
        sensor.Read();
        sensor.Publish("t", "1", id: 7);
        host.Advance(50);
        Assert.Empty(sensor.Read());
        Assert.True(host.Commit());
        Assert.Equal(["PUBACK 7"], sensor.Read());
    }

    [Fact]
    public void A_reading_that_got_through_never_touches_the_disk()
    {
        var host = new EngineHost(Holding);
        var reader = Subscriber(host, "reader");
        var sensor = host.Connect("sensor");
        sensor.Read();
        var groups = host.Groups;
        for (ushort id = 1; id <= 100; id++)
        {
            sensor.Publish("t", $"{id}", id: id);
            Assert.Empty(sensor.Read());
            Acknowledge(reader);
            Assert.Equal([$"PUBACK {id}"], sensor.Read());
        }
        host.Advance(60_000);
        Assert.Equal(groups, host.Groups);
        Assert.Equal(100, host.Engine.Counters.Spared);
        Assert.Equal(0, host.Engine.Counters.Journaled);
    }

    [Fact]
    public void Nothing_is_held_for_a_subscriber_that_has_stopped_acknowledging()
    {
        var host = new EngineHost(Holding);
        var reader = Subscriber(host, "reader");
        var sensor = host.Connect("sensor");
        sensor.Read();
        sensor.Publish("t", "1", id: 1);
        host.Advance(190);
        Assert.Empty(sensor.Read());
        host.Advance(20);
        Assert.Equal(["PUBACK 1"], sensor.Read());
        sensor.Publish("t", "2", id: 2);
        host.Advance(20);
        Assert.Equal(["PUBACK 2"], sensor.Read());
        Acknowledge(reader);
        sensor.Publish("t", "3", id: 3);
        host.Advance(100);
        Assert.Empty(sensor.Read());
        // After a rest the first one is held again.
        Acknowledge(reader);
        host.Advance(60_000);
        sensor.Read();
        sensor.Publish("t", "4", id: 4);
        host.Advance(100);
        Assert.Empty(sensor.Read());
    }

    [Fact]
    public void Without_a_hold_the_disk_always_comes_first()
    {
        var host = new EngineHost { CommitsAtOnce = false };
        var reader = Subscriber(host, "reader");
        var sensor = host.Connect("sensor");
        sensor.Read();
        sensor.Publish("t", "1", id: 3);
        Acknowledge(reader);
        Assert.Empty(sensor.Read());
        host.Advance(20);
        host.Commit();
        Assert.Equal(["PUBACK 3"], sensor.Read());
    }

    [Fact]
    public void When_the_hold_ends_the_message_is_stored_and_acknowledged()
    {
        var host = new EngineHost(Holding);
        Subscriber(host, "reader");
        var sensor = host.Connect("sensor");
        sensor.Read();
        sensor.Publish("t", "1", id: 3);
        host.Advance(199);
        Assert.Empty(sensor.Read());
        host.Advance(10);
        Assert.Equal(["PUBACK 3"], sensor.Read());
        Assert.Equal(1, host.SlotsOnDisk);
    }

    [Fact]
    public void A_subscriber_that_goes_makes_what_was_held_for_it_durable()
    {
        var host = new EngineHost(Holding);
        var reader = Subscriber(host, "reader");
        var sensor = host.Connect("sensor");
        sensor.Read();
        sensor.Publish("t", "1", id: 3);
        reader.Gone();
        host.Advance(10);
        Assert.Equal(["PUBACK 3"], sensor.Read());
        var again = host.Crash().Connect("reader", clean: false);
        Assert.Contains(again.Read(), t => t.Contains(" t 1 "));
    }

    [Fact]
    public void Committing_a_message_commits_every_older_held_one_of_its_client()
    {
        var host = new EngineHost(Holding) { CommitsAtOnce = false };
        var online = Subscriber(host, "online");
        var offline = Subscriber(host, "offline", "u");
        offline.Disconnect();
        host.Advance(20);
        host.Commit();
        var sensor = host.Connect("sensor");
        sensor.Read();
        sensor.Publish("t", "held", id: 1);
        sensor.Publish("u", "urgent", id: 2);
        host.Advance(10);
        Assert.True(host.Commit());
        Assert.Equal(["PUBACK 1", "PUBACK 2"], sensor.Read());
        var life = host.Crash();
        Assert.Contains(life.Connect("online", clean: false).Read(), t => t.Contains(" t held "));
        Assert.NotNull(online);
    }

    [Fact]
    public void Acknowledgements_leave_in_the_order_of_the_publishes()
    {
        var host = new EngineHost(Holding);
        var first = Subscriber(host, "first", "a");
        var second = Subscriber(host, "second", "b");
        var sensor = host.Connect("sensor");
        sensor.Read();
        sensor.Publish("a", "1", id: 1);
        sensor.Publish("b", "2", id: 2);
        Acknowledge(second);
        Assert.Empty(sensor.Read());
        Acknowledge(first);
        Assert.Equal(["PUBACK 1", "PUBACK 2"], sensor.Read());
    }

    [Fact]
    public void The_retained_store_counts_as_a_subscriber_and_is_coalesced_per_topic()
    {
        var host = new EngineHost(Holding);
        var sensor = host.Connect("sensor");
        sensor.Read();
        for (ushort id = 1; id <= 20; id++) sensor.Publish("t", $"{id}", id: id, retain: true);
        Assert.Empty(sensor.Read());
        host.Advance(210);
        Assert.Equal(20, sensor.Read().Count);
        var later = host.Crash().Connect("later");
        later.Read();
        later.Subscribe("#");
        Assert.Equal(["SUBACK 1", "PUBLISH 2 t 20 q1 retain"], later.Read());
    }

    [Fact]
    public void A_resumed_session_that_repeats_an_unacknowledged_publish_makes_no_second_message()
    {
        var host = new EngineHost(Holding);
        var reader = Subscriber(host, "reader");
        var sensor = host.Connect("sensor", clean: false);
        sensor.Publish("t", "same", id: 9);
        sensor.Gone();
        sensor = host.Connect("sensor", clean: false);
        sensor.Read();
        sensor.Publish("t", "same", id: 9, dup: true);
        Assert.Equal(1, reader.Read().Count(t => t.StartsWith("PUBLISH")));
        reader.Ack(PacketType.PubAck, 2);
        Assert.Equal(["PUBACK 9"], sensor.Read());
    }

    [Theory]
    [InlineData("other", true)]
    [InlineData("same", false)]
    public void Other_bytes_or_no_DUP_is_a_new_message(string payload, bool dup)
    {
        var host = new EngineHost(Holding);
        var reader = Subscriber(host, "reader");
        var sensor = host.Connect("sensor", clean: false);
        sensor.Publish("t", "same", id: 9);
        sensor.Gone();
        sensor = host.Connect("sensor", clean: false);
        sensor.Publish("t", payload, id: 9, dup: dup);
        Assert.Equal(2, reader.Read().Count(t => t.StartsWith("PUBLISH")));
    }

    internal static Peer Subscriber(EngineHost host, string clientId, string filter = "t", int qos = 1)
    {
        var peer = host.Connect(clientId, clean: false);
        host.Commit();
        peer.Subscribe(filter, qos);
        host.Commit();
        Assert.Equal(["CONNACK 0", $"SUBACK {qos}"], peer.Read());
        return peer;
    }

    internal static void Acknowledge(Peer peer)
    {
        foreach (var text in peer.Read().Where(t => t.StartsWith("PUBLISH")))
            peer.Ack(PacketType.PubAck, int.Parse(text.Split(' ')[1]));
    }
}
