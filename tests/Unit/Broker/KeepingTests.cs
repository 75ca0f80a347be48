using LightMq.Broker;
using LightMq.Broker.Settings;
using LightMq.Mqtt;
using Xunit;
using static LightMq.Unit.Broker.HoldTests;

namespace LightMq.Unit.Broker;

/// <summary>What is kept for whom, and how long (LMQ-MSG-1 to LMQ-MSG-4).</summary>
public sealed class KeepingTests
{
    private const int Day = 86_400_000;

    [Fact]
    public void QoS_2_in_a_persistent_LMQ_session_waits_for_nobody_and_QoS_1_does()
    {
        var host = new EngineHost(LmqClients.Options);
        host.JoinAndSubscribe("exact", qos: 2).Disconnect();
        host.JoinAndSubscribe("kept", qos: 1).Disconnect();
        var sensor = host.Join("sensor", clean: true);
        sensor.Publish("t/a", "one", qos: 1, id: 1);
        sensor.Publish("t/a", "two", qos: 2, id: 2);
        host.Advance(20);
        Assert.Equal(["CONNACK 0", "PUBACK 1", "PUBREC 2"], sensor.Read());
        Assert.Equal(2, host.Engine.Counters.Dropped(DropReason.Qos2Offline));
        Assert.Equal(2, host.Engine.Counters.QueuedMessages);
        // The filter itself stays.
        var exact = host.Join("exact");
        Assert.Equal(["CONNACK 0 present"], exact.Read());
        sensor.Publish("t/a", "three", qos: 2, id: 3);
        host.Advance(20);
        Assert.Equal(["three"], exact.Take());
    }

    [Fact]
    public void QoS_2_in_a_persistent_Plain_session_waits_as_MQTT_says()
    {
        var host = new EngineHost(LmqClients.Options);
        Subscriber(host, "reader", "t/#", qos: 2).Disconnect();
        var sensor = host.Join("sensor", clean: true);
        sensor.Publish("t/a", "two", qos: 2, id: 2);
        host.Advance(20);
        Assert.Contains("PUBLISH 2 t/a two q2", host.Connect("reader", clean: false).Read());
    }

    [Fact]
    public void What_a_client_of_QoS_2_did_not_take_is_gone_with_its_connection_and_never_on_the_disk()
    {
        var host = new EngineHost(LmqClients.Options);
        var reader = host.JoinAndSubscribe("exact", qos: 2);
        var sensor = host.Join("sensor", clean: true);
        var journaled = host.Engine.Counters.Journaled;
        sensor.Publish("t/a", "one", qos: 1, id: 1);
        sensor.Publish("t/a", "two", qos: 2, id: 2);
        sensor.Publish("t/a", "three", qos: 2, id: 3);
        Assert.Equal(["PUBLISH 2 t/a one q1", "PUBLISH 3 t/a two q2", "PUBLISH 4 t/a three q2"],
            reader.Read());
        reader.Ack(PacketType.PubRec, 4);
        Assert.Equal(["PUBREL 4"], reader.Read());
        Assert.Equal(journaled, host.Engine.Counters.Journaled);
        reader.Gone();
        Assert.Equal(2, host.Engine.Counters.Dropped(DropReason.Qos2Offline));
        Assert.Equal(0, host.Engine.Counters.QueuedMessages);
        // PUBREL frees the ids that the client may still hold open.
        reader = host.Join("exact");
        Assert.Equal(["CONNACK 0 present", "PUBREL 3", "PUBREL 4"], reader.Read());
        reader.Ack(PacketType.PubComp, 3);
        reader.Ack(PacketType.PubComp, 4);
        reader.Disconnect();
        Assert.Equal(["CONNACK 0 present"], host.Join("exact").Read());
    }

    [Fact]
    public void A_full_queue_of_a_client_that_is_away_stops_nobody_where_nothing_is_kept()
    {
        var host = new EngineHost(LmqClients.Options with { QueueMessagesMax = 1 });
        host.JoinAndSubscribe("exact", qos: 2).Disconnect();
        var sensor = host.Join("sensor", clean: true);
        for (ushort id = 1; id <= 3; id++) sensor.Publish("t/a", "x", id: id);
        host.Advance(20);
        Assert.Equal(["CONNACK 0", "PUBACK 1", "PUBACK 2", "PUBACK 3"], sensor.Read());
    }

    [Fact]
    public void A_filter_of_QoS_1_keeps_what_one_of_QoS_2_matches_too()
    {
        var host = new EngineHost(LmqClients.Options);
        var reader = host.JoinAndSubscribe("both", "t/#", qos: 2);
        reader.Subscribe("t/a", qos: 1, id: 2);
        reader.Disconnect();
        var sensor = host.Join("sensor", clean: true);
        sensor.Publish("t/a", "kept", id: 1);
        sensor.Publish("t/b", "lost", id: 2);
        host.Advance(20);
        host = host.Crash();
        reader = host.Join("both");
        host.Advance(3_000);
        Assert.Equal(["kept"], reader.Take());
    }

    [Fact]
    public void Retained_messages_come_to_a_filter_of_QoS_2_and_are_not_kept_for_it()
    {
        var host = new EngineHost(LmqClients.Options);
        host.Join("sensor").Publish("t/a", "state", qos: 2, id: 2, retain: true);
        host.Advance(20);
        var reader = host.JoinAndSubscribe("other", "t/b", qos: 2);
        reader.Subscribe("t/a", qos: 2, id: 2);
        Assert.Equal(["SUBACK 2", "PUBLISH 2 t/a state q2 retain"], reader.Read());
        reader.Gone();
        Assert.Equal(1, host.Engine.Counters.Dropped(DropReason.Qos2Offline));
    }

    [Fact]
    public void Messages_wait_for_three_days_and_go_oldest_first()
    {
        var host = new EngineHost(LmqClients.Options);
        host.JoinAndSubscribe("away").Disconnect();
        Subscriber(host, "plain", "t/#").Disconnect();
        var sensor = host.Join("sensor", clean: true, keepAlive: 0);
        host.PublishMany(sensor, 1, 2);
        sensor.Disconnect();
        host.Advance(Day);
        sensor = host.Join("sensor", clean: true);
        host.PublishMany(sensor, 3, 2);
        sensor.Disconnect();
        host.Advance(2 * Day - 120_000);
        Assert.Equal(0, host.Engine.Counters.Dropped(DropReason.Retention));
        host.Advance(240_000);
        Assert.Equal(2, host.Engine.Counters.Dropped(DropReason.Retention));
        var reader = host.Join("away");
        host.Advance(3_000);
        Assert.Equal(["3", "4"], reader.Take());
        // Plain keeps them as MQTT says.
        Assert.Equal(["1", "2", "3", "4"], host.Connect("plain", clean: false).Take());
    }

    [Fact]
    public void The_days_that_messages_waited_count_on_over_restarts()
    {
        var host = new EngineHost(
            LmqClients.Options with { Offline = new OfflineOptions { RetentionDays = 1 } });
        host.JoinAndSubscribe("away").Disconnect();
        var sensor = host.Join("sensor", clean: true);
        host.PublishMany(sensor, 1, 1);
        sensor.Disconnect();
        for (var part = 0; part < 5; part++)
        {
            host.Advance(Day / 6);
            host = host.Crash();
        }
        Assert.Equal(0, host.Engine.Counters.Dropped(DropReason.Retention));
        host.Advance(Day / 4);
        Assert.Equal(1, host.Engine.Counters.Dropped(DropReason.Retention));
        host.Advance(30_000);
        Assert.Equal(0, host.Crash().Engine.Counters.QueuedMessages);
    }

    [Fact]
    public void A_bridge_on_an_LMQ_listener_is_exempt()
    {
        var bridged = LmqClients.Options with
        {
            Bridges = [new BridgeOptions(LmqClients.IdOf("up"), ["t/#"])],
        };
        var host = new EngineHost(bridged);
        var up = host.Join("up");
        up.Subscribe("will/#", qos: 2);
        up.Disconnect();
        var sensor = host.Join("sensor", clean: true);
        host.PublishMany(sensor, 1, 40);
        sensor.Publish("will/a", "41", qos: 2, id: 41);
        host.Advance(20);
        sensor.Disconnect();
        host.Advance(4 * Day);
        host = host.Crash();
        Assert.Equal(LmqClients.Numbers(1, 41), host.Join("up").Take());
    }

    [Fact]
    public void A_payload_above_the_limit_is_dropped_acknowledged_and_told_with_its_topic()
    {
        var host = new EngineHost(LmqClients.Options with { PayloadBytesMax = 4 });
        var reader = host.JoinAndSubscribe("reader");
        var sensor = host.Join("sensor", clean: true);
        sensor.Publish("t/a", "1234", id: 1);
        sensor.Publish("t/a", "12345", id: 2);
        sensor.Publish("t/a", "12345", qos: 0);
        host.Advance(20);
        Assert.Equal(["1234"], reader.Take());
        host.Advance(20);
        Assert.Equal(["CONNACK 0", "PUBACK 1", "PUBACK 2"], sensor.Read());
        Assert.Equal(2, host.Engine.Counters.Dropped(DropReason.PayloadTooLarge));
        var told = host.Events.Where(e => e.Kind == BrokerEventKind.Refused).ToArray();
        Assert.All(told, e => Assert.Contains("t/a", e.Detail));
        Assert.All(told, e => Assert.Equal(LmqClients.IdOf("sensor"), e.ClientId));
        Assert.Equal(2, told.Length);
    }
}
