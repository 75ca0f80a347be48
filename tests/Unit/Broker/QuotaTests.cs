using LightMq.Broker;
using LightMq.Broker.Settings;
using Xunit;

namespace LightMq.Unit.Broker;

/// <summary>Quotas and their alarms (LMQ-LIM-1 to LIM-5), each on both sides of its bound.</summary>
public sealed class QuotaTests
{
    private static BrokerOptions With(
        int connections = 0, int messages = 0, int subscriptions = 0, QuotaKind kind = QuotaKind.Prepaid,
        int percent = 0) => LmqHost.Options with
        {
            Quotas = new InstanceQuotas
            {
                Kind = kind, Connections = new Quota(connections, percent),
                MessagesPerSecond = new Quota(messages, percent),
                Subscriptions = new Quota(subscriptions, percent),
            },
            Bridges = [new BridgeOptions("GID_AAA@@@up", ["parent/up/#", "second/#"])],
        };

    private static InstanceQuotas Quotas(int connections = 0, int messages = 0, int subscriptions = 0) =>
        With(connections, messages, subscriptions).Quotas;

    private static bool IsPubAck(string answer) => answer.StartsWith("PUBACK", StringComparison.Ordinal);

    [Fact]
    public void LMQ_LIM_3_a_connection_beyond_the_quota_is_refused_and_a_take_over_is_not()
    {
        var host = LmqHost.Make(With(connections: 2));
        Assert.Equal(["CONNACK 0"], host.SignIn("GID_AAA@@@1").Read());
        var second = host.SignIn("GID_AAA@@@2");
        Assert.Equal(["CONNACK 0"], second.Read());
        var third = host.SignIn("GID_AAA@@@3");
        Assert.Equal(["CONNACK 3"], third.Read());
        Assert.True(third.IsClosed);
        Assert.Equal(1, host.Engine.Counters.OverQuota);
        Assert.Contains(
            host.Events, e => e.Kind == BrokerEventKind.ConnectRefused && e.Detail.Contains("quota"));
        var again = host.SignIn("GID_AAA@@@2");
        Assert.Equal(["CONNACK 0"], again.Read());
        Assert.True(second.IsClosed);
        again.Disconnect();
        Assert.Equal(["CONNACK 0"], host.SignIn("GID_AAA@@@3").Read());
    }

    [Fact]
    public void LMQ_LIM_3_a_bridge_has_its_place_beside_the_quota()
    {
        var host = LmqHost.Make(With(connections: 1));
        Assert.Equal(["CONNACK 0"], host.SignIn("GID_AAA@@@1").Read());
        Assert.StartsWith("CONNACK 0", host.SignIn("GID_AAA@@@up", clean: false).Read()[0]);
        Assert.Equal(["CONNACK 3"], host.SignIn("GID_AAA@@@2").Read());
    }

    [Fact]
    public void LMQ_LIM_3_a_token_client_beyond_the_quota_is_refused_before_it_waits()
    {
        var host = LmqHost.Make(With(connections: 1));
        host.SignIn("GID_AAA@@@1");
        Assert.Equal(["CONNACK 3"], host.ComeWithToken("GID_AAA@@@2").Read());
    }

    [Fact]
    public void LMQ_LIM_3_a_filter_beyond_the_quota_is_refused_and_its_client_stays()
    {
        var host = LmqHost.Make(With(subscriptions: 2));
        var one = host.SignIn("GID_AAA@@@1");
        one.Read();
        one.Subscribe("parent/1");
        one.Subscribe("parent/2");
        one.Subscribe("parent/3");
        // What it holds already may be held anew.
        one.Subscribe("parent/2");
        Assert.Equal(["SUBACK 1", "SUBACK 1", "SUBACK 128", "SUBACK 1"], one.Read());
        Assert.False(one.IsClosed);
        Assert.Equal(1, host.Engine.Counters.OverQuota);
        one.Disconnect();
        var two = host.SignIn("GID_AAA@@@2");
        two.Subscribe("parent/3");
        Assert.Equal(["CONNACK 0", "SUBACK 1"], two.Read());
    }

    [Fact]
    public void LMQ_LIM_1_an_LMQ_client_holds_30_filters_and_a_plain_one_more()
    {
        var host = LmqHost.Make();
        var one = host.SignIn("GID_AAA@@@1");
        for (var i = 1; i <= 31; i++) one.Subscribe($"parent/{i}");
        var answers = one.Read();
        Assert.Equal(30, answers.Count(answer => answer == "SUBACK 1"));
        Assert.Equal("SUBACK 128", answers[^1]);
        Assert.False(one.IsClosed);
        var plain = host.Connect("plain");
        for (var i = 1; i <= 31; i++) plain.Subscribe($"parent/{i}");
        Assert.DoesNotContain("SUBACK 128", plain.Read());
    }

    [Fact]
    public void LMQ_LIM_3_publishers_beyond_the_second_are_slowed_and_nothing_is_lost()
    {
        var host = LmqHost.Make(With(messages: 10));
        var one = host.SignIn("GID_AAA@@@1");
        one.Read();
        // Five of QoS 1 are a second's worth.
        for (ushort id = 1; id <= 12; id++) one.Publish("parent/a", $"{id}", 1, id);
        Assert.Equal(Enumerable.Range(1, 5).Select(id => $"PUBACK {id}"), one.Read());
        Assert.False(one.IsClosed);
        host.Advance(1_000);
        Assert.Equal(Enumerable.Range(6, 5).Select(id => $"PUBACK {id}"), one.Read());
        host.Advance(1_000);
        Assert.Equal(["PUBACK 11", "PUBACK 12"], one.Read());
        Assert.True(host.Engine.Counters.Slowed > 0);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(2, 10)]
    public void LMQ_LIM_2_messages_weigh_by_QoS_sent_as_received(int qos, int weight)
    {
        var host = LmqHost.Make(With(messages: 1_000, percent: 1));
        var one = host.SignIn("GID_AAA@@@1");
        one.Subscribe("parent/a", qos);
        host.Advance(2_000);
        one.Publish("parent/a", "x", qos, 7);
        host.Advance(1_000);
        var use = host.Engine.QuotaUses.Single(use => use.Metered == Metered.MessagesPerSecond);
        Assert.Equal(2 * weight, use.Used);
    }

    [Fact]
    public void LMQ_LIM_3_a_bridge_is_not_slowed_and_does_not_count()
    {
        var host = LmqHost.Make(With(messages: 2));
        var bridge = host.SignIn("GID_AAA@@@up", clean: false);
        bridge.Read();
        for (ushort id = 1; id <= 20; id++) bridge.Publish("parent/down", $"{id}", 1, id);
        Assert.Equal(20, bridge.Read().Count(IsPubAck));
        var one = host.SignIn("GID_AAA@@@1");
        one.Publish("parent/a", "x", 1, 1);
        Assert.Equal(["CONNACK 0", "PUBACK 1"], one.Read());
    }

    [Fact]
    public void LMQ_LIM_3_what_was_delivered_beyond_the_second_is_paid_off_within_ten()
    {
        var host = LmqHost.Make(With(messages: 10));
        var many = Enumerable.Range(1, 20).Select(i => host.SignIn($"GID_AAA@@@{i}")).ToArray();
        foreach (var peer in many) peer.Subscribe("parent/all");
        many[0].Publish("parent/all", "x", 1, 1);
        many[0].Publish("parent/all", "y", 1, 2);
        Assert.DoesNotContain("PUBACK 2", many[0].Read());
        host.Advance(3_000);
        Assert.DoesNotContain("PUBACK 2", many[0].Read());
        host.Advance(2_000);
        Assert.Contains("PUBACK 2", many[0].Read());
    }

    [Fact]
    public void LMQ_LIM_3_postpaid_slows_nobody_and_raises_the_alarm()
    {
        var host = LmqHost.Make(With(1, 2, 1, QuotaKind.Postpaid, percent: 70));
        var one = host.SignIn("GID_AAA@@@1");
        Assert.Equal(["CONNACK 0"], host.SignIn("GID_AAA@@@2").Read());
        one.Subscribe("parent/1");
        one.Subscribe("parent/2");
        for (ushort id = 1; id <= 9; id++) one.Publish("parent/a", "x", 1, id);
        Assert.Equal(9, one.Read().Count(IsPubAck));
        host.Advance(1_000);
        Assert.Equal(3, host.Events.Count(e => e.Use is { IsAlarmed: true }));
    }

    [Fact]
    public void LMQ_LIM_4_an_alarm_is_raised_at_its_mark_once_and_cleared_below()
    {
        var host = LmqHost.Make(With(connections: 10, percent: 70));
        var peers = Enumerable.Range(1, 6).Select(i => host.SignIn($"GID_AAA@@@{i}")).ToList();
        host.Advance(2_000);
        Assert.DoesNotContain(host.Events, e => e.Kind == BrokerEventKind.QuotaAlarm);
        peers.Add(host.SignIn("GID_AAA@@@7"));
        host.Advance(3_000);
        var raised = Assert.Single(host.Events, e => e.Kind == BrokerEventKind.QuotaAlarm);
        Assert.Equal(new QuotaUse(Metered.Connections, 7, 10, IsAlarmed: true), raised.Use);
        Assert.Equal(1, host.Engine.Counters.Alarms);
        peers[0].Disconnect();
        host.Advance(2_000);
        Assert.False(host.Events.Last(e => e.Kind == BrokerEventKind.QuotaAlarm).Use!.Value.IsAlarmed);
    }

    [Fact]
    public void LMQ_LIM_4_an_alarm_of_messages_is_cleared_though_nobody_is_left()
    {
        var host = LmqHost.Make(With(messages: 4, percent: 70));
        var one = host.SignIn("GID_AAA@@@1");
        host.Advance(1_500);
        for (ushort id = 1; id <= 2; id++) one.Publish("parent/a", "x", 1, id);
        one.Disconnect();
        host.Advance(5_000);
        var alarms = host.Events.Where(e => e.Use is not null).Select(e => e.Use!.Value.IsAlarmed);
        Assert.Equal([true, false], alarms);
    }

    [Fact]
    public void LMQ_LIM_5_quotas_change_while_it_runs_survive_a_crash_and_close_nobody()
    {
        var host = LmqHost.Make(With());
        var peers = Enumerable.Range(1, 3).Select(i => host.SignIn($"GID_AAA@@@{i}")).ToArray();
        host.Change(RegistryChange.Put(Quotas(connections: 2, messages: 5, subscriptions: 1)));
        Assert.All(peers, peer => Assert.False(peer.IsClosed));
        Assert.Equal(["CONNACK 3"], host.SignIn("GID_AAA@@@4").Read());
        var after = host.Crash();
        Assert.Equal(Quotas(connections: 2, messages: 5, subscriptions: 1), after.Engine.Quotas);
        Assert.Equal(["CONNACK 0"], after.SignIn("GID_AAA@@@1").Read());
        after.SignIn("GID_AAA@@@2");
        Assert.Equal(["CONNACK 3"], after.SignIn("GID_AAA@@@4").Read());
        after.Change(RegistryChange.Remove(RegistryKind.Quotas, RegistryChange.QuotasName));
        Assert.Equal(With().Quotas, after.Engine.Quotas);
        Assert.Equal(["CONNACK 0"], after.SignIn("GID_AAA@@@4").Read());
        Assert.Equal(With().Quotas, after.Crash().Engine.Quotas);
    }

    [Fact]
    public void LMQ_LIM_5_waiting_publishers_go_on_once_the_quota_is_gone()
    {
        var host = LmqHost.Make(With(messages: 1));
        var one = host.SignIn("GID_AAA@@@1");
        for (ushort id = 1; id <= 5; id++) one.Publish("parent/a", "x", 1, id);
        Assert.DoesNotContain("PUBACK 5", one.Read());
        host.Change(RegistryChange.Put(Quotas()));
        Assert.Contains("PUBACK 5", one.Read());
    }

    [Fact]
    public void A_publisher_that_waits_for_its_quota_is_not_closed_for_silence()
    {
        var host = LmqHost.Make(With(messages: 1));
        var one = host.SignIn("GID_AAA@@@1", keepAlive: 2);
        for (ushort id = 1; id <= 80; id++) one.Publish("parent/a", "x", 1, id);
        Assert.False(host.Reading[one.Connection]);
        host.Advance(20_000);
        Assert.False(one.IsClosed);
    }
}
