using System.Text;
using LightMq.Mqtt;
using Xunit;

namespace LightMq.Unit.Mqtt;

public sealed class SubscribePacket5Tests
{
    [Fact]
    public void Filters_come_in_order_with_their_options()
    {
        var packet = SubscribePacket.Read(AnyPacket.FrameOf(
            """82 [01 02 [26 "k" "v" 0b c8 01] "a/+" 2e "$share/g/x/#" 11]"""), ProtocolVersion.V500);
        Assert.Equal(0x0102, packet.PacketId);
        Assert.Equal(200u, packet.SubscriptionIdentifier);
        Assert.Equal(2, packet.Count);
        Assert.True(packet.TryNext(out var filter, out var options));
        Assert.Equal("a/+", Encoding.UTF8.GetString(filter));
        Assert.Equal((2, true, true, 2),
            (options.Qos, options.NoLocal, options.RetainAsPublished, options.RetainHandling));
        Assert.True(packet.TryNext(out filter, out options));
        Assert.Equal("$share/g/x/#", Encoding.UTF8.GetString(filter));
        Assert.Equal((1, false, false, 1),
            (options.Qos, options.NoLocal, options.RetainAsPublished, options.RetainHandling));
        Assert.False(packet.TryNext(out _, out _));
    }

    [Fact]
    public void Without_a_subscription_identifier_it_is_0() => Assert.Equal(0u, SubscribePacket.Read(
        AnyPacket.FrameOf("""82 [00 01 [] "a" 00]"""), ProtocolVersion.V500).SubscriptionIdentifier);

    [Fact]
    public void Options_are_refused_where_a_bit_or_value_is_reserved()
    {
        for (var value = 0; value < 256; value++)
        {
            var error = AnyPacket.ErrorOf5($"""82 [00 01 [] "a" {value:x2}]""");
            if (value >= 0x40) Assert.Equal(("MQTT5-3.8.3-5", ReasonCode.MalformedPacket), error);
            else if ((value & 3) == 3) Assert.Equal(("MQTT-3.8.3-4", ReasonCode.ProtocolError), error);
            else if (value >= 0x30) Assert.Equal(("MQTT5-3.8.3.1", ReasonCode.ProtocolError), error);
            else Assert.Null(error);
            var before5 = AnyPacket.BreachOf($"""82 [00 01 "a" {value:x2}]""");
            Assert.Equal(value > 2 ? "MQTT-3.8.3-4" : null, before5);
        }
    }

    [Fact]
    public void Options_are_put_together_and_taken_apart()
    {
        var options = new SubscriptionOptions(1, noLocal: true, retainAsPublished: true, retainHandling: 2);
        Assert.Equal(0x2D, options.Value);
        Assert.Equal(0, new SubscriptionOptions(0, noLocal: false).Value);
    }

    [Theory]
    [InlineData("MQTT-2.3.1-1", 0x82, """82 [00 00 [] "a" 00]""")]
    [InlineData("MQTT-3.8.2", 0x81, "82 [00]")]
    [InlineData("MQTT5-3.8.2.1.1", 0x81, "82 [00 01]")]
    [InlineData("MQTT-3.8.3-3", 0x82, "82 [00 01 []]")]
    [InlineData("MQTT-3.8.3-1", 0x81, "82 [00 01 [] 00 02 'a']")]
    [InlineData("MQTT-3.8.3-4", 0x81, """82 [00 01 [] "a"]""")]
    [InlineData("MQTT-4.7.3-1", 0x8F, """82 [00 01 [] "" 00]""")]
    [InlineData("MQTT-4.7.1-2", 0x8F, """82 [00 01 [] "a#" 00]""")]
    [InlineData("MQTT-1.5.3-1", 0x81, "82 [00 01 [] 00 01 ff 00]")]
    [InlineData("MQTT5-3.8.3-4", 0x82, """82 [00 01 [] "$share/g/t" 04]""")]
    [InlineData("MQTT5-4.8.2-1", 0x8F, """82 [00 01 [] "a" 00 "$share//t" 00]""")]
    [InlineData("MQTT5-4.8.2-2", 0x8F, """82 [00 01 [] "$share/g" 00]""")]
    [InlineData("MQTT-2.3.1-1", 0x82, """a2 [00 00 [] "a"]""")]
    [InlineData("MQTT5-3.10.2.1.1", 0x81, "a2 [00 01]")]
    [InlineData("MQTT-3.10.3-2", 0x82, "a2 [00 01 []]")]
    [InlineData("MQTT-3.10.3-1", 0x81, "a2 [00 01 [] 00]")]
    [InlineData("MQTT-4.7.3-1", 0x8F, """a2 [00 01 [] ""]""")]
    [InlineData("MQTT5-4.8.2-2", 0x8F, """a2 [00 01 [] "$share/g/"]""")]
    public void Each_breach_names_clause_and_reason(string clause, int reason, string text) =>
        Assert.Equal((clause, (ReasonCode)reason), AnyPacket.ErrorOf5(text));

    [Fact]
    public void Filters_to_drop_come_in_order_behind_properties()
    {
        var packet = UnsubscribePacket.Read(AnyPacket.FrameOf(
            """a2 [00 07 [26 "k" "v" 26 "k" "v"] "$share/g/a" "b"]"""), ProtocolVersion.V500);
        Assert.Equal((7, 2), (packet.PacketId, packet.Count));
        Assert.True(packet.TryNext(out var filter));
        Assert.Equal("$share/g/a", Encoding.UTF8.GetString(filter));
        Assert.True(packet.TryNext(out filter));
        Assert.Equal("b", Encoding.UTF8.GetString(filter));
        Assert.False(packet.TryNext(out _));
    }

    [Theory]
    [InlineData("$share/g/t", "g", "t")]
    [InlineData("$share/g/#", "g", "#")]
    [InlineData("$share/$g/+/b/#", "$g", "+/b/#")]
    [InlineData("$share/g//", "g", "/")]
    [InlineData("$share/g/$share/h/t", "g", "$share/h/t")]
    public void A_shared_filter_is_a_name_and_a_filter(string text, string name, string filter)
    {
        Assert.True(SharedFilter.TrySplit(Encoding.UTF8.GetBytes(text), out var share, out var topics));
        Assert.Equal((name, filter), (Encoding.UTF8.GetString(share), Encoding.UTF8.GetString(topics)));
        Assert.True(SharedFilter.IsWellFormed(Encoding.UTF8.GetBytes(text)));
        Assert.True(SharedFilter.IsShared(Encoding.UTF8.GetBytes(text)));
        // What 5.0 alone knows is any filter before it.
        Assert.Null(AnyPacket.BreachOf($"""82 [00 01 "{text}" 00]"""));
    }

    [Theory]
    [InlineData("$share", true)]
    [InlineData("$shared/g/t", true)]
    [InlineData("a/$share/g", true)]
    [InlineData("", true)]
    [InlineData("$share/", false)]
    [InlineData("$share//", false)]
    [InlineData("$share//t", false)]
    [InlineData("$share/g", false)]
    [InlineData("$share/g/", false)]
    [InlineData("$share/+/t", false)]
    [InlineData("$share/g+/t", false)]
    [InlineData("$share/#", false)]
    [InlineData("$share/g#/t", false)]
    public void Others_are_not_split(string text, bool isWellFormed)
    {
        var filter = Encoding.UTF8.GetBytes(text);
        Assert.False(SharedFilter.TrySplit(filter, out var share, out var topics));
        Assert.True(share.IsEmpty && topics.IsEmpty);
        Assert.Equal(isWellFormed, SharedFilter.IsWellFormed(filter));
    }

    [Fact]
    public void The_filter_within_must_be_valid() =>
        Assert.False(SharedFilter.IsWellFormed("$share/g/a#"u8));
}
