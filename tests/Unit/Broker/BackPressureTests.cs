using LightMq.Broker;
using LightMq.Broker.Connections;
using LightMq.Broker.Settings;
using LightMq.Mqtt;
using Xunit;
using static LightMq.Unit.Broker.HoldTests;

namespace LightMq.Unit.Broker;

/// <summary>
/// Nothing accepted is dropped: publishers wait, and drop policies act only where configured.
/// </summary>
public sealed class BackPressureTests
{
    private static readonly BrokerOptions Small = new()
    {
        AckHoldMilliseconds = 0, QueueMessagesMax = 3, ParkedPacketsMax = 2,
    };

    [Fact]
    public void A_full_queue_withholds_acknowledgements_then_stops_reading_and_loses_nothing()
    {
        var host = new EngineHost(Small);
        Subscriber(host, "reader").Disconnect();
        var sensor = host.Connect("sensor");
        sensor.Read();
        for (ushort id = 1; id <= 7; id++) sensor.Publish("t", $"{id}", id: id);
        host.Advance(50);
        Assert.Equal(["PUBACK 1", "PUBACK 2", "PUBACK 3"], sensor.Read());
        Assert.Equal(2, Engine.LoadOf(sensor.Connection).ParkedPackets);
        Assert.False(host.Reading[sensor.Connection]);

        var reader = host.Connect("reader", clean: false);
        var seen = Drain(host, reader, sensor);
        Assert.Equal(["1", "2", "3", "4", "5", "6", "7"], seen);
        Assert.True(host.Reading[sensor.Connection]);
        Assert.Equal(["PUBACK 4", "PUBACK 5", "PUBACK 6", "PUBACK 7"], sensor.Read());
    }

    [Fact]
    public void A_queue_with_room_for_one_more_takes_it_at_once()
    {
        var host = new EngineHost(Small);
        Subscriber(host, "reader").Disconnect();
        var sensor = host.Connect("sensor");
        for (ushort id = 1; id <= 3; id++) sensor.Publish("t", $"{id}", id: id);
        Assert.Equal(0, Engine.LoadOf(sensor.Connection).ParkedPackets);
        sensor.Publish("t", "4", id: 4);
        Assert.Equal(1, Engine.LoadOf(sensor.Connection).ParkedPackets);
    }

    [Fact]
    public void A_connection_that_owes_acknowledgements_is_read_and_its_excess_is_refused()
    {
        var host = new EngineHost(Small);
        Subscriber(host, "reader").Disconnect();
        var sensor = host.Connect("sensor", clean: false);
        sensor.Subscribe("to/sensor");
        host.Connect("boss").Publish("to/sensor", "hello");
        for (ushort id = 1; id <= 5; id++) sensor.Publish("t", $"{id}", id: id);
        Assert.False(sensor.IsClosed);
        Assert.False(host.Reading.ContainsKey(sensor.Connection));
        sensor.Publish("t", "6", id: 6);
        sensor.Ack(PacketType.PubAck, 2);
        sensor.Read();
        Assert.False(sensor.IsClosed);
        var reader = host.Connect("reader", clean: false);
        for (var round = 0; round < 5; round++)
        {
            Take(reader, []);
            host.Advance(20);
        }
        Assert.Equal(CloseReason.QuotaExceeded,
            Assert.Single(host.Closes, c => c.Connection == sensor.Connection).Reason);
    }

    [Fact]
    public void Two_clients_that_fill_each_others_queues_drain()
    {
        var host = new EngineHost(Small with { InflightMax = 1 });
        var left = Subscriber(host, "left", "to/left");
        var right = Subscriber(host, "right", "to/right");
        for (ushort id = 1; id <= 5; id++)
        {
            left.Publish("to/right", $"l{id}", id: id);
            right.Publish("to/left", $"r{id}", id: id);
        }
        List<string> leftSaw = [], rightSaw = [];
        for (var round = 0; round < 20; round++)
        {
            host.Advance(10);
            Take(left, leftSaw);
            Take(right, rightSaw);
        }
        Assert.Equal(["r1", "r2", "r3", "r4", "r5"], leftSaw);
        Assert.Equal(["l1", "l2", "l3", "l4", "l5"], rightSaw);
    }

    [Fact]
    public void A_parked_publish_goes_on_when_the_full_queue_is_no_longer_its_receiver()
    {
        var host = new EngineHost(Small);
        var reader = Subscriber(host, "reader");
        reader.Disconnect();
        var sensor = host.Connect("sensor");
        for (ushort id = 1; id <= 4; id++) sensor.Publish("t", $"{id}", id: id);
        host.Advance(50);
        Assert.Equal(1, Engine.LoadOf(sensor.Connection).ParkedPackets);
        reader = host.Connect("reader", clean: false);
        reader.Send(0xA2, 5, 0, 7, 0, 1, (byte)'t');
        host.Advance(50);
        Assert.Equal(0, Engine.LoadOf(sensor.Connection).ParkedPackets);
    }

    [Fact]
    public void Keep_alive_pauses_while_the_stop_is_ours()
    {
        var host = new EngineHost(Small);
        Subscriber(host, "reader").Disconnect();
        var sensor = host.Connect("sensor", keepAlive: 10);
        for (ushort id = 1; id <= 7; id++) sensor.Publish("t", $"{id}", id: id);
        host.Advance(20);
        sensor.Read();
        host.Advance(60_000);
        Assert.False(sensor.IsClosed);
    }

    [Theory]
    [InlineData(DropPolicy.DropOldest, "3 4 5", DropReason.QueueDropOldest)]
    [InlineData(DropPolicy.DropNewest, "1 2 3", DropReason.QueueDropNewest)]
    [InlineData(DropPolicy.KeepLatestPerTopic, "3 4 5", DropReason.QueueReplaced)]
    public void A_policy_drops_and_counts_by_reason(DropPolicy policy, string kept, DropReason reason)
    {
        var host = new EngineHost(Small with { QueueFull = policy });
        Subscriber(host, "reader").Disconnect();
        var sensor = host.Connect("sensor");
        sensor.Read();
        for (ushort id = 1; id <= 5; id++) sensor.Publish("t", $"{id}", id: id);
        host.Advance(50);
        Assert.Equal(5, sensor.Read().Count);
        Assert.Equal(2, host.Engine.Counters.Dropped(reason));
        Assert.Contains(host.Events, e => e is { Kind: BrokerEventKind.Dropping, ClientId: "reader" });
        List<string> seen = [];
        Take(host.Crash().Connect("reader", clean: false), seen);
        Assert.Equal(kept, string.Join(' ', seen));
    }

    [Fact]
    public void Keep_latest_keeps_other_topics()
    {
        var host = new EngineHost(Small with { QueueFull = DropPolicy.KeepLatestPerTopic });
        Subscriber(host, "reader", "#").Disconnect();
        var sensor = host.Connect("sensor");
        foreach (var text in new[] { "a 1", "b 1", "a 2", "b 2", "a 3" })
            sensor.Publish(text[..1], text[2..], id: 1);
        List<string> seen = [];
        Take(host.Connect("reader", clean: false), seen);
        Assert.Equal(["2", "2", "3"], seen);
    }

    [Fact]
    public void A_bridge_is_never_dropped_from()
    {
        var host = new EngineHost(Small with
        {
            QueueFull = DropPolicy.DropOldest,
            Bridges = [new BridgeOptions("up", ["#"])],
        });
        var sensor = host.Connect("sensor");
        sensor.Read();
        for (ushort id = 1; id <= 5; id++) sensor.Publish("t", $"{id}", id: id);
        host.Advance(50);
        Assert.Equal(3, sensor.Read().Count);
        Assert.Equal(0, host.Engine.Counters.Dropped(DropReason.QueueDropOldest));
    }

    [Fact]
    public void QoS_0_keeps_its_place_on_a_bridge_and_is_shed_first()
    {
        var host = new EngineHost(Small with { Bridges = [new BridgeOptions("up", ["#"])] });
        var sensor = host.Connect("sensor");
        sensor.Read();
        sensor.Publish("t", "one", id: 1);
        sensor.Publish("t", "zero", qos: 0);
        sensor.Publish("t", "two", id: 2);
        sensor.Publish("t", "shed", qos: 0);
        Assert.Equal(1, host.Engine.Counters.Dropped(DropReason.Qos0Shed));
        sensor.Publish("t", "three", id: 3);
        Assert.Equal(2, host.Engine.Counters.Dropped(DropReason.Qos0Shed));
        host.Advance(50);
        Assert.Equal(["PUBACK 1", "PUBACK 2", "PUBACK 3"], sensor.Read());
        List<string> seen = [];
        Take(host.Connect("up", clean: false), seen);
        Assert.Equal(["one", "two", "three"], seen);
    }

    [Fact]
    public void A_peer_that_takes_nothing_is_closed_and_publishers_go_on()
    {
        var host = new EngineHost(Small with { SlowReaderSecondsMax = 30, OutboxBytesMax = 64 });
        var slow = host.Connect("slow");
        slow.Subscribe("t");
        slow.Read();
        var sensor = host.Connect("sensor");
        for (ushort id = 1; id <= 6; id++) sensor.Publish("t", $"{id}", id: id);
        var acknowledged = sensor.Read().Count(t => t.StartsWith("PUBACK"));
        Assert.InRange(acknowledged, 3, 5);
        host.Advance(29_000);
        Assert.False(slow.IsClosed);
        host.Advance(3_000);
        Assert.Equal(CloseReason.SlowReader, Assert.Single(host.Closes).Reason);
        Assert.Equal(6 - acknowledged, sensor.Read().Count(t => t.StartsWith("PUBACK")));
    }

    [Fact]
    public void A_peer_that_never_reads_its_acknowledgements_is_not_read_either()
    {
        var host = new EngineHost(Small with { OutboxBytesMax = 64 });
        var sensor = host.Connect("sensor");
        for (ushort id = 1; id <= 100; id++) sensor.Publish("t", $"{id}", id: id);
        Assert.False(host.Reading[sensor.Connection]);
        Assert.InRange(sensor.Connection.Outbox.Length, 128, 200);
        var answers = sensor.Read().Count;
        while (sensor.Read() is { Count: > 0 } more) answers += more.Count;
        Assert.Equal(101, answers);
        Assert.True(host.Reading[sensor.Connection]);
    }

    internal static void Take(Peer peer, List<string> seen)
    {
        foreach (var text in peer.Read().Where(t => t.StartsWith("PUBLISH")))
        {
            var words = text.Split(' ');
            seen.Add(words[3]);
            peer.Ack(PacketType.PubAck, int.Parse(words[1]));
        }
    }

    private static List<string> Drain(EngineHost host, Peer reader, Peer sensor)
    {
        List<string> seen = [];
        for (var round = 0; round < 10; round++)
        {
            Take(reader, seen);
            host.Advance(20);
        }
        Assert.False(sensor.IsClosed);
        return seen;
    }
}
