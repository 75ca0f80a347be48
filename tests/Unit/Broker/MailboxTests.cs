using LightMq.Broker;
using LightMq.Mqtt;
using Xunit;
using static LightMq.Unit.Broker.LmqClients;

namespace LightMq.Unit.Broker;

/// <summary>Where P2P waits, and for how long (LMQ-MSG-5, LMQ-MSG-4).</summary>
public sealed class MailboxTests
{
    private static string TopicTo(string device) => $"t/p2p/{IdOf(device)}";

    [Fact]
    public void To_a_client_that_keeps_up_it_never_touches_the_disk()
    {
        var host = new EngineHost(Options with { AckHoldMilliseconds = 200 });
        var peer = host.Join("peer");
        var sender = host.Join("sender");
        peer.Read();
        host.Advance(20);
        var groups = host.Groups;
        for (ushort id = 1; id <= 20; id++)
        {
            sender.Publish(TopicTo("peer"), $"{id}", id: id);
            Assert.Equal([$"{id}"], peer.Take());
        }
        peer.Disconnect();
        Assert.Equal(groups, host.Groups);
        Assert.Equal(20, host.Engine.Counters.Spared);
        Assert.Equal(2, host.Engine.SessionCount);
    }

    [Fact]
    public void What_was_held_for_a_client_that_goes_is_stored_with_its_mailbox()
    {
        var host = new EngineHost(Options with { AckHoldMilliseconds = 200 });
        var peer = host.Join("peer", clean: true);
        var sender = host.Join("sender");
        sender.Publish(TopicTo("peer"), "held", id: 1);
        Assert.Contains($"PUBLISH 49153 {TopicTo("peer")} held q1", peer.Read());
        peer.Gone();
        host.Advance(10);
        Assert.Equal(["CONNACK 0", "PUBACK 1"], sender.Read());
        host = host.Crash();
        Assert.Equal([$"PUBLISH 49153 {TopicTo("peer")} held q1 dup"],
            host.Join("peer", clean: true).Read().Skip(1));
    }

    [Fact]
    public void It_waits_for_three_days_and_its_mailbox_goes_with_it()
    {
        var host = new EngineHost(Options);
        host.Join("peer").Disconnect();
        var sender = host.Join("sender");
        sender.Publish(TopicTo("peer"), "old", id: 1);
        host.Advance(20);
        sender.Disconnect();
        host.Advance(3 * 86_400_000 + 120_000);
        Assert.Equal(1, host.Engine.Counters.Dropped(DropReason.Retention));
        host.Advance(20_000);
        host = host.Crash();
        Assert.Equal(2, host.Engine.SessionCount);
        Assert.Equal(["CONNACK 0 present"], host.Join("peer").Read());
    }

    [Fact]
    public void Both_queues_share_the_window_and_go_on_by_turns()
    {
        var host = new EngineHost(Options with { InflightMax = 2 });
        var peer = host.JoinAndSubscribe("peer", "t/n");
        var sender = host.Join("sender");
        for (ushort id = 1; id <= 6; id++)
            sender.Publish(id % 2 == 0 ? "t/n" : TopicTo("peer"), $"{id}", id: id);
        Assert.Equal(["1", "2"], peer.Take(acknowledges: false));
        List<string> seen = [];
        peer.Ack(PacketType.PubAck, 49153);
        seen.AddRange(peer.Take());
        for (var round = 0; round < 5; round++) seen.AddRange(peer.Take());
        Assert.Equal(["3", "4", "5", "6"], seen.Order());
        peer.Ack(PacketType.PubAck, 2);
        Assert.Equal(0, host.Engine.Counters.QueuedMessages);
    }

    [Fact]
    public void What_waited_is_paced_and_pulled_with_the_rest_by_age()
    {
        var host = new EngineHost(Options);
        host.JoinAndSubscribe("peer", "t/n").Disconnect();
        var sender = host.Join("sender");
        for (ushort id = 1; id <= 6; id++)
        {
            sender.Publish(id % 2 == 0 ? "t/n" : TopicTo("peer"), $"{id}", id: id);
            host.Advance(1_000);
            sender.Read();
        }
        var peer = host.Join("peer");
        Assert.Equal(["CONNACK 0 present"], peer.Read());
        peer.Pull("DESC", 2, qos: 0);
        Assert.Equal(["6", "5"], peer.Take().OrderDescending());
        peer.Pull("ASC", 3, qos: 0);
        Assert.Equal(["1", "2", "3"], peer.Take().Order());
        peer.Gone();
        peer = host.Join("peer");
        host.Advance(3_000);
        Assert.Equal(["4"], peer.Take());
        Assert.Equal(0, host.Engine.Counters.QueuedMessages);
    }

    [Fact]
    public void Mailboxes_are_as_many_as_sessions_and_then_senders_wait()
    {
        var host = new EngineHost(Options with { SessionsMax = 3 });
        host.Join("a").Disconnect();
        host.Join("b").Disconnect();
        var sender = host.Join("sender");
        sender.Publish(TopicTo("a"), "1", id: 1);
        sender.Publish(TopicTo("b"), "2", id: 2);
        sender.Publish(TopicTo("sender"), "3", id: 3);
        host.Advance(20);
        Assert.Equal(["CONNACK 0", $"PUBLISH 49153 {TopicTo("sender")} 3 q1", "PUBACK 1", "PUBACK 2",
            "PUBACK 3"], sender.Read());
        // A clean session makes room for another, so that a fourth mailbox is asked for.
        host.Join("b", clean: true).Gone();
        host.Join("c").Disconnect();
        sender.Publish(TopicTo("c"), "4", id: 4);
        host.Advance(20);
        Assert.Empty(sender.Read());
        var a = host.Join("a", clean: true);
        Assert.Equal(["1"], a.Take());
        a.Disconnect();
        host.Advance(20);
        Assert.Equal(["PUBACK 4"], sender.Read());
    }
}
