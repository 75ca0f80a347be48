using LightMq.Mqtt;
using LightMq.Tests;
using Xunit;

namespace LightMq.Unit.Mqtt;

public sealed class AckPacketTests
{
    [Theory]
    [InlineData("40")]
    [InlineData("50")]
    [InlineData("62")]
    [InlineData("70")]
    [InlineData("b0")]
    public void An_acknowledgement_is_a_packet_id_and_nothing_else(string header)
    {
        Assert.True(FrameReader.TryRead(PacketText.Bytes(header + " [01 02]"), 100, out var frame));
        Assert.Equal(0x0102, AckPacket.Read(frame));
        Assert.Equal("MQTT-2.3.1-1", AnyPacket.BreachOf(header + " [00 00]"));
        Assert.Equal("MQTT-3.4.1", AnyPacket.BreachOf(header + " []"));
        Assert.Equal("MQTT-3.4.1", AnyPacket.BreachOf(header + " [01]"));
        Assert.Equal("MQTT-3.4.1", AnyPacket.BreachOf(header + " [01 02 00]"));
    }

    [Theory]
    [InlineData("20 [00 00]", false, ConnectCode.Accepted)]
    [InlineData("20 [01 00]", true, ConnectCode.Accepted)]
    [InlineData("20 [00 05]", false, ConnectCode.NotAuthorized)]
    public void Connack_is_read(string text, bool sessionPresent, ConnectCode code)
    {
        Assert.True(FrameReader.TryRead(PacketText.Bytes(text), 100, out var frame));
        var packet = ConnAckPacket.Read(frame);
        Assert.Equal(sessionPresent, packet.SessionPresent);
        Assert.Equal(code, packet.Code);
    }

    [Fact]
    public void Suback_is_read()
    {
        Assert.True(FrameReader.TryRead(PacketText.Bytes("90 [00 09 00 01 02 80]"), 100, out var frame));
        var packet = SubAckPacket.Read(frame);
        Assert.Equal(9, packet.PacketId);
        Assert.Equal([0, 1, 2, SubAckPacket.Failure], packet.Codes.ToArray());
    }

    [Theory]
    [InlineData("MQTT-3.2.2.1", "20 []")]
    [InlineData("MQTT-3.2.2.1", "20 [02 00]")]
    [InlineData("MQTT-3.2.2.3", "20 [00]")]
    [InlineData("MQTT-3.2.2.3", "20 [00 06]")]
    [InlineData("MQTT-3.2.2-4", "20 [01 05]")]
    [InlineData("MQTT-3.2.1", "20 [00 00 00]")]
    [InlineData("MQTT-3.9.2", "90 [00]")]
    [InlineData("MQTT-2.3.1-1", "90 [00 00 00]")]
    [InlineData("MQTT-3.8.4-5", "90 [00 01]")]
    [InlineData("MQTT-3.9.3-2", "90 [00 01 03]")]
    [InlineData("MQTT-3.9.3-2", "90 [00 01 00 7f]")]
    [InlineData("MQTT-3.9.3-2", "90 [00 01 81]")]
    public void Each_breach_names_its_clause(string clause, string packet) =>
        Assert.Equal(clause, AnyPacket.BreachOf(packet));
}
