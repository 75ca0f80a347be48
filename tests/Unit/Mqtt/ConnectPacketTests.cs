using System.Text;
using LightMq.Mqtt;
using LightMq.Tests;
using Xunit;

namespace LightMq.Unit.Mqtt;

public sealed class ConnectPacketTests
{
    [Fact]
    public void Every_field_is_read()
    {
        var bytes = PacketText.Bytes(
            """10 ["MQTT" 04 ee 01 02 "client" "will/topic" 00 03 01 00 ff "user" 00 02 fe 00]""");
        Assert.True(FrameReader.TryRead(bytes, 1000, out var frame));
        var packet = ConnectPacket.Read(frame);
        Assert.True(packet.IsSupported);
        Assert.Equal(4, packet.ProtocolLevel);
        Assert.True(packet.CleanSession);
        Assert.Equal(0x0102, packet.KeepAliveSeconds);
        Assert.Equal("client", Encoding.UTF8.GetString(packet.ClientId));
        Assert.True(packet.HasWill);
        Assert.Equal("will/topic", Encoding.UTF8.GetString(packet.WillTopic));
        Assert.Equal([1, 0, 255], packet.WillPayload.ToArray());
        Assert.Equal(1, packet.WillQos);
        Assert.True(packet.WillRetain);
        Assert.True(packet.HasUserName && packet.HasPassword);
        Assert.Equal("user", Encoding.UTF8.GetString(packet.UserName));
        Assert.Equal([0xFE, 0], packet.Password.ToArray());
    }

    [Fact]
    public void What_is_not_sent_is_not_there()
    {
        var bytes = PacketText.Bytes("""10 ["MQTT" 04 00 00 00 ""]""");
        Assert.True(FrameReader.TryRead(bytes, 1000, out var frame));
        var packet = ConnectPacket.Read(frame);
        Assert.False(packet.CleanSession || packet.HasWill || packet.WillRetain || packet.HasUserName
            || packet.HasPassword);
        Assert.Equal(0, packet.KeepAliveSeconds + packet.WillQos + packet.ClientId.Length);
    }

    [Theory]
    [InlineData("""10 ["MQTT" 04 80 00 3c "a" ""]""")]
    [InlineData("""10 ["MQTT" 04 c0 00 3c "a" "" ""]""")]
    [InlineData("""10 ["MQTT" 04 04 ff ff "a" "w" ""]""")]
    [InlineData("""10 ["MQTT" 04 16 00 3c "a" "w" "xy"]""")]
    [InlineData("""10 ["MQTT" 04 02 00 3c "漢字"]""")]
    public void Well_formed_packets_are_taken(string packet) =>
        Assert.Null(AnyPacket.BreachOf(packet));

    [Theory]
    [InlineData("""10 ["MQTT" 03]""", 3)]
    [InlineData("""10 ["MQTT" 06 ff ff]""", 6)]
    [InlineData("""10 ["MQIsdp" 04 ff ff]""", 4)]
    [InlineData("""10 ["MQTT" 84 02 00 3c "a"]""", 0x84)]
    [InlineData("""10 ["MQTT" 00]""", 0)]
    public void Of_another_level_nothing_more_is_read(string text, int level)
    {
        Assert.True(FrameReader.TryRead(PacketText.Bytes(text), 1000, out var frame));
        var packet = ConnectPacket.Read(frame);
        Assert.False(packet.IsSupported);
        Assert.Equal(level, packet.ProtocolLevel);
    }

    [Theory]
    [InlineData("MQTT-3.1.2-1", """10 ["mqisdp" 03 02 00 3c "a"]""")]
    [InlineData("MQTT-3.1.2-1", """10 ["mqtt" 04 02 00 3c "a"]""")]
    [InlineData("MQTT-3.1.2-1", """10 ["MQTTX" 04 02 00 3c "a"]""")]
    [InlineData("MQTT-3.1.2-1", """10 ["" 04 02 00 3c "a"]""")]
    [InlineData("MQTT-3.1.2-1", """10 []""")]
    [InlineData("MQTT-3.1.2-1", """10 [00]""")]
    [InlineData("MQTT-3.1.2-1", """10 [ff ff 'MQTT' 04 02 00 3c "a"]""")]
    [InlineData("MQTT-3.1.2.2", """10 ["MQTT"]""")]
    [InlineData("MQTT-3.1.2.3", """10 ["MQTT" 04]""")]
    [InlineData("MQTT-3.1.2-3", """10 ["MQTT" 04 03 00 3c "a"]""")]
    [InlineData("MQTT-3.1.2-13", """10 ["MQTT" 04 0a 00 3c "a"]""")]
    [InlineData("MQTT-3.1.2-13", """10 ["MQTT" 04 12 00 3c "a"]""")]
    [InlineData("MQTT-3.1.2-14", """10 ["MQTT" 04 1e 00 3c "a" "w" "x"]""")]
    [InlineData("MQTT-3.1.2-15", """10 ["MQTT" 04 22 00 3c "a"]""")]
    [InlineData("MQTT-3.1.2-22", """10 ["MQTT" 04 42 00 3c "a" "secret"]""")]
    [InlineData("MQTT-3.1.2.10", """10 ["MQTT" 04 02 00]""")]
    [InlineData("MQTT-3.1.3-3", """10 ["MQTT" 04 02 00 3c]""")]
    [InlineData("MQTT-3.1.3-3", """10 ["MQTT" 04 02 00 3c 00 02 'a']""")]
    [InlineData("MQTT-1.5.3-1", """10 ["MQTT" 04 02 00 3c 00 01 ff]""")]
    [InlineData("MQTT-1.5.3-2", """10 ["MQTT" 04 02 00 3c 00 01 00]""")]
    [InlineData("MQTT-3.1.3-10", """10 ["MQTT" 04 06 00 3c "a"]""")]
    [InlineData("MQTT-4.7.3-1", """10 ["MQTT" 04 06 00 3c "a" "" "x"]""")]
    [InlineData("MQTT-4.7.1-1", """10 ["MQTT" 04 06 00 3c "a" "w/#" "x"]""")]
    [InlineData("MQTT-1.5.3-1", """10 ["MQTT" 04 06 00 3c "a" 00 03 ed a0 80 "x"]""")]
    [InlineData("MQTT-3.1.2-9", """10 ["MQTT" 04 06 00 3c "a" "w"]""")]
    [InlineData("MQTT-3.1.2-9", """10 ["MQTT" 04 16 00 3c "a" "w" 'xy']""")]
    [InlineData("MQTT-3.1.2-19", """10 ["MQTT" 04 82 00 3c "a"]""")]
    [InlineData("MQTT-1.5.3-1", """10 ["MQTT" 04 82 00 3c "a" 00 02 c3 28]""")]
    [InlineData("MQTT-3.1.2-21", """10 ["MQTT" 04 c2 00 3c "a" "u"]""")]
    [InlineData("MQTT-3.1.3-1", """10 ["MQTT" 04 02 00 3c "a" 00]""")]
    [InlineData("MQTT-3.1.3-1", """10 ["MQTT" 04 c2 00 3c "a" "u" "p" 00]""")]
    public void Each_breach_names_its_clause(string clause, string packet) =>
        Assert.Equal(clause, AnyPacket.BreachOf(packet));
}
