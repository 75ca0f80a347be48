using System.Text;
using LightMq.Mqtt;
using LightMq.Tests;
using Xunit;

namespace LightMq.Unit.Mqtt;

public sealed class PublishPacketTests
{
    [Theory]
    [InlineData("""30 ["t" 'hi']""", false, 0, false, 0, "t", "hi")]
    [InlineData("""31 ["t/u"]""", false, 0, true, 0, "t/u", "")]
    [InlineData("""32 ["t" 01 02 'hi']""", false, 1, false, 0x0102, "t", "hi")]
    [InlineData("""3a ["t" 00 01]""", true, 1, false, 1, "t", "")]
    [InlineData("""3d ["t" ff ff 'x']""", true, 2, true, 0xFFFF, "t", "x")]
    [InlineData("""34 ["/" 00 0a '+#']""", false, 2, false, 10, "/", "+#")]
    [InlineData("""30 ["$SYS/漢" 'x']""", false, 0, false, 0, "$SYS/漢", "x")]
    public void Every_field_is_read(
        string text, bool dup, int qos, bool retain, int id, string topic, string payload)
    {
        Assert.True(FrameReader.TryRead(PacketText.Bytes(text), 1000, out var frame));
        var packet = PublishPacket.Read(frame);
        Assert.Equal(dup, packet.Dup);
        Assert.Equal(qos, packet.Qos);
        Assert.Equal(retain, packet.Retain);
        Assert.Equal(id, packet.PacketId);
        Assert.Equal(topic, Encoding.UTF8.GetString(packet.Topic));
        Assert.Equal(payload, Encoding.UTF8.GetString(packet.Payload));
    }

    [Theory]
    [InlineData("MQTT-3.3.1-4", """36 ["t" 00 01]""")]
    [InlineData("MQTT-3.3.1-4", """3e ["t" 00 01]""")]
    [InlineData("MQTT-3.3.1-2", """38 ["t"]""")]
    [InlineData("MQTT-3.3.1-2", """39 ["t"]""")]
    [InlineData("MQTT-3.3.2-1", """30 []""")]
    [InlineData("MQTT-3.3.2-1", """30 [00]""")]
    [InlineData("MQTT-3.3.2-1", """30 [00 02 't']""")]
    [InlineData("MQTT-3.3.2-1", """30 [ff ff 't']""")]
    [InlineData("MQTT-3.3.2-1", """32 ["t"]""")]
    [InlineData("MQTT-3.3.2-1", """32 ["t" 00]""")]
    [InlineData("MQTT-2.3.1-1", """32 ["t" 00 00]""")]
    [InlineData("MQTT-2.3.1-1", """34 ["t" 00 00 'x']""")]
    [InlineData("MQTT-4.7.3-1", """30 ["" 'x']""")]
    [InlineData("MQTT-3.3.2-2", """30 ["a/+" 'x']""")]
    [InlineData("MQTT-3.3.2-2", """30 ["#" 'x']""")]
    [InlineData("MQTT-3.3.2-2", """30 ["sport+" 'x']""")]
    [InlineData("MQTT-1.5.3-2", """30 [00 03 'a' 00 'b' 'x']""")]
    [InlineData("MQTT-1.5.3-1", """30 [00 01 80 'x']""")]
    [InlineData("MQTT-1.5.3-1", """30 [00 02 c0 80 'x']""")]
    [InlineData("MQTT-1.5.3-1", """30 [00 03 ed a0 80 'x']""")]
    [InlineData("MQTT-1.5.3-1", """30 [00 04 f4 90 80 80 'x']""")]
    [InlineData("MQTT-1.5.3-1", """30 [00 02 'a' e6 bc a2]""")]
    public void Each_breach_names_its_clause(string clause, string packet) =>
        Assert.Equal(clause, AnyPacket.BreachOf(packet));

    [Fact]
    public void The_longest_topic_is_taken()
    {
        var bytes = new byte[PacketWriter.PublishSize(65_535, 3, 1)];
        var topic = Enumerable.Repeat((byte)'t', 65_535).ToArray();
        Assert.Equal(bytes.Length, PacketWriter.Publish(bytes, topic, "end"u8, 1, false, false, 7));
        Assert.True(FrameReader.TryRead(bytes, bytes.Length, out var frame));
        var packet = PublishPacket.Read(frame);
        Assert.True(packet.Topic.SequenceEqual(topic));
        Assert.True(packet.Payload.SequenceEqual("end"u8));
    }

    [Fact]
    public void Reading_allocates_nothing()
    {
        var bytes = PacketText.Bytes("""32 ["plant/line/7/temperature" 00 01 'x']""");
        for (var warm = 0; warm < 2; warm++) Read(bytes);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var at = 0; at < 1000; at++) Read(bytes);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        static int Read(ReadOnlySpan<byte> bytes)
        {
            FrameReader.TryRead(bytes, 1000, out var frame);
            return PublishPacket.Read(frame).Payload.Length;
        }
    }
}
