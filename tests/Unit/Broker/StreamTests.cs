using System.Text;
using LightMq.Broker;
using LightMq.Broker.Connections;
using LightMq.Broker.Settings;
using LightMq.Lmq;
using Xunit;

namespace LightMq.Unit.Broker;

/// <summary>
/// What gateways bring to a central broker: each number once, in order, acknowledged when the core has it
/// (LMQ-CORE-1, LMQ-CORE-4).
/// </summary>
public sealed class StreamTests
{
    private const string Gateway = "GID_GATE@@@g1";
    private static readonly EpochText Epoch = new(7, 1);

    private static readonly BrokerOptions Central = LmqHost.Options with
    {
        Central = new CentralOptions(["GID_GATE"]) { WaitingBytesMax = 1_000 },
        Lmq = LmqHost.Options.Lmq with { Groups = ["GID_AAA", "GID_GATE"] },
    };

    private static UpLink Come(EngineHost host, string clientId = Gateway) =>
        new(host, clientId, listener: LmqHost.Listener, user: "AK",
            password: Signature.Login(LmqHost.Secret, clientId[..clientId.IndexOf('@')]));

    private static void Bring(UpLink gateway, long sequence, ushort id, string client = "c1",
        string topic = "parent/a", EpochText? epoch = null) =>
        gateway.Publish(topic, $"m{sequence}", 1, id, ("lmq-client", client),
            ("lmq-epoch", $"{epoch ?? Epoch}"), ("lmq-seq", $"{sequence}"), ("lmq-key", client));

    private static IEnumerable<int> Acks(UpLink gateway) =>
        gateway.TakeAcks().Select(static id => (int)id);

    [Fact]
    public void A_message_is_acknowledged_once_the_core_has_it_and_in_its_turn()
    {
        var host = LmqHost.Make(Central);
        var gateway = Come(host);
        for (ushort i = 1; i <= 3; i++) Bring(gateway, i, i);
        Bring(gateway, 1, 4, "c2");
        host.Advance(1_000);
        Assert.Equal([$"{Gateway} c1 7:1 parent/a m1", $"{Gateway} c1 7:2 parent/a m2",
            $"{Gateway} c1 7:3 parent/a m3", $"{Gateway} c2 7:1 parent/a m1"], host.Core);
        Assert.Empty(Acks(gateway));
        host.Handle(Input.Kept(2));
        Assert.Equal([1, 2], Acks(gateway));
        host.Handle(Input.Kept(4));
        Assert.Equal([3, 4], Acks(gateway));
    }

    [Fact]
    public void What_came_before_is_acknowledged_and_dropped_but_not_before_the_core_has_it()
    {
        var host = LmqHost.Make(Central);
        var gateway = Come(host);
        Bring(gateway, 1, 1);
        Bring(gateway, 2, 2);
        gateway.Peer.Gone();
        gateway = Come(host);
        Bring(gateway, 1, 11);
        Bring(gateway, 2, 12);
        Bring(gateway, 3, 13);
        Assert.Equal(3, host.Core.Count);
        Assert.Empty(Acks(gateway));
        host.Handle(Input.Kept(3));
        Assert.Equal([11, 12, 13], Acks(gateway));
        Bring(gateway, 2, 14);
        Assert.Equal([14], Acks(gateway));
        Assert.Equal(3, host.Engine.Counters.StreamRepeated);
    }

    [Fact]
    public void Behind_a_hole_nothing_is_taken_and_the_wanted_number_is_named()
    {
        var host = LmqHost.Make(Central);
        var gateway = Come(host);
        Bring(gateway, 1, 1);
        Bring(gateway, 3, 2);
        Bring(gateway, 4, 3);
        Assert.Single(host.Core);
        Assert.Contains(host.Closes, static closed => closed.Reason == CloseReason.StreamHole);
        var said = Encoding.UTF8.GetString(gateway.Peer.Connection.Outbox.Unsent);
        Assert.Contains($"lmq-seq 3 of c1 in {Epoch}: 2 is wanted", said);
        Assert.Equal(1, host.Engine.Counters.StreamHoles);
    }

    [Fact]
    public void A_declared_gap_is_kept_and_closes_the_hole()
    {
        var host = LmqHost.Make(Central);
        var gateway = Come(host);
        Bring(gateway, 1, 1);
        gateway.Publish("$SYS/bridge/gap", "", 1, 2, ("lmq-client", "c1"), ("lmq-epoch", $"{Epoch}"),
            ("lmq-gap", "2-5:policy"));
        Bring(gateway, 6, 3);
        Assert.Equal([$"{Gateway} c1 7:1 parent/a m1", $"{Gateway} c1 7:2-5 gap policy ",
            $"{Gateway} c1 7:6 parent/a m6"], host.Core);
        host.Handle(Input.Kept(3));
        Assert.Equal([1, 2, 3], Acks(gateway));
    }

    [Fact]
    public void After_a_restart_the_streams_go_on_where_the_core_has_them()
    {
        var host = new EngineHost(Central, recover: static engine =>
            engine.RecoverStream(Encoding.UTF8.GetBytes(Gateway), "c1"u8, Epoch, 41, 1_700_000_000_000));
        var gateway = Come(host);
        Bring(gateway, 41, 1);
        Bring(gateway, 42, 2);
        Bring(gateway, 44, 3);
        Assert.Equal([$"{Gateway} c1 7:42 parent/a m42"], host.Core);
        Assert.Contains(host.Closes, static closed => closed.Reason == CloseReason.StreamHole);
    }

    [Fact]
    public void A_stream_that_is_not_known_begins_where_it_begins_and_a_second_installation_is_told()
    {
        var host = LmqHost.Make(Central);
        var gateway = Come(host);
        Bring(gateway, 9, 1);
        Bring(gateway, 10, 2);
        Assert.Contains(host.Events, static told => told.Kind == BrokerEventKind.StreamBegun
            && told.Detail.Contains("begins at 9"));
        Assert.DoesNotContain(host.Events, static told => told.Kind == BrokerEventKind.StreamForked);
        var other = new EpochText(7, 2);
        Bring(gateway, 1, 3, epoch: other);
        Bring(gateway, 2, 4, epoch: other);
        Bring(gateway, 1, 5, "c2", epoch: other);
        Assert.Equal(5, host.Core.Count);
        Assert.Single(host.Events, static told => told.Kind == BrokerEventKind.StreamForked
            && told.Detail.Contains("start 7"));
    }

    [Fact]
    public void Of_thousands_of_streams_that_begin_late_the_first_are_told()
    {
        var host = LmqHost.Make(Central with { Central = new CentralOptions(["GID_GATE"]) });
        var gateway = Come(host);
        for (ushort i = 1; i <= 1_000; i++) Bring(gateway, 9, i, $"c{i}");
        Assert.Equal(100, host.Events.Count(static told => told.Kind == BrokerEventKind.StreamBegun));
        Assert.Equal(1_000, host.Engine.Counters.StreamsBegun);
        gateway.TakeAcks();
        host.Advance(60_000);
        Bring(gateway, 9, 1_001, "c1001");
        Assert.Equal(101, host.Events.Count(static told => told.Kind == BrokerEventKind.StreamBegun));
    }

    [Fact]
    public void Beyond_what_may_wait_for_the_core_publishers_wait()
    {
        var host = LmqHost.Make(Central);
        var gateway = Come(host);
        var client = host.SignIn("GID_AAA@@@1");
        for (ushort i = 1; i <= 200; i++) Bring(gateway, i, i);
        var taken = host.Core.Count;
        Assert.InRange(taken, 5, 20);
        client.Publish("parent/x", "y");
        host.Advance(20);
        Assert.DoesNotContain("PUBACK 1", client.Read());
        for (var turn = 0; turn < 300 && host.Core.Count < 201; turn++)
            host.Handle(Input.Kept(host.CoreNumber));
        host.Handle(Input.Kept(host.CoreNumber));
        Assert.Equal(201, host.Core.Count);
        Assert.Contains("PUBACK 1", client.Read());
        Assert.Equal(Enumerable.Range(1, 200), Acks(gateway));
    }

    [Fact]
    public void Only_gateways_are_believed_and_only_what_they_may_publish_is_taken()
    {
        var host = LmqHost.Make(Central);
        var client = Come(host, "GID_AAA@@@1");
        Bring(client, 1, 1);
        Assert.Equal([" GID_AAA@@@1 0:0 parent/a m1"], host.Core);
        Assert.Equal(1, host.Engine.Counters.PropertiesStripped);
        var gateway = Come(host);
        Bring(gateway, 1, 1, topic: "unregistered/a");
        Assert.Single(host.Core);
        Assert.True(gateway.Peer.IsClosed);
    }

    [Theory]
    [InlineData("lmq-epoch", "7")]
    [InlineData("lmq-epoch", "")]
    [InlineData("lmq-seq", "0")]
    [InlineData("lmq-seq", "-1")]
    [InlineData("lmq-seq", "1.5")]
    [InlineData("lmq-seq", "99999999999999999999")]
    [InlineData("lmq-client", "")]
    public void A_stamp_without_sense_ends_the_connection(string name, string value)
    {
        var host = LmqHost.Make(Central);
        var gateway = Come(host);
        var told = new Dictionary<string, string>
        {
            ["lmq-client"] = "c1", ["lmq-epoch"] = $"{Epoch}", ["lmq-seq"] = "1", [name] = value,
        };
        gateway.Publish("parent/a", "x", 1, 1, [.. told.Select(static one => (one.Key, one.Value))]);
        Assert.Empty(host.Core);
        Assert.True(gateway.Peer.IsClosed);
        Assert.Contains(host.Events, static happened => happened.Detail.Contains("LMQ-CORE-4"));
    }

    [Fact]
    public void QoS_0_has_no_number_and_waits_for_nothing()
    {
        var host = LmqHost.Make(Central);
        var gateway = Come(host);
        gateway.Publish("parent/a", "now", 0, 0, ("lmq-client", "c1"), ("lmq-epoch", $"{Epoch}"));
        Bring(gateway, 1, 1);
        Assert.Equal([$"{Gateway} c1 7:0 parent/a now", $"{Gateway} c1 7:1 parent/a m1"], host.Core);
    }
}
