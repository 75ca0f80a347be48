using LightMq.Broker;
using LightMq.Broker.Settings;
using Xunit;

namespace LightMq.Unit.Broker;

/// <summary>Ordered sending: who gets numbers, and which (LMQ-ORD-2).</summary>
public sealed class OrderingTests
{
    private const string Request = "$SYS/enableOrderMsg", True = """{"order":"true"}""";
    private const long Boot = 1L << 32;

    private static readonly BrokerOptions Bridged = LmqHost.Options with
    {
        Bridges = [new BridgeOptions("up", ["#"])],
        Lmq = LmqHost.Options.Lmq with
        {
            ParentTopics =
            [
                "parent", new("keyed", TopicType.PartitionOrdered), new("also", TopicType.PartitionOrdered),
                new("whole", TopicType.GloballyOrdered),
            ],
        },
    };

    [Fact]
    public void Numbers_count_per_client_and_parent_topic_where_order_was_asked_for()
    {
        var host = LmqHost.Make(Bridged);
        var up = new UpLink(host);
        var one = host.SignIn("GID_AAA@@@1");
        var other = host.SignIn("GID_AAA@@@2");
        one.Publish(Request, True, id: 1);
        other.Publish(Request, True, id: 1);
        one.Publish("keyed/x", "a", id: 2);
        one.Publish("keyed/y", "b", id: 3);
        one.Publish("also/x", "c", id: 4);
        other.Publish("keyed/x", "d", id: 2);
        one.Publish("parent/x", "e", id: 5);
        one.Publish("whole/x", "f", id: 6);
        one.Publish("keyed/x", "g", qos: 0);
        Assert.Equal(["a 1", "b 2", "c 1", "d 1", "e -", "f -", "g 3"], Numbers(up, Boot));
    }

    [Fact]
    public void Nobody_gets_numbers_without_asking_and_a_late_request_counts_from_then_on()
    {
        var host = LmqHost.Make(Bridged);
        var up = new UpLink(host);
        var one = host.SignIn("GID_AAA@@@1");
        one.Publish("keyed/x", "a", id: 1);
        one.Publish(Request, True, id: 2);
        one.Publish("keyed/x", "b", id: 3);
        one = host.SignIn("GID_AAA@@@1");
        one.Publish("keyed/x", "c", id: 1);
        one.Publish(Request, True, id: 2);
        one.Publish("keyed/x", "d", id: 3);
        Assert.Equal(["a -", "b 1", "c -", "d 2"], Numbers(up, Boot));
        Assert.Equal(0, host.Engine.Counters.OrderRequestsIgnored);
    }

    [Fact]
    public void A_number_stays_with_its_message_over_a_restart_and_the_next_is_higher()
    {
        var host = LmqHost.Make(Bridged);
        var one = host.SignIn("GID_AAA@@@1");
        one.Publish(Request, True, id: 1);
        one.Publish("keyed/x", "a", id: 2);
        one.Publish("keyed/x", "b", id: 3);
        host.Advance(20);
        host = host.Crash();
        one = host.SignIn("GID_AAA@@@1");
        one.Publish(Request, True, id: 1);
        one.Publish("keyed/x", "c", id: 2);
        host.Advance(20);
        Assert.Equal(["a 1", "b 2", $"c {Boot + 1}"], Numbers(new UpLink(host), Boot));
    }

    [Theory]
    [InlineData(0, True)]
    [InlineData(2, True)]
    [InlineData(1, "")]
    [InlineData(1, "order")]
    [InlineData(1, """{"order":1}""")]
    [InlineData(1, """{"order":"true","order":"true"}""")]
    public void A_request_that_is_none_is_acknowledged_counted_told_and_changes_nothing(int qos, string body)
    {
        var host = LmqHost.Make(Bridged);
        var up = new UpLink(host);
        var one = host.SignIn("GID_AAA@@@1");
        one.Publish(Request, body, qos, id: 7);
        Assert.Equal(qos switch { 0 => [], 1 => ["PUBACK 7"], _ => ["PUBREC 7"] }, one.Read().Skip(1));
        one.Publish("keyed/x", "a", id: 8);
        Assert.Equal(["a -"], Numbers(up, Boot));
        Assert.Equal(1, host.Engine.Counters.OrderRequestsIgnored);
        Assert.Single(host.Events, e => e.Kind == BrokerEventKind.Refused && e.Detail.Contains("LMQ-ORD-2"));
    }

    [Fact]
    public void Asking_twice_has_no_effect_and_is_counted()
    {
        var host = LmqHost.Make(Bridged);
        var up = new UpLink(host);
        var one = host.SignIn("GID_AAA@@@1");
        one.Publish(Request, True, id: 1);
        one.Publish("keyed/x", "a", id: 2);
        one.Publish(Request, True, id: 3);
        one.Publish("keyed/x", "b", id: 4);
        Assert.Equal(["a 1", "b 2"], Numbers(up, Boot));
        Assert.Equal(1, host.Engine.Counters.OrderRequestsIgnored);
    }

    [Fact]
    public void False_is_no_request_and_takes_nothing_back()
    {
        var host = LmqHost.Make(Bridged);
        var up = new UpLink(host);
        var one = host.SignIn("GID_AAA@@@1");
        one.Publish(Request, """{"order":"false"}""", id: 1);
        one.Publish("keyed/x", "a", id: 2);
        one.Publish(Request, True, id: 3);
        one.Publish(Request, """{"order":"false"}""", id: 4);
        one.Publish("keyed/x", "b", id: 5);
        Assert.Equal(["a -", "b 1"], Numbers(up, Boot));
        Assert.Equal(0, host.Engine.Counters.OrderRequestsIgnored);
    }

    [Fact]
    public void A_plain_listener_takes_no_requests()
    {
        var host = LmqHost.Make(Bridged);
        var one = host.Connect("GID_AAA@@@1");
        one.Publish(Request, True);
        Assert.True(one.IsClosed);
    }

    private static IEnumerable<string> Numbers(UpLink up, long above) => up.Take().Select(message =>
        message.Told.TryGetValue("lmq-order", out var order)
            ? $"{message.Payload} {long.Parse(order) - above}" : $"{message.Payload} -");
}
