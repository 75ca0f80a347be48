using System.Text;
using LightMq.Broker;
using LightMq.Broker.Connections;
using LightMq.Broker.Settings;
using LightMq.Mqtt;
using Xunit;
using static LightMq.Unit.Broker.CentralHost;

namespace LightMq.Unit.Broker;

/// <summary>
/// Gateways at a central broker, beside their streams: P2P down to the clients behind them, installations,
/// what they are exempt from.
/// </summary>
public sealed class GatewayTests
{
    [Fact]
    public void P2P_goes_down_through_the_gateway_that_its_client_is_behind()
    {
        var host = LmqHost.Make(Options);
        var gateway = Come(host);
        Come(host, Other);
        Bring(gateway, 1, 1);
        var sender = host.SignIn("GID_AAA@@@sender", clean: false);
        sender.Publish($"parent/p2p/{Sensor}", "open", id: 1);
        sender.Publish($"parent/p2p/{Sensor}", "now", qos: 0);
        var down = gateway.Take();
        Assert.Equal(["open 1", "now 0"], down.Select(static told => $"{told.Payload} {told.Qos}"));
        Assert.All(down, static told => Assert.Equal("false", told.Told["lmq-clean"]));
        gateway.Peer.Gone();
        // What may wait lies in the gateway's queue, unpaced.
        for (ushort i = 2; i < 102; i++) sender.Publish($"parent/p2p/{Sensor}", $"w{i}", id: i);
        var clean = host.SignIn("GID_AAA@@@clean");
        clean.Publish($"parent/p2p/{Sensor}", "fleeting", id: 1);
        gateway = Come(host);
        Assert.Equal(Enumerable.Range(2, 100).Select(static i => $"w{i}"),
            gateway.Take().Select(static told => told.Payload));
        // Come by itself, it is here.
        var sensor = host.SignIn(Sensor);
        sender.Publish($"parent/p2p/{Sensor}", "here", id: 200);
        Assert.Contains(sensor.Read(), static line => line.Contains("here"));
        Assert.Empty(gateway.Take());
    }

    [Fact]
    public void P2P_from_a_gateway_for_a_client_of_its_own_that_is_unknown_there_does_not_come_back()
    {
        var host = LmqHost.Make(Options);
        var gateway = Come(host);
        var other = Come(host, Other);
        Bring(gateway, 1, 1, "GID_AAA@@@gone");
        Bring(gateway, 1, 2, topic: "parent/p2p/GID_AAA@@@gone");
        Bring(other, 1, 1, "GID_AAA@@@o", topic: $"parent/p2p/{Sensor}", payload: "across");
        Assert.Equal(["across"], gateway.Take().Select(static told => told.Payload));
        Assert.Empty(other.Take());
    }

    [Theory]
    [InlineData("parent/a", 5, ReasonCode.PacketTooLarge)]
    [InlineData("unregistered/a", 1, ReasonCode.NotAuthorized)]
    [InlineData("parent/a23456789b123456789c123456789d123456789e123456789f12345678", 1,
        ReasonCode.TopicNameInvalid)]
    public void What_is_not_taken_of_a_gateway_ends_its_connection_and_nothing_passes_it(
        string topic, int bytes, ReasonCode reason)
    {
        var host = LmqHost.Make(Options with { PayloadBytesMax = 4 });
        var gateway = Come(host);
        gateway.TakeConnAck();
        Bring(gateway, 1, 1);
        Bring(gateway, 2, 2, topic: topic, payload: new string('x', bytes));
        Bring(gateway, 3, 3);
        Assert.Single(host.Core);
        var said = gateway.Peer.Connection.Outbox.Unsent;
        Assert.Equal([(byte)PacketType.Disconnect << 4, (byte)reason], new[] { said[0], said[2] });
        Assert.True(gateway.Peer.IsClosed);
        // It moves on behind a declared gap.
        gateway = Come(host);
        gateway.Publish("$SYS/bridge/gap", "", 1, 1, ("lmq-client", Sensor), ("lmq-epoch", $"{Epoch}"),
            ("lmq-gap", "2-2:refused"));
        Bring(gateway, 3, 2);
        host.Handle(Input.Kept(host.CoreNumber));
        Assert.Equal([1, 2], Acks(gateway));
    }

    [Fact]
    public void A_gateways_token_must_name_its_client()
    {
        var host = LmqHost.Make(Options);
        var gateway = host.ComeWithToken(Gateway);
        gateway.Upload("RW", "RW");
        Assert.True(gateway.IsClosed);
        Assert.Contains(gateway.Read(), static line => line.Contains("\"code\":-1"));
        var client = host.ComeWithToken(Sensor);
        client.Upload("RW", "RW");
        Assert.False(client.IsClosed);
    }

    [Fact]
    public void What_a_gateway_brings_retained_is_there_for_later_subscribers()
    {
        var host = LmqHost.Make(Options);
        var gateway = Come(host);
        Bring(gateway, 1, 1, retain: true);
        var reader = host.SignIn("GID_AAA@@@r");
        reader.Subscribe("parent/#");
        Assert.Contains(reader.Read(), static line => line.EndsWith("parent/a m1 q1 retain"));
    }

    [Fact]
    public void The_cluster_is_named_in_CONNACK()
    {
        var host = LmqHost.Make(Options);
        Assert.Equal((ReasonCode.Success, "", "cluster-1"), Come(host).TakeConnAck());
    }

    [Fact]
    public void A_superseded_installation_stays_outside_until_it_is_allowed()
    {
        var host = LmqHost.Make(Options);
        var old = Come(host, installation: "old");
        Assert.Equal(ReasonCode.Success, old.TakeConnAck().Reason);
        var box = Come(host, installation: "new");
        Assert.Equal(ReasonCode.Success, box.TakeConnAck().Reason);
        Assert.True(old.Peer.IsClosed);
        Assert.Single(host.Events, static told => told.Kind == BrokerEventKind.GatewayReplaced);
        host = host.Crash();
        var (reason, words, _) = Come(host, installation: "old").TakeConnAck();
        Assert.Equal(ReasonCode.NotAuthorized, reason);
        Assert.StartsWith("superseded: ", words);
        Assert.Equal(ReasonCode.Success, Come(host, installation: "new").TakeConnAck().Reason);
        var id = Encoding.UTF8.GetBytes(Gateway);
        host.Handle(Input.Requested(CentralRequest.Allow(id, "unknown")));
        Assert.Contains("no such", Assert.Single(host.Answers).Refusal);
        host.Handle(Input.Requested(CentralRequest.Allow(id, "old")));
        host.Advance(20);
        Assert.Equal("", host.Answers[^1].Refusal);
        host = host.Crash();
        Assert.Equal(ReasonCode.Success, Come(host, installation: "old").TakeConnAck().Reason);
        Assert.StartsWith("superseded", Come(host, installation: "new").TakeConnAck().Words);
    }

    [Fact]
    public void A_payload_above_the_limit_closes_a_gateway_that_would_send_it_for_ever()
    {
        var host = LmqHost.Make(Options with { PayloadBytesMax = 10 });
        var gateway = Come(host);
        Bring(gateway, 1, 1);
        Bring(gateway, 2, 2, payload: "longer than ten bytes");
        Bring(gateway, 3, 3);
        Assert.Equal((gateway.Peer.Connection, CloseReason.PacketTooLarge), Assert.Single(host.Closes));
        Assert.True(gateway.Peer.Connection.Outbox.Unsent.EndsWith((byte[])[0xE0, 1, 0x95]));
        Assert.Equal([$"{Gateway} {Sensor} 7:1 parent/a m1"], host.Core);
        // QoS 0 is not sent again: it is dropped, as anybody's.
        gateway = Come(host);
        gateway.Publish("parent/a", "longer than ten bytes", 0, 0);
        Assert.Single(host.Closes);
    }

    [Fact]
    public void A_gateway_is_exempt_from_quotas_and_bounds_on_filters()
    {
        var host = LmqHost.Make(Options with
        {
            LmqSubscriptionsMax = 1,
            Quotas = InstanceQuotas.None with { MessagesPerSecond = new(1), Connections = new(1) },
        });
        var gateway = Come(host);
        gateway.Peer.Subscribe5("parent/b");
        gateway.Peer.Subscribe5("parent/c");
        for (ushort i = 1; i <= 50; i++) Bring(gateway, i, i);
        host.Handle(Input.Kept(host.CoreNumber));
        Assert.Equal(Enumerable.Range(1, 50), Acks(gateway));
        Assert.Equal(ReasonCode.Success, Come(host, Other).TakeConnAck().Reason);
    }
}
