using System.Text;
using LightMq.Mqtt;
using LightMq.Tests;
using Xunit;

namespace LightMq.Unit.Mqtt;

public sealed class PublishPacket5Tests
{
    [Fact]
    public void Every_part_is_read()
    {
        var packet = PublishPacket.Read5(AnyPacket.FrameOf(
            """3d ["a/b" 00 07 [02 00 00 00 3c 23 00 05 26 "k" "v"] 'hello']"""));
        Assert.True(packet.Dup && packet.Retain && packet.Qos == 2 && packet.PacketId == 7);
        Assert.Equal("a/b", Encoding.UTF8.GetString(packet.Topic));
        Assert.Equal("hello", Encoding.UTF8.GetString(packet.Payload));
        Assert.Equal(5, packet.Properties.TopicAlias);
        Assert.True(packet.Properties.HasMessageExpiry);
        Assert.Equal(60u, packet.Properties.MessageExpirySeconds);
        Assert.Equal(15, packet.Properties.Raw.Length);
    }

    [Fact]
    public void Without_properties_there_are_none()
    {
        var packet = PublishPacket.Read5(AnyPacket.FrameOf("""30 ["a" [] 'x']"""));
        Assert.True(packet.Properties.Raw.IsEmpty);
        Assert.False(packet.Properties.HasMessageExpiry || packet.Properties.HasForwarded);
        Assert.Equal(0, packet.Properties.TopicAlias + packet.Properties.ForwardedBytes);
        Assert.Equal("x", Encoding.UTF8.GetString(packet.Payload));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("01 01", "01 01")]
    [InlineData("02 00 00 00 01", "")]
    [InlineData("23 00 01 02 00 00 00 01", "")]
    [InlineData("""26 "b" "1" 26 "a" "2" 26 "b" "1" """, """26 "b" "1" 26 "a" "2" 26 "b" "1" """)]
    [InlineData("""26 "b" "1" 02 00 00 00 01 26 "a" "" 23 00 01""", """26 "b" "1" 26 "a" "" """)]
    [InlineData("""23 00 01 03 "t" 08 "r" 09 00 02 ff 00 01 00""", """03 "t" 08 "r" 09 00 02 ff 00 01 00""")]
    public void What_goes_on_keeps_its_order_and_bytes(string properties, string forwarded)
    {
        var packet = PublishPacket.Read5(AnyPacket.FrameOf($"""30 ["t" [{properties.Trim()}] 'payload']"""));
        var expected = PacketText.Bytes(forwarded.Trim());
        var copy = new byte[expected.Length + 3];
        Assert.Equal(expected.Length, packet.Properties.CopyForwarded(copy));
        Assert.Equal(expected, copy[..expected.Length]);
        Assert.Equal([0, 0, 0], copy[expected.Length..]);
        Assert.Equal(expected.Length, packet.Properties.ForwardedBytes);
        Assert.Equal(expected.Length > 0, packet.Properties.HasForwarded);
    }

    [Fact]
    public void A_server_names_subscriptions_in_order()
    {
        var packet = PublishPacket.ReadFromServer5(AnyPacket.FrameOf(
            """30 ["t" [0b 07 26 "k" "v" 0b ff ff ff 7f 23 00 01 0b 80 01] 'x']"""));
        var seen = new List<uint>();
        foreach (var id in packet.SubscriptionIdentifiers) seen.Add(id);
        Assert.Equal([7, 268_435_455, 128], seen);
        Assert.Equal(7, packet.Properties.ForwardedBytes);
    }

    [Theory]
    [InlineData("""30 ["" [23 00 01] 'x']""")]
    [InlineData("""32 ["" 00 01 [23 ff ff]]""")]
    public void A_topic_alias_stands_for_the_topic(string text)
    {
        var packet = PublishPacket.Read5(AnyPacket.FrameOf(text));
        Assert.True(packet.Topic.IsEmpty);
        Assert.NotEqual(0, packet.Properties.TopicAlias);
    }

    [Theory]
    [InlineData("MQTT-3.3.1-4", 0x81, """36 ["t" 00 01 []]""")]
    [InlineData("MQTT-3.3.1-2", 0x81, """38 ["t" []]""")]
    [InlineData("MQTT-3.3.2-1", 0x81, "30 []")]
    [InlineData("MQTT-3.3.2-1", 0x81, "30 [00 02 61]")]
    [InlineData("MQTT-3.3.2-1", 0x81, """32 ["t" 00]""")]
    [InlineData("MQTT-2.3.1-1", 0x82, """32 ["t" 00 00 []]""")]
    [InlineData("MQTT-4.7.3-1", 0x82, """30 ["" []]""")]
    [InlineData("MQTT-4.7.3-1", 0x82, """30 ["" [01 01]]""")]
    [InlineData("MQTT-3.3.2-2", 0x90, """30 ["a/+" []]""")]
    [InlineData("MQTT-1.5.3-1", 0x81, "30 [00 01 ff []]")]
    [InlineData("MQTT-1.5.3-2", 0x81, "30 [00 01 00 []]")]
    [InlineData("MQTT5-3.3.2.3.1", 0x81, """30 ["t"]""")]
    [InlineData("MQTT5-3.3.2.3.1", 0x81, """30 ["t" 02 01]""")]
    [InlineData("MQTT5-3.3.2.3.1", 0x81, """30 ["t" 80]""")]
    [InlineData("MQTT5-1.5.5-1", 0x81, """30 ["t" 80 00]""")]
    [InlineData("MQTT5-3.3.2-8", 0x94, """30 ["t" [23 00 00]]""")]
    [InlineData("MQTT5-3.3.4-6", 0x82, """30 ["t" [0b 01]]""")]
    public void Each_breach_names_clause_and_reason(string clause, int reason, string text) =>
        Assert.Equal((clause, (ReasonCode)reason), AnyPacket.ErrorOf5(text));
}
