using LightMq.Broker;
using LightMq.Broker.Settings;
using LightMq.Lmq;
using Xunit;

namespace LightMq.Unit.Broker;

/// <summary>Bridge sessions, their streams and epochs (LMQ-CORE-4).</summary>
public sealed class BridgeTests
{
    private static readonly BrokerOptions Bridged = new()
    {
        AckHoldMilliseconds = 200, Bridges = [new BridgeOptions("up", ["data/#"])],
    };

    [Fact]
    public void A_bridge_session_exists_before_the_first_client()
    {
        var host = new EngineHost(Bridged);
        Assert.True(host.Engine.IsReady);
        var sensor = host.Connect("sensor");
        sensor.Publish("data/a", "first");
        host.Advance(10);
        Assert.Contains("PUBACK 1", sensor.Read());
        var up = host.Connect("up", clean: false);
        Assert.Equal(["CONNACK 0 present", "PUBLISH 2 data/a first q1"], up.Read());
    }

    [Fact]
    public void A_bridge_that_asks_is_told_what_waits_for_it()
    {
        var host = new EngineHost(Bridged);
        var up = new UpLink(host);
        var sensor = host.Connect("sensor");
        sensor.Subscribe("$SYS/bridge/backlog", qos: 0);
        up.Peer.Subscribe5("$SYS/bridge/backlog");
        for (ushort i = 1; i <= 3; i++) sensor.Publish("data/a", "1234", id: i);
        Assert.Equal(3, up.Take(acknowledge: false).Count);
        host.Advance(5_000);
        var told = up.Take(acknowledge: false).Select(static message => message.Payload).ToArray();
        Assert.Equal(2, told.Length);
        Assert.All(told, static body => Assert.True(
            BacklogBody.TryParse(System.Text.Encoding.UTF8.GetBytes(body), out _)));
        Assert.StartsWith("""{"messages":3,"bytes":""", told[^1]);
        BacklogBody.TryParse(System.Text.Encoding.UTF8.GetBytes(told[^1]), out var last);
        Assert.InRange(last.OldestMilliseconds, 2_000, 5_000);
        for (var id = 2; id <= 4; id++) up.Peer.Ack(LightMq.Mqtt.PacketType.PubAck, id);
        host.Advance(10_000);
        Assert.Equal("""{"messages":0,"bytes":0,"oldestMilliseconds":0}""", Assert.Single(up.Take()).Payload);
        Assert.DoesNotContain(sensor.Read(), static line => line.Contains("backlog"));
    }

    [Fact]
    public void A_bridge_that_comes_back_is_still_told_what_waits()
    {
        var host = new EngineHost(Bridged);
        var up = new UpLink(host, expiry: uint.MaxValue);
        up.Peer.Subscribe5("$SYS/bridge/backlog");
        host.Advance(10);
        up.Peer.Disconnect();
        up = new UpLink(host, expiry: uint.MaxValue);
        Assert.DoesNotContain(host.Events, static e => e.Kind == BrokerEventKind.SessionChanged);
        host.Connect("sensor").Publish("data/a", "1234", id: 1);
        Assert.Single(up.Take(acknowledge: false));
        host.Advance(5_000);
        Assert.Contains(up.Take(), static message => message.Topic == "$SYS/bridge/backlog");
    }

    [Fact]
    public void Numbers_count_per_client_from_one_and_skip_QoS_0()
    {
        var host = new EngineHost(Bridged);
        var up = new UpLink(host);
        var a = host.Connect("a");
        var b = host.Connect("b");
        a.Publish("data/x", "1", id: 1);
        a.Publish("data/x", "zero", qos: 0);
        b.Publish("data/x", "2", id: 1);
        a.Publish("data/x", "3", id: 2);
        Assert.Equal(["a 1", "a -", "b 1", "a 2"], up.Take().Select(m => m.Place));
    }

    [Fact]
    public void A_message_keeps_its_number_and_epoch_and_each_start_has_its_own()
    {
        var host = new EngineHost(Bridged);
        var sensor = host.Connect("sensor");
        sensor.Publish("data/a", "1", id: 1);
        sensor.Publish("data/a", "2", id: 2);
        host.Advance(20);
        var before = host.Engine.Epoch;
        host = host.Crash();
        sensor = host.Connect("sensor");
        sensor.Publish("data/a", "3", id: 1);
        host.Advance(20);
        Assert.NotEqual(before, host.Engine.Epoch);
        Assert.Equal(before.Boot + 1, host.Engine.Epoch.Boot);
        Assert.Equal([$"sensor 1 {before}", $"sensor 2 {before}", $"sensor 1 {host.Engine.Epoch}"],
            new UpLink(host).Take().Select(m => $"{m.Place} {m.Told["lmq-epoch"]}"));
    }

    [Fact]
    public void Numbers_go_on_over_reconnects_with_clean_sessions()
    {
        var host = new EngineHost(Bridged);
        for (var i = 0; i < 3; i++)
        {
            var sensor = host.Connect("sensor");
            sensor.Publish("data/a", $"{i}", id: 1);
            host.Advance(20);
            sensor.Disconnect();
        }
        Assert.Equal(["sensor 1", "sensor 2", "sensor 3"], new UpLink(host).Take().Select(m => m.Place));
    }

    [Fact]
    public void What_came_down_does_not_go_up_again()
    {
        var host = new EngineHost(Bridged);
        var up = host.Connect("up", clean: false);
        var local = host.Connect("local");
        local.Subscribe("data/#");
        local.Read();
        up.Read();
        up.Publish("data/down", "command", id: 9);
        Assert.Equal(["PUBACK 9"], up.Read());
        Assert.Equal(["PUBLISH 2 data/down command q1"], local.Read());
    }

    [Fact]
    public void What_came_down_and_is_retained_does_not_go_up_when_the_bridge_subscribes()
    {
        var host = new EngineHost(Bridged);
        var up = host.Connect("up", clean: false);
        up.Publish("data/down", "command", id: 9, retain: true);
        host.Advance(300);
        up.Read();
        up.Subscribe("#");
        Assert.Equal(["SUBACK 1"], up.Read());
    }

    [Fact]
    public void A_filter_that_the_bridge_added_survives_and_one_that_was_configured_goes()
    {
        var host = new EngineHost(Bridged);
        host.Connect("up", clean: false).Subscribe("extra");
        host = host.Crash(Bridged with { Bridges = [new BridgeOptions("up", ["other/#"])] });
        var sensor = host.Connect("sensor");
        foreach (var topic in new[] { "data/x", "extra", "other/y" }) sensor.Publish(topic, "1");
        host.Advance(20);
        Assert.Equal(["PUBLISH 2 extra 1 q1", "PUBLISH 3 other/y 1 q1"],
            host.Connect("up", clean: false).Read().Skip(1));
    }

    [Fact]
    public void A_bridge_that_is_not_configured_any_more_keeps_its_queue_and_that_is_said()
    {
        var host = new EngineHost(Bridged);
        host.Connect("sensor").Publish("data/x", "1");
        host.Advance(20);
        host = host.Crash(Bridged with { Bridges = [] });
        Assert.Contains(host.Events, e => e is { Kind: BrokerEventKind.SessionChanged, ClientId: "up" });
        Assert.Equal(1, host.Engine.Counters.QueuedMessages);
    }

    [Theory]
    [InlineData(true, null, 5)]
    [InlineData(false, "somebody", 5)]
    [InlineData(false, "uplink", 0)]
    public void A_bridge_keeps_its_session_and_its_login(bool clean, string? user, int code)
    {
        var hash = new PasswordHash(1, [], new byte[32]);
        var host = new EngineHost(Bridged with
        {
            Bridges = [new BridgeOptions("up", ["data/#"], "uplink")],
            Users = [new LocalUser("uplink", hash, [new TopicRule("#", true, true)]),
                new LocalUser("somebody", hash, [new TopicRule("#", true, true)])],
        });
        var peer = host.Open();
        peer.SendConnect("up", clean, user: user, password: user is null ? null : "x");
        Assert.StartsWith($"CONNACK {code}", Assert.Single(peer.Read()));
    }

    [Fact]
    public void A_bridge_that_unsubscribes_from_its_filters_still_gets_everything()
    {
        var host = new EngineHost(Bridged);
        var up = host.Connect("up", clean: false);
        up.Send(0xA2, 10, 0, 7, 0, 6, (byte)'d', (byte)'a', (byte)'t', (byte)'a', (byte)'/', (byte)'#');
        host.Advance(20);
        host.Connect("sensor").Publish("data/a", "1");
        Assert.Equal(["CONNACK 0 present", "UNSUBACK 7", "PUBLISH 2 data/a 1 q1"], up.Read());
    }
}
