using System.Text;
using LightMq.Broker;
using LightMq.Broker.Connections;
using LightMq.Broker.Durability;
using LightMq.Broker.Settings;
using Xunit;

namespace LightMq.Unit.Broker;

/// <summary>The registry changes while clients are there, and keeps what it was told (LMQ-ID-6).</summary>
public sealed class RegistryTests
{
    private const string NewSecret = "another secret";

    private static AccessKey Key(string name, string secret = NewSecret, params string[]? groups) =>
        new(name, secret, groups) { SealedSecret = EngineHost.Seal(secret) };

    [Fact]
    public void A_change_counts_at_once_and_is_answered_when_it_is_durable()
    {
        var host = LmqHost.Make();
        host.CommitsAtOnce = false;
        var change = RegistryChange.Put(Key("NEW", NewSecret, null!));
        host.Handle(Input.RegistryChanged(change));
        Assert.Contains(host.Engine.Registry.AccessKeys, key => key.Key == "NEW");
        host.Advance(100);
        Assert.Empty(host.Changed);
        host.Commit();
        Assert.Equal([change], host.Changed);
        host.CommitsAtOnce = true;
        Assert.Equal(["CONNACK 0"], host.SignIn("GID_AAA@@@1", "NEW", NewSecret).Read());
    }

    [Fact]
    public void Changes_survive_a_crash_and_win_over_the_configuration()
    {
        var host = LmqHost.Make();
        host.Change(RegistryChange.Put(Key("NEW", NewSecret, "GID_NEW")));
        host.Change(RegistryChange.Put(
            new LmqGroup("GID_NEW", [new("made", true, true), new("parent", true, false)])));
        host.Change(RegistryChange.Put(new ParentTopic("made", TopicType.GloballyOrdered, Spread: true)));
        host.Change(RegistryChange.Put(Key("AK", "changed", null!)));
        host.Change(RegistryChange.Remove(RegistryKind.Group, "GID_BBB"));
        host.Change(RegistryChange.Remove(RegistryKind.Topic, "second"));

        var later = host.Crash();
        var registry = later.Engine.Registry;
        Assert.Equal(["AK", "NEW"], registry.AccessKeys.Select(key => key.Key).Order());
        Assert.Equal("changed", registry.AccessKeys.Single(key => key.Key == "AK").Secret);
        Assert.Equal(["GID_NEW"], registry.AccessKeys.Single(key => key.Key == "NEW").Groups!);
        Assert.Equal(["GID_AAA", "GID_NEW"], registry.Groups.Select(group => group.Name).Order());
        Assert.Equal([new("made", true, true), new("parent", true, false)],
            registry.Groups.Single(group => group.Name == "GID_NEW").Grants!);
        Assert.Equal([new("made", TopicType.GloballyOrdered, true), new("parent")],
            registry.ParentTopics.OrderBy(topic => topic.Name));
        var told = Assert.Single(later.Events, told => told.Kind == BrokerEventKind.RegistryChanged);
        Assert.Contains("6 entries", told.Detail);
        Assert.Contains("no Group GID_BBB", told.Detail);
        Assert.Equal(["CONNACK 0"], later.SignIn("GID_NEW@@@1", "NEW", NewSecret).Read());
        Assert.Equal(["CONNACK 4"], later.SignIn("GID_AAA@@@1").Read());
    }

    [Fact]
    public void An_entry_made_and_removed_leaves_nothing_and_one_made_again_counts()
    {
        var host = LmqHost.Make();
        host.Change(RegistryChange.Put(new ParentTopic("made")));
        host.Change(RegistryChange.Remove(RegistryKind.Topic, "made"));
        host.Change(RegistryChange.Remove(RegistryKind.Topic, "never"));
        Assert.DoesNotContain(host.Disk.Keys, key => key.Item1 == StoreCollection.Registry);
        host.Change(RegistryChange.Remove(RegistryKind.Topic, "parent"));
        host.Change(RegistryChange.Put(new ParentTopic("parent")));
        Assert.Single(host.Disk.Keys, key => key.Item1 == StoreCollection.Registry);
        Assert.Contains(host.Crash().Engine.Registry.ParentTopics, topic => topic.Name == "parent");
    }

    [Fact]
    public void A_rebuilt_store_gets_the_registry_again()
    {
        var host = LmqHost.Make();
        host.Change(RegistryChange.Put(Key("NEW", NewSecret, null!)));
        host.LoseEverything();
        host.Handle(Input.StoreRebuilt());
        host.Advance(100);
        Assert.Contains(host.Crash().Engine.Registry.AccessKeys, key => key.Key == "NEW");
    }

    [Fact]
    public void A_damaged_entry_is_left_out_and_told_of()
    {
        var host = LmqHost.Make();
        host.Change(RegistryChange.Put(new ParentTopic("one")));
        host.Change(RegistryChange.Put(new ParentTopic("two")));
        var key = host.Disk.Keys.First(key => key.Item1 == StoreCollection.Registry && key.Item2 == 1);
        host.Disk[key] = host.Disk[key][..5];
        var later = host.Crash();
        Assert.DoesNotContain(later.Engine.Registry.ParentTopics, topic => topic.Name == "one");
        Assert.Contains(later.Engine.Registry.ParentTopics, topic => topic.Name == "two");
        Assert.Contains(later.Events, told => told.Kind == BrokerEventKind.StoredValueLost);
    }

    [Fact]
    public void Secrets_lie_sealed_on_the_disk_and_never_in_an_event()
    {
        var host = LmqHost.Make();
        host.Change(RegistryChange.Put(Key("NEW", NewSecret, null!)));
        host.SignIn("GID_AAA@@@1", "NEW", "wrong");
        foreach (var value in host.Disk.Values)
            Assert.True(value.AsSpan().IndexOf(Encoding.UTF8.GetBytes(NewSecret)) < 0);
        Assert.DoesNotContain(host.Events, told => told.Detail.Contains(NewSecret));
        Assert.DoesNotContain(NewSecret, Key("NEW", NewSecret, null!).ToString());
    }

    [Fact]
    public void A_removed_key_ends_its_connections_and_a_new_secret_only_later_logins()
    {
        var host = LmqHost.Make();
        host.Change(RegistryChange.Put(Key("NEW", NewSecret, null!)));
        var own = host.SignIn("GID_AAA@@@1", "NEW", NewSecret);
        var other = host.SignIn("GID_AAA@@@2");
        host.Change(RegistryChange.Put(Key("NEW", "third", null!)));
        Assert.False(own.IsClosed);
        Assert.Equal(["CONNACK 4"], host.SignIn("GID_AAA@@@3", "NEW", NewSecret).Read());
        host.Change(RegistryChange.Remove(RegistryKind.AccessKey, "NEW"));
        Assert.True(own.IsClosed);
        Assert.False(other.IsClosed);
        Assert.Equal(1, host.Engine.Counters.Closed(CloseReason.NotAuthorized));
    }

    [Fact]
    public void A_key_taken_from_a_group_ends_that_groups_connections()
    {
        var host = LmqHost.Make();
        host.Change(RegistryChange.Put(Key("NEW", NewSecret, null!)));
        var a = host.SignIn("GID_AAA@@@1", "NEW", NewSecret);
        var b = host.SignIn("GID_BBB@@@1", "NEW", NewSecret);
        host.Change(RegistryChange.Put(Key("NEW", NewSecret, "GID_BBB")));
        Assert.True(a.IsClosed);
        Assert.False(b.IsClosed);
    }

    [Fact]
    public void A_removed_group_ends_its_connections_those_that_wait_for_a_token_too()
    {
        var host = LmqHost.Make();
        var signed = host.SignIn("GID_BBB@@@1");
        var waiting = host.ComeWithToken("GID_BBB@@@2");
        var other = host.SignIn("GID_AAA@@@1");
        host.Change(RegistryChange.Remove(RegistryKind.Group, "GID_BBB"));
        Assert.True(signed.IsClosed);
        Assert.True(waiting.IsClosed);
        Assert.False(other.IsClosed);
        Assert.Equal(["CONNACK 5"], host.SignIn("GID_BBB@@@1").Read());
    }

    [Fact]
    public void A_lost_grant_takes_filters_at_once_and_ends_the_next_publish()
    {
        var host = LmqHost.Make();
        var device = host.SignIn("GID_AAA@@@1", clean: false);
        device.Subscribe("parent/x");
        device.Subscribe("second/x");
        var bystander = host.SignIn("GID_BBB@@@1");
        bystander.Subscribe("parent/x");
        host.Change(RegistryChange.Put(new LmqGroup("GID_AAA", [new("second", true, false)])));
        device.Read();
        bystander.Read();
        bystander.Publish("parent/x", "1", qos: 0);
        bystander.Publish("second/x", "2", qos: 0);
        Assert.Equal(["PUBLISH 0 second/x 2 q0"], device.Read());
        Assert.Equal(["PUBLISH 0 parent/x 1 q0"], bystander.Read());
        device.Publish("second/x", "3", qos: 0);
        Assert.True(device.IsClosed);
        Assert.Equal(1, host.Engine.Counters.Refused(RefusalCause.NotGranted));
    }

    [Fact]
    public void A_removed_topic_is_refused_from_the_next_packet_on_and_a_new_one_granted()
    {
        var host = LmqHost.Make();
        var device = host.SignIn("GID_AAA@@@1");
        device.Publish("parent/x", "1", qos: 0);
        host.Change(RegistryChange.Put(new ParentTopic("made")));
        device.Publish("made/x", "1", qos: 0);
        Assert.False(device.IsClosed);
        host.Change(RegistryChange.Remove(RegistryKind.Topic, "parent"));
        device.Publish("parent/x", "2", qos: 0);
        Assert.True(device.IsClosed);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(17)]
    public void A_client_with_many_topics_is_judged_right(int others)
    {
        var host = LmqHost.Make();
        var device = host.SignIn("GID_AAA@@@1");
        for (var round = 0; round < 3; round++)
            for (var i = 0; i <= others; i++) device.Publish($"parent/{i}", "1", qos: 0);
        Assert.Equal(3 * (others + 1), host.Engine.Counters.Received[0]);
        device.Publish("parens/0", "1", qos: 0);
        Assert.True(device.IsClosed);
    }

    [Theory]
    [InlineData("GID_AAA@@@", 54, "CONNACK 0", RefusalCause.None)]
    [InlineData("GID_AAA@@@", 55, "CONNACK 2", RefusalCause.ClientId)]
    [InlineData("GID_XXX@@@", 54, "CONNACK 5", RefusalCause.Group)]
    public void Client_ids_are_counted_by_cause(string start, int more, string answer, RefusalCause cause)
    {
        var host = LmqHost.Make();
        Assert.Equal([answer], host.SignIn(start + new string('d', more)).Read());
        if (cause == RefusalCause.None) return;
        Assert.Equal(1, host.Engine.Counters.Refused(cause));
        Assert.Single(host.Events, told => told.Kind == BrokerEventKind.ConnectRefused);
    }

    [Fact]
    public void Refused_topics_are_counted_by_cause_and_told_once()
    {
        var host = LmqHost.Make();
        var device = host.SignIn("GID_AAA@@@1");
        device.Subscribe("$SYS/#");
        device.Subscribe("parent/" + new string('x', 58));
        Assert.False(device.IsClosed);
        device.Subscribe("other/#");
        Assert.True(device.IsClosed);
        foreach (var cause in (RefusalCause[])
            [RefusalCause.DollarTopic, RefusalCause.TopicLength, RefusalCause.NotGranted])
            Assert.Equal(1, host.Engine.Counters.Refused(cause));
        Assert.Equal(3, host.Events.Count(told => told.Kind == BrokerEventKind.Refused));
    }
}
