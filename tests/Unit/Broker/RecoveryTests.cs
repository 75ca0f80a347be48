using LightMq.Broker;
using LightMq.Broker.Settings;
using LightMq.Mqtt;
using Xunit;
using static LightMq.Unit.Broker.HoldTests;

namespace LightMq.Unit.Broker;

/// <summary>What a power cut must not change.</summary>
public sealed class RecoveryTests
{
    [Fact]
    public void Queues_come_back_in_order_and_an_acknowledged_message_stays_away()
    {
        var host = new EngineHost();
        var reader = Subscriber(host, "reader");
        var sensor = host.Connect("sensor");
        for (ushort id = 1; id <= 5; id++) sensor.Publish("t", $"{id}", id: id);
        host.Advance(20);
        reader.Ack(PacketType.PubAck, 2);
        host.Advance(30_000);
        var again = host.Crash().Connect("reader", clean: false);
        Assert.Equal(["CONNACK 0 present", "PUBLISH 3 t 2 q1 dup", "PUBLISH 4 t 3 q1 dup",
            "PUBLISH 5 t 4 q1 dup", "PUBLISH 6 t 5 q1 dup"], again.Read());
    }

    [Fact]
    public void A_QoS_2_message_keeps_its_packet_id_and_is_not_delivered_twice()
    {
        var host = new EngineHost();
        var reader = Subscriber(host, "reader", qos: 2);
        var sensor = host.Connect("sensor");
        sensor.Publish("t", "one", qos: 2, id: 1);
        sensor.Publish("t", "two", qos: 2, id: 2);
        host.Advance(20);
        Assert.Equal(["PUBLISH 2 t one q2", "PUBLISH 3 t two q2"], reader.Read());
        reader.Ack(PacketType.PubRec, 3);
        host.Advance(20);
        Assert.Equal(["PUBREL 3"], reader.Read());
        host = host.Crash();
        reader = host.Connect("reader", clean: false);
        Assert.Equal(["CONNACK 0 present", "PUBLISH 2 t one q2 dup", "PUBREL 3"], reader.Read());
        reader.Ack(PacketType.PubComp, 3);
        reader.Ack(PacketType.PubRec, 2);
        host.Advance(20);
        reader.Ack(PacketType.PubComp, 2);
        host.Advance(30_000);
        Assert.Equal(["CONNACK 0 present"], host.Crash().Connect("reader", clean: false).Read());
    }

    [Fact]
    public void A_QoS_2_message_is_sent_only_once_it_is_durable()
    {
        var host = new EngineHost { CommitsAtOnce = false };
        var reader = Subscriber(host, "reader", qos: 2);
        var sensor = host.Connect("sensor");
        sensor.Publish("t", "one", qos: 2, id: 1);
        host.Advance(20);
        Assert.Empty(reader.Read());
        host.Commit();
        Assert.Equal(["PUBLISH 2 t one q2"], reader.Read());
        reader.Ack(PacketType.PubRec, 2);
        host.Advance(20);
        Assert.Empty(reader.Read());
        host.Commit();
        Assert.Equal(["PUBREL 2"], reader.Read());
    }

    [Fact]
    public void A_QoS_2_packet_id_is_known_after_a_restart()
    {
        var host = new EngineHost();
        var reader = Subscriber(host, "reader", qos: 2);
        var sensor = host.Connect("sensor", clean: false);
        sensor.Read();
        sensor.Publish("t", "one", qos: 2, id: 5);
        host.Advance(20);
        Assert.Equal(["PUBREC 5"], sensor.Read());
        Assert.Single(reader.Read());
        host = host.Crash();
        sensor = host.Connect("sensor", clean: false);
        sensor.Read();
        sensor.Publish("t", "one", qos: 2, id: 5, dup: true);
        Assert.Equal(["PUBREC 5"], sensor.Read());
        Assert.Equal(1, host.Engine.Counters.QueuedMessages);
        host.CommitsAtOnce = false;
        sensor.Ack(PacketType.PubRel, 5);
        host.Advance(20);
        Assert.Empty(sensor.Read());
        host.Commit();
        Assert.Equal(["PUBCOMP 5"], sensor.Read());
    }

    [Fact]
    public void Confirmed_session_changes_survive_and_unconfirmed_ones_were_not_confirmed()
    {
        var host = new EngineHost { CommitsAtOnce = false };
        var reader = host.Connect("reader", clean: false);
        Assert.Empty(reader.Read());
        host.Commit();
        Assert.Equal(["CONNACK 0"], reader.Read());
        reader.Subscribe("a");
        Assert.Empty(reader.Read());
        host.Commit();
        Assert.Equal(["SUBACK 1"], reader.Read());
        var life = host.Crash();
        life.Connect("sensor").Publish("a", "kept");
        life.Advance(20);
        var again = life.Connect("reader", clean: false);
        Assert.Equal(["CONNACK 0 present", "PUBLISH 2 a kept q1"], again.Read());
    }

    [Fact]
    public void A_discarded_session_stays_discarded_and_its_number_is_not_used_again()
    {
        var host = new EngineHost();
        Subscriber(host, "reader").Disconnect();
        host.Connect("sensor").Publish("t", "old");
        host.Advance(20);
        host.Connect("reader", clean: true).Disconnect();
        host.Advance(20);
        host = host.Crash();
        var other = host.Connect("other", clean: false);
        other.Subscribe("t");
        Assert.Equal(["CONNACK 0", "SUBACK 1"], other.Read());
        host = host.Crash();
        Assert.Equal(["CONNACK 0 present"], host.Connect("other", clean: false).Read());
        Assert.Equal(["CONNACK 0"], host.Connect("reader", clean: false).Read());
    }

    [Fact]
    public void Retained_messages_come_back_and_cleared_ones_do_not()
    {
        var host = new EngineHost();
        var sensor = host.Connect("sensor");
        sensor.Publish("a", "1", id: 1, retain: true);
        sensor.Publish("b", "2", id: 2, retain: true);
        sensor.Publish("b", "", id: 3, retain: true);
        sensor.Publish("c", "3", qos: 0, retain: true);
        host.Advance(20_000);
        host = host.Crash();
        Assert.Equal(2, host.Engine.RetainedCount);
        var later = host.Connect("later");
        later.Subscribe("#", qos: 0);
        Assert.Equal(["CONNACK 0", "SUBACK 0", "PUBLISH 0 a 1 q0 retain", "PUBLISH 0 c 3 q0 retain"],
            later.Read());
    }

    [Fact]
    public void A_will_survives_the_power_cut_and_is_published_at_the_start()
    {
        var host = new EngineHost();
        Subscriber(host, "reader", "will/#").Disconnect();
        host.Connect("sensor", will: "will/sensor");
        host.Connect("tidy", will: "will/tidy").Disconnect();
        host.Advance(20);
        var again = host.Crash().Connect("reader", clean: false);
        Assert.Equal(["CONNACK 0 present", "PUBLISH 2 will/sensor gone q1"],
            again.Read().Select(t => t.Replace(" dup", "")));
    }

    [Fact]
    public void Messages_beyond_the_memory_bound_are_read_back_in_order()
    {
        var host = new EngineHost(new BrokerOptions
        {
            AckHoldMilliseconds = 0, MemoryBytesMax = 20_000, InflightMax = 10,
        });
        Subscriber(host, "reader").Disconnect();
        var sensor = host.Connect("sensor");
        for (ushort id = 1; id <= 500; id++)
        {
            sensor.Publish("t", $"{id:000}{new string('x', 200)}", id: id);
            if (id % 10 == 0) host.Advance(20);
        }
        Assert.InRange(host.Engine.MemoryBytes, 1, 25_000);
        Assert.Equal(500, host.Engine.Counters.QueuedMessages);
        List<string> seen = [];
        var reader = host.Connect("reader", clean: false);
        for (var round = 0; round < 100 && seen.Count < 500; round++)
        {
            BackPressureTests.Take(reader, seen);
            host.Advance(5);
        }
        Assert.Equal(Enumerable.Range(1, 500).Select(i => $"{i:000}"), seen.Select(s => s[..3]));
    }

    [Fact]
    public void Slots_are_used_again_once_their_messages_are_acknowledged()
    {
        var host = new EngineHost();
        var reader = Subscriber(host, "reader");
        var sensor = host.Connect("sensor");
        List<string> seen = [];
        for (var i = 0; i < 200; i++)
        {
            sensor.Publish("t", $"{i}", id: 1);
            host.Advance(10);
            BackPressureTests.Take(reader, seen);
        }
        Assert.Equal(200, seen.Count);
        Assert.InRange(host.SlotsOnDisk, 1, 4);
    }

    [Fact]
    public void A_straggler_does_not_keep_its_neighbours_space()
    {
        var host = new EngineHost();
        var reader = Subscriber(host, "reader");
        Subscriber(host, "straggler", "s").Disconnect();
        var sensor = host.Connect("sensor");
        List<string> seen = [];
        for (var i = 0; i < 120; i++)
        {
            sensor.Publish("s", $"{i}", id: 1);
            sensor.Publish("t", new string('x', 90_000), id: 2);
            host.Advance(10);
            BackPressureTests.Take(reader, seen);
        }
        host.Advance(60_000);
        Assert.InRange(host.SlotsOnDisk, 1, 80);
        List<string> kept = [];
        BackPressureTests.Take(host.Crash().Connect("straggler", clean: false), kept);
        Assert.Equal(Enumerable.Range(0, 120).Select(i => $"{i}"), kept);
    }

    [Fact]
    public void A_slot_that_cannot_be_read_back_loses_only_its_messages_and_says_so()
    {
        var host = new EngineHost(new BrokerOptions { AckHoldMilliseconds = 0 });
        Subscriber(host, "reader").Disconnect();
        host.Connect("sensor").Publish("t", "lost");
        host.Advance(20);
        host = host.Crash();
        host.LoseSlots();
        var reader = host.Connect("reader", clean: false);
        Assert.Equal(["CONNACK 0 present"], reader.Read());
        Assert.Equal(1, host.Engine.Counters.Dropped(DropReason.Damaged));
        Assert.Equal(0, host.Engine.Counters.QueuedMessages);
    }

    [Fact]
    public void Stopping_stores_what_is_held_and_answers_before_it_closes()
    {
        var host = new EngineHost(new BrokerOptions { AckHoldMilliseconds = 200 });
        Subscriber(host, "reader");
        var sensor = host.Connect("sensor");
        sensor.Read();
        sensor.Publish("t", "held", id: 4);
        host.Handle(Input.Stop());
        host.Advance(0);
        Assert.True(host.Engine.IsStopped);
        Assert.Equal(["PUBACK 4"], sensor.Read());
        Assert.True(sensor.IsClosed);
        Assert.Contains("PUBLISH 2 t held q1 dup", host.Crash().Connect("reader", clean: false).Read());
    }
}
