using System.Text;
using LightMq.Broker;
using LightMq.Broker.Bridges;
using LightMq.Broker.Settings;
using LightMq.Lmq;
using LightMq.Mqtt;
using Xunit;

namespace LightMq.Unit.Broker;

/// <summary>
/// Who comes and goes is told, in order, over restarts, and within bounds (LMQ-PRE-1 to 4).
/// </summary>
public sealed class PresenceTests
{
    private const string Client = "GID_AAA@@@s1", Topic = "GID_AAA_MQTT";

    private static readonly BrokerOptions Told = LmqHost.Options with
    {
        AckHoldMilliseconds = 200,
        Lmq = LmqHost.Options.Lmq with { ParentTopics = ["parent", Topic] },
    };

    [Fact]
    public void Coming_leaving_and_the_end_of_the_connection_are_told_to_subscribers()
    {
        var host = LmqHost.Make(Told);
        var reader = Subscriber(host);
        var sensor = host.SignIn(Client);
        var connect = Assert.Single(Events(reader));
        Assert.Equal((Client, PresenceKind.Connect), (connect.ClientId, connect.Kind));
        Assert.Equal(host.Now.UnixMilliseconds, connect.Milliseconds + host.Options.GroupMilliseconds);
        Assert.Equal(new UInt128(host.Engine.Epoch.High, 2), connect.Channel);
        sensor.Disconnect();
        var gone = Events(reader);
        Assert.Equal([PresenceKind.Disconnect, PresenceKind.TcpClean], gone.Select(e => e.Kind));
        Assert.All(gone, one => Assert.Equal(connect.Channel, one.Channel));
        Assert.Equal([1L, 2, 3], gone.Prepend(connect).Select(e => e.Index - (1L << 32)));
    }

    [Fact]
    public void A_connection_that_breaks_is_told_as_gone_alone()
    {
        var host = LmqHost.Make(Told);
        var reader = Subscriber(host);
        host.SignIn(Client).Gone();
        Assert.Equal([PresenceKind.Connect, PresenceKind.TcpClean], Events(reader).Select(e => e.Kind));
    }

    [Fact]
    public void A_take_over_tells_the_end_of_the_older_connection_before_the_newer_one()
    {
        var host = LmqHost.Make(Told);
        var reader = Subscriber(host);
        host.SignIn(Client);
        host.SignIn(Client);
        var events = Events(reader);
        Assert.Equal([PresenceKind.Connect, PresenceKind.TcpClean, PresenceKind.Connect],
            events.Select(e => e.Kind));
        Assert.Equal(events[0].Channel, events[1].Channel);
        Assert.NotEqual(events[1].Channel, events[2].Channel);
        Assert.True(IsOnline(events, Client));
    }

    [Fact]
    public void Keep_alive_and_a_refusal_after_CONNACK_end_it_too()
    {
        var host = LmqHost.Make(Told);
        var reader = Subscriber(host);
        host.SignIn(Client, keepAlive: 2);
        reader.Send(0xC0, 0);
        host.Advance(5_000);
        Assert.Equal([PresenceKind.Connect, PresenceKind.TcpClean], Events(reader).Select(e => e.Kind));
        host.SignIn(Client).Publish("nowhere", "1");
        Assert.Equal([PresenceKind.Connect, PresenceKind.TcpClean], Events(reader).Select(e => e.Kind));
    }

    [Fact]
    public void Who_is_refused_or_has_no_token_yet_is_not_told()
    {
        var host = LmqHost.Make(Told);
        var reader = Subscriber(host);
        host.SignIn(Client, secret: "wrong");
        host.ComeWithToken("GID_AAA@@@other").Gone();
        Assert.Empty(Events(reader));
        var sensor = host.ComeWithToken(Client);
        sensor.Upload("R", "R");
        host.Advance(20);
        Assert.Equal([PresenceKind.Connect], Events(reader).Select(e => e.Kind));
    }

    [Fact]
    public void Nobody_without_a_group_no_bridge_and_no_group_without_its_topic_is_told()
    {
        var host = LmqHost.Make(Told with { Bridges = [new BridgeOptions("GID_AAA@@@up", ["parent/#"])] });
        var reader = Subscriber(host, "#");
        host.Connect("sensor").Disconnect();
        host.Connect("GID_AAA@@@up", clean: false).Disconnect();
        host.SignIn("GID_BBB@@@1").Disconnect();
        Assert.Empty(Events(reader));
    }

    [Fact]
    public void A_message_of_the_client_stands_between_its_events_in_one_stream_to_the_bridge()
    {
        var host = LmqHost.Make(Told with { Bridges = [new BridgeOptions("up", ["#"])] });
        var up = new UpLink(host);
        var sensor = host.SignIn(Client);
        sensor.Publish("parent/a", "1");
        sensor.Disconnect();
        sensor = host.SignIn(Client);
        sensor.Publish("parent/a", "2");
        var messages = up.Take();
        Assert.Equal(
            Enumerable.Range(1, 6).Select(number => $"{Client} {number}"), messages.Select(m => m.Place));
        Assert.Equal([Topic, "parent/a", Topic, Topic, Topic, "parent/a"], messages.Select(m => m.Topic));
        var connect = messages[0];
        Assert.True(PresenceEvent.TryParse(Encoding.UTF8.GetBytes(connect.Payload), out var read));
        Assert.Equal($"{read.Channel:x32}", connect.Told["lmq-channel"]);
    }

    [Fact]
    public void Nothing_of_it_touches_the_disk_while_subscribers_keep_up()
    {
        var host = LmqHost.Make(Told);
        var reader = Subscriber(host, clean: false);
        var groups = host.Groups;
        for (var i = 0; i < 5; i++)
        {
            var sensor = host.SignIn(Client);
            Events(reader);
            if (i % 2 == 0) sensor.Disconnect();
            else sensor.Gone();
            Events(reader);
            host.Advance(300);
        }
        Assert.Equal(groups, host.Groups);
        Assert.Equal(0, host.Engine.Counters.Journaled);
    }

    [Fact]
    public void An_offline_subscriber_gets_it_later_and_indexes_rise_over_a_power_cut()
    {
        var host = LmqHost.Make(Told);
        Subscriber(host, clean: false).Disconnect();
        host.SignIn(Client);
        host.Advance(20);
        host = host.Crash();
        host.SignIn(Client);
        host.Advance(20);
        var reader = host.Connect("reader", clean: false);
        var events = Events(reader);
        Assert.Equal([PresenceKind.Connect, PresenceKind.Connect], events.Select(e => e.Kind));
        Assert.True(events[0].Index < events[1].Index);
        Assert.Equal(events.Select(e => e.Index >> 32), [1, 2]);
    }

    [Fact]
    public void A_stop_tells_the_end_of_all_connections_before_the_last_group()
    {
        var host = LmqHost.Make(Told);
        Subscriber(host, clean: false).Disconnect();
        host.SignIn(Client);
        host.Handle(Input.Stop());
        host.Advance(20);
        Assert.True(host.Engine.IsStopped);
        host = host.Crash();
        var events = Events(host.Connect("reader", clean: false));
        Assert.Equal([PresenceKind.Connect, PresenceKind.TcpClean], events.Select(e => e.Kind));
        Assert.False(IsOnline(events, Client));
    }

    [Fact]
    public void A_flood_of_connects_fills_half_a_queue_and_is_counted_from_there()
    {
        var host = LmqHost.Make(Told with { QueueMessagesMax = 10 });
        Subscriber(host, clean: false).Disconnect();
        for (var i = 0; i < 10; i++) host.SignIn(Client).Gone();
        host.Advance(20);
        Assert.Equal(5, host.Engine.Counters.QueuedMessages);
        Assert.Equal(15, host.Engine.Counters.Dropped(DropReason.Presence));
        Assert.Single(host.Events, e => e.Kind == BrokerEventKind.Dropping && e.ClientId == "reader");
        var sensor = host.SignIn("GID_BBB@@@1");
        sensor.Publish("parent/a", "1");
        Assert.Contains("PUBACK 1", sensor.Read());
    }

    [Fact]
    public void Presence_goes_on_when_a_queue_has_room_again()
    {
        var host = LmqHost.Make(Told with { QueueMessagesMax = 4 });
        Subscriber(host, clean: false).Disconnect();
        for (var i = 0; i < 4; i++) host.SignIn(Client).Gone();
        host.Advance(20);
        var reader = host.Connect("reader", clean: false);
        Assert.Equal(2, Events(reader).Count);
        host.SignIn(Client);
        Assert.Single(Events(reader));
    }

    [Theory]
    [InlineData((1u << 21) - 2, false)]
    [InlineData((1u << 21) - 1, true)]
    public void A_store_that_was_started_too_often_says_so(uint starts, bool isSaid)
    {
        var host = LmqHost.Make(Told);
        host.SetBoot(starts);
        host = host.Crash();
        Assert.Equal(isSaid, host.Events.Any(e => e.Kind == BrokerEventKind.BootCounterSpent));
        var reader = Subscriber(host);
        host.SignIn(Client);
        Assert.Equal(9_007_194_959_773_697, Assert.Single(Events(reader)).Index);
    }

    [Theory]
    [InlineData(1, 1, 4_294_967_297)]
    [InlineData((1 << 21) - 1, 1, 9_007_194_959_773_697)]
    [InlineData((1 << 21) - 1, uint.MaxValue, 9_007_199_254_740_991)]
    [InlineData(1 << 21, 1, 9_007_194_959_773_697)]
    [InlineData(uint.MaxValue, long.MaxValue >> 8, 9_007_199_254_740_991)]
    public void A_rising_number_stays_exact_in_JSON(uint boot, long n, long number) =>
        Assert.Equal(number, RisingNumber.Of(boot, n));

    /// <summary>The rule for readers (LMQ-PRE-4).</summary>
    private static bool IsOnline(IEnumerable<PresenceEvent> events, string clientId)
    {
        UInt128? current = null;
        foreach (var one in events.Where(e => e.ClientId == clientId).OrderBy(e => e.Index))
            if (one.Kind == PresenceKind.Connect) current = one.Channel;
            else if (one.Channel == current) current = null;
        return current != null;
    }

    private static Peer Subscriber(EngineHost host, string filter = Topic, bool clean = true)
    {
        var reader = host.Connect("reader", clean);
        reader.Subscribe(filter);
        reader.Read();
        return reader;
    }

    private static List<PresenceEvent> Events(Peer reader)
    {
        var events = new List<PresenceEvent>();
        for (var texts = reader.Read(); texts.Count > 0; texts = reader.Read())
            foreach (var text in texts.Where(text => text.StartsWith("PUBLISH")))
            {
                var words = text.Split(' ');
                Assert.Equal((Topic, "q1"), (words[2], words[4]));
                Assert.True(PresenceEvent.TryParse(Encoding.UTF8.GetBytes(words[3]), out var read), text);
                events.Add(read);
                reader.Ack(PacketType.PubAck, ushort.Parse(words[1]));
            }
        return events;
    }
}
