using System.Text;
using LightMq.Mqtt;
using LightMq.Tests;
using Xunit;

namespace LightMq.Unit.Mqtt;

public sealed class SubscribePacketTests
{
    [Fact]
    public void Filters_come_in_order_with_their_qos()
    {
        var bytes = PacketText.Bytes("""82 [01 02 "a/+" 00 "#" 01 "$share/g/x" 02]""");
        Assert.True(FrameReader.TryRead(bytes, 1000, out var frame));
        var packet = SubscribePacket.Read(frame, ProtocolVersion.V311);
        Assert.Equal(0x0102, packet.PacketId);
        Assert.Equal(3, packet.Count);
        var seen = new List<string>();
        while (packet.TryNext(out var filter, out var options))
            seen.Add($"{Encoding.UTF8.GetString(filter)} {options.Qos}");
        Assert.Equal(["a/+ 0", "# 1", "$share/g/x 2"], seen);
        Assert.False(packet.TryNext(out _, out _));
    }

    [Fact]
    public void Filters_to_drop_come_in_order()
    {
        var bytes = PacketText.Bytes("""a2 [00 07 "a/+" "b"]""");
        Assert.True(FrameReader.TryRead(bytes, 1000, out var frame));
        var packet = UnsubscribePacket.Read(frame, ProtocolVersion.V311);
        Assert.Equal(7, packet.PacketId);
        Assert.Equal(2, packet.Count);
        var seen = new List<string>();
        while (packet.TryNext(out var filter)) seen.Add(Encoding.UTF8.GetString(filter));
        Assert.Equal(["a/+", "b"], seen);
    }

    [Theory]
    [InlineData("MQTT-3.8.2", "82 []")]
    [InlineData("MQTT-3.8.2", "82 [00]")]
    [InlineData("MQTT-2.3.1-1", """82 [00 00 "a" 00]""")]
    [InlineData("MQTT-3.8.3-3", "82 [00 01]")]
    [InlineData("MQTT-3.8.3-1", "82 [00 01 00]")]
    [InlineData("MQTT-3.8.3-1", "82 [00 01 00 02 'a']")]
    [InlineData("MQTT-3.8.3-4", """82 [00 01 "a"]""")]
    [InlineData("MQTT-3.8.3-4", """82 [00 01 "a" 03]""")]
    [InlineData("MQTT-3.8.3-4", """82 [00 01 "a" 04]""")]
    [InlineData("MQTT-3.8.3-4", """82 [00 01 "a" 80]""")]
    [InlineData("MQTT-3.8.3-4", """82 [00 01 "a" 00 "b" 03]""")]
    [InlineData("MQTT-4.7.3-1", """82 [00 01 "" 00]""")]
    [InlineData("MQTT-4.7.1-2", """82 [00 01 "#/a" 00]""")]
    [InlineData("MQTT-4.7.1-3", """82 [00 01 "a" 00 "a+" 00]""")]
    [InlineData("MQTT-1.5.3-1", "82 [00 01 00 01 ff 00]")]
    [InlineData("MQTT-1.5.3-2", "82 [00 01 00 01 00 00]")]
    [InlineData("MQTT-3.10.2", "a2 [00]")]
    [InlineData("MQTT-2.3.1-1", """a2 [00 00 "a"]""")]
    [InlineData("MQTT-3.10.3-2", "a2 [00 01]")]
    [InlineData("MQTT-3.10.3-1", "a2 [00 01 00 02 'a']")]
    [InlineData("MQTT-4.7.3-1", """a2 [00 01 ""]""")]
    [InlineData("MQTT-4.7.1-2", """a2 [00 01 "a" "a#"]""")]
    [InlineData("MQTT-1.5.3-1", "a2 [00 01 00 01 ff]")]
    [InlineData("MQTT-1.5.3-2", "a2 [00 01 00 01 00]")]
    public void Each_breach_names_its_clause(string clause, string packet) =>
        Assert.Equal(clause, AnyPacket.BreachOf(packet));
}
