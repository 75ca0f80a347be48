using System.Text;
using LightMq.Broker;
using LightMq.Broker.Settings;
using LightMq.Lmq;
using Xunit;
using static LightMq.Unit.Broker.CentralHost;

namespace LightMq.Unit.Broker;

/// <summary>
/// What a central broker does beside its gateways' streams: clients of its own, P2P down to the clients of
/// gateways, business services, installations.
/// </summary>
public sealed class CentralTests
{
    [Fact]
    public void A_clients_publish_goes_into_the_core_under_its_key_and_is_acknowledged_from_there()
    {
        var host = LmqHost.Make(Options);
        var entries = new List<string>();
        host.Kept = (in LightMq.Broker.Streams.CoreEntry entry) => entries.Add(
            $"{Encoding.UTF8.GetString(entry.Key)} {entry.Qos} {entry.CleanSession} {entry.Sequence}");
        var client = host.SignIn(Sensor);
        var reader = host.SignIn("GID_AAA@@@r", clean: false);
        reader.Subscribe("parent/#");
        reader.Read();
        client.Publish("parent/x", "one", id: 1);
        client.Publish("parent/x", "two", qos: 0);
        host.Advance(50);
        Assert.Equal([$" {Sensor} 0:0 parent/x one", $" {Sensor} 0:0 parent/x two"],
            host.Core.Where(static line => line.Contains("parent")));
        Assert.Equal([$"{Sensor} 1 True 0", $"{Sensor} 0 True 0"], entries[^2..]);
        Assert.Equal(["PUBLISH parent/x one q1", "PUBLISH parent/x two q0"], reader.Read().Select(NoId));
        Assert.Equal(["CONNACK 0"], client.Read());
        host.Handle(Input.Kept(host.CoreNumber));
        Assert.Equal(["PUBACK 1"], client.Read());
    }

    [Fact]
    public void The_same_publish_again_on_a_resumed_session_is_in_the_core_once()
    {
        var host = LmqHost.Make(Options);
        var client = host.SignIn(Sensor, clean: false);
        client.Publish("parent/x", "one", id: 1);
        client.Gone();
        client = host.SignIn(Sensor, clean: false);
        client.Publish("parent/x", "one", id: 1, dup: true);
        Assert.Single(host.Core, static line => line.EndsWith("parent/x one"));
        host.Handle(Input.Kept(host.CoreNumber));
        Assert.Contains("PUBACK 1", client.Read());
    }

    [Fact]
    public void A_will_of_a_client_goes_into_the_core()
    {
        var host = LmqHost.Make(Options);
        var peer = host.Open(LmqHost.Listener);
        peer.SendConnect(Sensor, clean: true, will: "parent/will", user: "AK",
            password: Signature.Login(LmqHost.Secret, "GID_AAA"));
        host.Advance(20);
        peer.Gone();
        Assert.Contains($" {Sensor} 0:0 parent/will gone", host.Core);
    }

    [Fact]
    public void Clients_of_the_central_get_what_gateways_bring_and_both_must_be_safe()
    {
        var host = LmqHost.Make(Options);
        LeaveReader(host);
        var gateway = Come(host);
        host.CommitsAtOnce = false;
        Bring(gateway, 1, 1);
        host.Handle(Input.Kept(host.CoreNumber));
        Assert.Empty(Acks(gateway));
        host.Advance(20);
        while (host.Commit()) { }
        Assert.Equal([1], Acks(gateway));
        host.CommitsAtOnce = true;
        var reader = host.SignIn("GID_AAA@@@r", clean: false);
        host.Advance(5_000);
        Assert.Contains("PUBLISH parent/a m1 q1", reader.Read().Select(NoId));
    }

    [Fact]
    public void What_the_core_had_before_a_restart_still_reaches_clients_of_the_central()
    {
        var first = LmqHost.Make(Options);
        LeaveReader(first);
        var host = new EngineHost(Options, first, engine => engine.RecoverStream(
            Encoding.UTF8.GetBytes(Gateway), Encoding.UTF8.GetBytes(Sensor), Epoch, 2, 1_700_000_000_000));
        var gateway = Come(host);
        Bring(gateway, 2, 1);
        Bring(gateway, 2, 2);
        Bring(gateway, 3, 3);
        host.Advance(50);
        Assert.Equal([$"{Gateway} {Sensor} 7:3 parent/a m3"],
            host.Core.Where(static line => line.Contains("parent/a")));
        host.Handle(Input.Kept(host.CoreNumber));
        Assert.Equal([1, 2, 3], Acks(gateway));
        var reader = host.SignIn("GID_AAA@@@r", clean: false);
        host.Advance(5_000);
        Assert.Equal(["m2", "m2", "m3"], reader.Read().Where(static line => line.StartsWith("PUBLISH"))
            .Select(static line => line.Split(' ')[3]));
    }

    [Fact]
    public void A_repeated_message_is_not_acknowledged_before_the_first_one_is_safe()
    {
        var host = LmqHost.Make(Options);
        LeaveReader(host);
        var gateway = Come(host);
        host.CommitsAtOnce = false;
        Bring(gateway, 1, 1);
        gateway.Peer.Gone();
        while (host.Commit()) { }
        host.CommitsAtOnce = true;
        gateway = Come(host);
        host.CommitsAtOnce = false;
        host.Handle(Input.Kept(host.CoreNumber));
        Bring(gateway, 2, 2);
        Bring(gateway, 2, 3);
        host.Handle(Input.Kept(host.CoreNumber));
        Assert.Empty(Acks(gateway));
        host.Advance(20);
        while (host.Commit()) { }
        Assert.Equal([2, 3], Acks(gateway));
    }

    [Fact]
    public void Presence_is_tagged_and_what_gateways_tell_gets_a_number_of_the_central()
    {
        var host = LmqHost.Make(Options);
        var entries = new List<string>();
        host.Kept = (in LightMq.Broker.Streams.CoreEntry entry) =>
        {
            PresenceEvent.TryParse(entry.Payload, out var told);
            entries.Add($"{Encoding.UTF8.GetString(entry.Tag)} {told.ClientId} {told.Index & 0xFFFF}");
        };
        var gateway = Come(host);
        host.SignIn(Sensor).Disconnect();
        var told = new PresenceEvent("GID_AAA@@@far", 1, PresenceKind.Connect, 5, 99);
        var body = new byte[400];
        Bring(gateway, 1, 1, "GID_AAA@@@far", "GID_AAA_MQTT",
            Encoding.UTF8.GetString(body.AsSpan(0, told.Write(body))));
        Bring(gateway, 2, 2, "GID_AAA@@@far", "GID_AAA_MQTT", "no event");
        Assert.Equal([$"connect {Sensor} 1", $"disconnect {Sensor} 2", $"tcpclean {Sensor} 3",
            "connect GID_AAA@@@far 4", "  0"], entries);
    }

    [Fact]
    public void A_business_services_message_is_in_the_core_and_with_its_tag_at_clients_too()
    {
        var host = LmqHost.Make(Options);
        LeaveReader(host);
        host.Advance(20);
        host.CommitsAtOnce = false;
        var plain = CentralRequest.Publish("parent/a"u8.ToArray(), "plain"u8.ToArray(), 1, true, [], []);
        var down = CentralRequest.Publish("parent/a"u8.ToArray(), "down"u8.ToArray(), 1, true, [],
            CentralRequest.ClientsTag.ToArray());
        host.Handle(Input.Requested(plain));
        host.Handle(Input.Requested(down));
        Assert.Empty(host.Answers);
        host.Handle(Input.Kept(host.CoreNumber));
        Assert.Equal([(plain, "")], host.Answers);
        host.Advance(20);
        while (host.Commit()) { }
        Assert.Equal([(plain, ""), (down, "")], host.Answers);
        host.CommitsAtOnce = true;
        var reader = host.SignIn("GID_AAA@@@r", clean: false);
        host.Advance(5_000);
        Assert.Equal(["down"], reader.Read().Where(static line => line.StartsWith("PUBLISH"))
            .Select(static line => line.Split(' ')[3]));
        Assert.Equal(["  0:0 parent/a plain", "  0:0 parent/a down"],
            host.Core.Where(static line => line.Contains("parent/a")));
    }

    [Fact]
    public void Streams_that_have_not_moved_for_thirty_days_are_forgotten()
    {
        const long Day = 86_400_000;
        EpochText young = new(7, 2), old = new(6, 1);
        var host = new EngineHost(Options, recover: engine =>
        {
            foreach (var (epoch, at) in new[] { (young, 1_700_000_000_000 - 29 * Day),
                (old, 1_700_000_000_000 - 31 * Day) })
                engine.RecoverStream(
                    Encoding.UTF8.GetBytes(Gateway), Encoding.UTF8.GetBytes(Sensor), epoch, 5, at);
        });
        var gateway = Come(host);
        foreach (var (epoch, id) in new[] { (young, 1), (old, 2) })
            gateway.Publish("parent/a", "x", 1, (ushort)id, ("lmq-client", Sensor),
                ("lmq-epoch", $"{epoch}"), ("lmq-seq", "5"));
        Assert.Equal([$"{Gateway} {Sensor} 6:5 parent/a x"], host.Core);
        Assert.Equal(1, host.Engine.Counters.StreamsBegun);
    }

    /// <summary>A client that reads all under parent, and is away.</summary>
    private static void LeaveReader(EngineHost host)
    {
        var reader = host.SignIn("GID_AAA@@@r", clean: false);
        reader.Subscribe("parent/#");
        reader.Disconnect();
    }
}
