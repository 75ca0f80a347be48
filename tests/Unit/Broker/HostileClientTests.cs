using LightMq.Broker;
using LightMq.Broker.Connections;
using LightMq.Broker.Settings;
using LightMq.Mqtt;
using Xunit;
using static LightMq.Unit.Broker.HoldTests;

namespace LightMq.Unit.Broker;

/// <summary>What one client can do to the others, to the memory or to the disk: nothing.</summary>
public sealed class HostileClientTests
{
    private static readonly BrokerOptions Direct = new() { AckHoldMilliseconds = 0 };

    [Fact]
    public void Filters_of_one_client_are_bounded_in_bytes()
    {
        var host = new EngineHost(Direct);
        var greedy = host.Connect("greedy", clean: false);
        greedy.Read();
        greedy.Subscribe(new string('a', 60_000));
        greedy.Subscribe(new string('b', 60_000));
        greedy.Subscribe(new string('c', 60_000));
        Assert.Equal(["SUBACK 1", "SUBACK 1", "SUBACK 128"], greedy.Read());
    }

    [Fact]
    public void A_filter_that_stands_often_in_one_packet_is_replayed_once()
    {
        var host = new EngineHost(Direct);
        Retain(host, 50);
        var peer = host.Connect("peer");
        peer.Read();
        peer.Send(SubscribePacketOf("#", 500));
        host.Advance(10);
        Assert.Equal(50, peer.Read().Count(t => t.StartsWith("PUBLISH")));
    }

    [Fact]
    public void Retained_messages_come_in_pieces_as_the_queue_has_room_and_all_come()
    {
        var host = new EngineHost(Direct with { QueueMessagesMax = 10 });
        Retain(host, 100);
        var peer = host.Connect("peer", clean: false);
        peer.Subscribe("#");
        Assert.InRange(Engine.LoadOf(peer.Connection).QueueMessages, 1, 10);
        List<string> seen = [];
        for (var round = 0; round < 50 && seen.Count < 100; round++)
        {
            BackPressureTests.Take(peer, seen);
            host.Advance(10);
        }
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"{i}"), seen);
    }

    [Fact]
    public void Many_retained_messages_do_not_hold_the_loop()
    {
        var host = new EngineHost(Direct);
        Retain(host, 10_000);
        var peer = host.Connect("peer");
        peer.Read();
        peer.Subscribe("nothing/+/here");
        Assert.Equal(["SUBACK 1"], peer.Read());
        peer.Subscribe("#", qos: 0);
        host.Advance(50);
        Assert.Equal(10_000, peer.Read().Count(t => t.StartsWith("PUBLISH")));
    }

    [Fact]
    public void A_clean_subscriber_that_never_acknowledges_is_closed_and_the_others_go_on()
    {
        var host = new EngineHost(Direct with { MemoryBytesMax = 400_000, InflightMax = 2 });
        var slow = host.Connect("slow");
        slow.Subscribe("a");
        var sensor = host.Connect("sensor");
        for (ushort id = 1; id <= 30; id++) sensor.Publish("a", new string('x', 10_000), id: id);
        var other = host.Connect("other");
        other.Read();
        other.Publish("b", "1", id: 1);
        Assert.Equal(["PUBACK 1"], other.Read());
        for (var second = 0; second < 40; second++)
        {
            slow.Read();
            sensor.Read();
            host.Advance(1_000);
        }
        Assert.Equal(CloseReason.SlowReader, Assert.Single(host.Closes).Reason);
        Assert.Equal(0, Engine.LoadOf(sensor.Connection).ParkedPackets);
    }

    [Fact]
    public void Short_lived_publishers_do_not_use_up_the_sessions()
    {
        var host = new EngineHost(Direct with
        {
            SessionsMax = 5,
            Bridges = [new BridgeOptions("up", ["#"])],
        });
        for (var i = 0; i < 50; i++)
        {
            var peer = host.Connect($"c{i}");
            Assert.Equal("CONNACK 0", peer.Read()[0]);
            peer.Publish("t", "1");
            peer.Disconnect();
        }
    }

    [Fact]
    public void QoS_2_without_a_subscriber_waits_for_the_disk_too()
    {
        var host = new EngineHost(Direct with { GroupBytesMax = 5_000 });
        var sensor = host.Connect("sensor", clean: false);
        host.CommitsAtOnce = false;
        for (ushort id = 1; id <= 50; id++) sensor.Publish("t", new string('x', 10_000), qos: 2, id: id);
        Assert.InRange(host.Engine.MemoryBytes, 0, 1_000);
        Assert.True(Engine.LoadOf(sensor.Connection).ParkedPackets > 0);
    }

    [Fact]
    public void Open_QoS_2_ids_are_bounded()
    {
        var host = new EngineHost(Direct);
        var sensor = host.Connect("sensor");
        for (ushort id = 1; id <= 1_025; id++) sensor.Publish("t", "x", qos: 2, id: id);
        Assert.Equal(1, Engine.LoadOf(sensor.Connection).ParkedPackets);
        Assert.Equal(1_024, sensor.Read().Count(t => t.StartsWith("PUBREC")));
        sensor.Ack(PacketType.PubRel, 1);
        Assert.Equal(["PUBCOMP 1", "PUBREC 1025"], sensor.Read());
    }

    [Fact]
    public void A_flood_of_releases_waits_for_the_disk()
    {
        var host = new EngineHost(Direct with { GroupBytesMax = 10_000 });
        var peer = host.Connect("peer", clean: false);
        host.CommitsAtOnce = false;
        peer.Subscribe("t");
        for (var i = 0; i < 1_000; i++) peer.Ack(PacketType.PubRel, 7);
        Assert.False(host.Reading[peer.Connection]);
        host.CommitsAtOnce = true;
        peer.Read();
        host.Commit();
        host.Advance(100);
        Assert.True(host.Reading[peer.Connection]);
        Assert.Equal(1_000, peer.Read().Count(t => t == "PUBCOMP 7"));
    }

    [Fact]
    public void Wills_go_beyond_a_full_queue_but_only_so_many()
    {
        var host = new EngineHost(Direct with { QueueMessagesMax = 3 });
        Subscriber(host, "reader", "will/#").Disconnect();
        for (var i = 0; i < 1_003; i++)
        {
            var peer = host.Connect("c", will: "will/x");
            Assert.Equal(["CONNACK 0"], peer.Read());
            peer.Gone();
        }
        Assert.Equal(["CONNACK 3"], host.Connect("c", will: "will/x").Read());
        Assert.Equal(["CONNACK 0"], host.Connect("c").Read());
        Assert.Equal(1_003, host.Crash().Engine.Counters.QueuedMessages);
    }

    [Fact]
    public void A_will_whose_connection_was_never_accepted_is_not_published()
    {
        var host = new EngineHost(Direct) { CommitsAtOnce = false };
        var peer = host.Open();
        peer.SendConnect("peer", clean: true, will: "will/x");
        peer.Gone();
        host.CommitsAtOnce = true;
        host.Commit();
        host.Advance(100);
        Assert.Equal(0, host.Engine.Counters.Received.Sum());
        Assert.Equal(0, host.Engine.Counters.QueuedMessages);
        Assert.Equal(0, host.Crash().Engine.SessionCount);
    }

    [Fact]
    public void Nobody_goes_on_with_the_session_of_another_user()
    {
        var hash = new PasswordHash(1, [], new byte[32]);
        var host = new EngineHost(Direct with
        {
            Users = [new LocalUser("admin", hash, [new TopicRule("#", true, true)]),
                new LocalUser("low", hash, [new TopicRule("low/#", true, true)])],
        });
        Login(host, "id", "admin").Subscribe("secret");
        var thief = Login(host, "id", "low");
        Assert.Equal(["CONNACK 5"], thief.Read());
        host = host.Crash();
        Assert.Equal(["CONNACK 5"], Login(host, "id", "low").Read());
        Assert.Equal(["CONNACK 0 present"], Login(host, "id", "admin").Read());
    }

    [Fact]
    public void A_filter_that_is_not_granted_any_more_goes_when_its_client_comes_back()
    {
        var hash = new PasswordHash(1, [], new byte[32]);
        LocalUser Of(string filter) => new("user", hash, [new TopicRule(filter, true, true)]);
        var host = new EngineHost(Direct with { Users = [Of("#")] });
        var peer = Login(host, "id", "user");
        peer.Subscribe("secret");
        peer.Disconnect();
        host.Advance(20);
        host = host.Crash(Direct with { Users = [Of("open/#")] });
        Login(host, "id", "user").Read();
        Assert.Contains(host.Events, e => e.Kind == BrokerEventKind.SessionChanged);
    }

    [Fact]
    public void A_refused_filter_is_answered_before_the_close_in_every_session_kind()
    {
        var hash = new PasswordHash(1, [], new byte[32]);
        var host = new EngineHost(Direct with
        {
            Users = [new LocalUser("low", hash, [new TopicRule("low/#", true, true)])],
        });
        var peer = Login(host, "id", "low");
        peer.Read();
        peer.Subscribe("secret");
        Assert.Equal(["SUBACK 128"], peer.Read());
        Assert.True(peer.IsClosed);
    }

    [Fact]
    public void A_silent_peer_makes_way_when_all_places_are_taken()
    {
        var host = new EngineHost(Direct with { ConnectionsMax = 1 });
        var silent = Enumerable.Range(0, 70).Select(_ => host.Open()).ToArray();
        Assert.True(silent[0].IsClosed);
        Assert.False(silent[^1].IsClosed);
        Assert.Equal(["CONNACK 0"], host.Connect("client").Read());
        Assert.Equal(["CONNACK 3"], host.Connect("second").Read());
    }

    [Fact]
    public void What_does_not_begin_with_CONNECT_is_closed_at_its_first_byte()
    {
        var host = new EngineHost(Direct);
        var peer = host.Open();
        peer.Send(0x47);
        Assert.Equal(CloseReason.ProtocolError, Assert.Single(host.Closes).Reason);
    }

    [Fact]
    public void Refusals_are_told_often_enough_to_be_seen_and_seldom_enough_to_be_read()
    {
        var host = new EngineHost(Direct);
        for (var i = 0; i < 1_000; i++) host.Open().SendConnect("", clean: false);
        Assert.InRange(host.Events.Count(e => e.Kind == BrokerEventKind.ConnectRefused), 1, 40);
        Assert.Equal(1_000, host.Engine.Counters.Refusals);
    }

    private static Peer Login(EngineHost host, string clientId, string user)
    {
        var peer = host.Open();
        peer.SendConnect(clientId, clean: false, user: user, password: "x");
        host.Advance(20);
        return peer;
    }

    private static void Retain(EngineHost host, int count)
    {
        var sensor = host.Connect("retainer");
        for (var i = 0; i < count; i++)
        {
            sensor.Publish($"r/{i}", $"{i}", id: 1, retain: true);
            if (i % 50 != 0) continue;
            host.Advance(10);
            sensor.Read();
        }
        host.Advance(20);
        sensor.Disconnect();
    }

    private static byte[] SubscribePacketOf(string filter, int times)
    {
        List<byte> body = [0, 9];
        for (var i = 0; i < times; i++)
            body.AddRange([0, (byte)filter.Length, .. System.Text.Encoding.UTF8.GetBytes(filter), 1]);
        return [0x82, (byte)((body.Count & 127) | 128), (byte)(body.Count >> 7), .. body];
    }
}
