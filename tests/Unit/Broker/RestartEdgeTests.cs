using LightMq.Broker;
using LightMq.Broker.Settings;
using Xunit;
using static LightMq.Unit.Broker.HoldTests;

namespace LightMq.Unit.Broker;

/// <summary>Moments between a change and its being durable.</summary>
public sealed class RestartEdgeTests
{
    [Fact]
    public void A_QoS_2_publish_that_comes_again_is_answered_only_once_its_id_is_durable()
    {
        var host = new EngineHost { CommitsAtOnce = false };
        Subscriber(host, "reader").Disconnect();
        host.Advance(20);
        host.Commit();
        var sensor = host.Connect("sensor", clean: false);
        host.Commit();
        for (ushort id = 1; id <= 1_020; id++) sensor.Publish("t", "x", qos: 2, id: id);
        sensor.Publish("t", "y", qos: 1, id: 1_020);
        sensor.Gone();
        sensor = host.Connect("sensor", clean: false);
        while (sensor.Read() is not ["CONNACK 0 present"]) Assert.True(host.Commit());
        host.CommitsAtOnce = false;
        sensor.Publish("t", "z", qos: 2, id: 1_023);
        sensor.Gone();
        sensor = host.Connect("sensor", clean: false);
        sensor.Read();
        sensor.Publish("t", "z", qos: 2, id: 1_023, dup: true);
        Assert.DoesNotContain("PUBREC 1023", sensor.Read());
        host.Advance(20);
        while (host.Commit()) host.Advance(20);
        Assert.Contains("PUBREC 1023", sensor.Read());
    }

    [Fact]
    public void A_session_is_present_only_once_it_is_durable()
    {
        var host = new EngineHost { CommitsAtOnce = false };
        var peer = host.Connect("peer", clean: false);
        peer.Gone();
        peer = host.Connect("peer", clean: false);
        Assert.Empty(peer.Read());
        while (host.Commit()) host.Advance(20);
        Assert.Equal(["CONNACK 0 present"], peer.Read());
    }

    [Fact]
    public void A_reader_whose_next_messages_were_dropped_while_they_were_read_back_goes_on()
    {
        var host = new EngineHost(new BrokerOptions
        {
            AckHoldMilliseconds = 0, QueueMessagesMax = 4, QueueFull = DropPolicy.DropOldest,
        });
        Subscriber(host, "reader").Disconnect();
        var sensor = host.Connect("sensor");
        for (ushort id = 1; id <= 4; id++)
        {
            sensor.Publish("t", $"{id}", id: id);
            host.Advance(20);
        }
        host = host.Crash();
        host.AnswersLoads = false;
        var reader = host.Connect("reader", clean: false);
        sensor = host.Connect("sensor");
        for (ushort id = 5; id <= 6; id++) sensor.Publish("t", $"{id}", id: id);
        host.Advance(20);
        host.AnswersLoads = true;
        host.Handle(Input.Tick());
        List<string> seen = [];
        for (var round = 0; round < 5; round++)
        {
            BackPressureTests.Take(reader, seen);
            host.Advance(20);
        }
        Assert.Equal(["3", "4", "5", "6"], seen);
    }

    [Fact]
    public void After_a_salvage_what_is_in_memory_is_written_again()
    {
        var host = new EngineHost();
        Subscriber(host, "reader").Disconnect();
        host.Connect("sensor").Publish("r", "kept", retain: true);
        host.Advance(20);
        host.LoseEverything();
        host.Handle(Input.StoreRebuilt());
        host.Advance(20_000);
        host = host.Crash();
        Assert.Equal(["CONNACK 0 present"], host.Connect("reader", clean: false).Read());
        Assert.Equal(1, host.Engine.RetainedCount);
        Assert.Equal(2u, host.Engine.Epoch.Boot);
    }

    [Fact]
    public void A_retained_message_beyond_the_bound_leaves_no_old_one_behind()
    {
        var host = new EngineHost(new BrokerOptions { AckHoldMilliseconds = 0, RetainedBytesMax = 12 });
        var sensor = host.Connect("sensor");
        sensor.Publish("t", "12345678", id: 1, retain: true);
        sensor.Publish("t", "abcdefgh", id: 2, retain: true);
        host.Advance(20);
        var reader = host.Connect("reader");
        reader.Subscribe("t");
        Assert.Equal(["CONNACK 0", "SUBACK 1", "PUBLISH 2 t abcdefgh q1 retain"], reader.Read());
        sensor.Publish("t", "abcdefghijkl", id: 3, retain: true);
        reader.Read();
        host.Advance(20);
        reader.Subscribe("t");
        Assert.Equal(["SUBACK 1"], reader.Read());
        Assert.Equal(1, host.Engine.Counters.Dropped(DropReason.RetainedFull));
    }

    [Fact]
    public void Cleared_topics_that_were_never_stored_are_gone_at_once()
    {
        var host = new EngineHost(new BrokerOptions { RetainedMessagesMax = 2 });
        var sensor = host.Connect("sensor");
        for (var i = 0; i < 100; i++)
        {
            sensor.Publish($"t{i}", "x", qos: 0, retain: true);
            sensor.Publish($"t{i}", "", qos: 0, retain: true);
        }
        host.Advance(20_000);
        sensor.Publish("last", "x", qos: 0, retain: true);
        Assert.Equal(1, host.Engine.RetainedCount);
    }
}
