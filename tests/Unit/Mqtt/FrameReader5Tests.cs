using LightMq.Mqtt;
using LightMq.Tests;
using Xunit;

namespace LightMq.Unit.Mqtt;

/// <summary>What framing differs in by version.</summary>
public sealed class FrameReader5Tests
{
    [Fact]
    public void Auth_is_a_packet_of_5_alone()
    {
        Assert.Null(AnyPacket.BreachOf("""f0 [18 [15 "m"]]""", ProtocolVersion.V500));
        Assert.Equal("MQTT-2.2.1", AnyPacket.BreachOf([0xF0], ProtocolVersion.V311));
        Assert.Equal("MQTT-2.2.1", AnyPacket.BreachOf([0xF0], ProtocolVersion.V310));
        Assert.Equal("MQTT-2.2.1", AnyPacket.BreachOf([0x00], ProtocolVersion.V500));
        for (byte flags = 1; flags < 16; flags++)
            Assert.Equal("MQTT5-3.15.1-1", AnyPacket.BreachOf([(byte)(0xF0 | flags)], ProtocolVersion.V500));
    }

    [Fact]
    public void In_5_disconnect_has_content_and_pings_have_none()
    {
        Assert.Null(AnyPacket.BreachOf("e0 [00]", ProtocolVersion.V500));
        Assert.Equal("MQTT-3.12", AnyPacket.BreachOf("c0 [00]", ProtocolVersion.V500));
        Assert.Equal("MQTT-3.12", AnyPacket.BreachOf("d0 [00]", ProtocolVersion.V500));
        Assert.Equal("MQTT-3.12", AnyPacket.BreachOf("e0 [00]", ProtocolVersion.V310));
    }

    [Fact]
    public void In_5_flags_are_as_before()
    {
        for (var header = 0x10; header < 0xF0; header++)
            Assert.Equal(BreachOf(header, ProtocolVersion.V311), BreachOf(header, ProtocolVersion.V500));

        static string? BreachOf(int header, ProtocolVersion version)
        {
            try
            {
                FrameReader.TryRead([(byte)header], 100, version, out _);
                return null;
            }
            catch (ProtocolError error)
            {
                return error.Clause;
            }
        }
    }

    [Fact]
    public void In_31_flags_without_meaning_are_passed_over()
    {
        for (var header = 0x10; header < 0xF0; header++)
        {
            var type = (PacketType)(header >> 4);
            var needsQos1 = type is PacketType.PubRel or PacketType.Subscribe or PacketType.Unsubscribe;
            byte[] bytes = [(byte)header];
            if (!needsQos1 || (header & 6) == 2)
                Assert.False(FrameReader.TryRead(bytes, 100, ProtocolVersion.V310, out _));
            else Assert.NotNull(AnyPacket.BreachOf(bytes, ProtocolVersion.V310));
        }
        Assert.Null(AnyPacket.BreachOf("""8a [00 01 "a" 00]""", ProtocolVersion.V310));
        Assert.Null(AnyPacket.BreachOf("""aa [00 01 "a"]""", ProtocolVersion.V310));
        Assert.Null(AnyPacket.BreachOf("6a [00 01]", ProtocolVersion.V310));
    }

    [Theory]
    [InlineData("c0 80 00")]
    [InlineData("30 81 00")]
    [InlineData("30 ff 80 00")]
    [InlineData("30 ff ff 80 00")]
    [InlineData("e0 81 80 80 00")]
    public void In_5_the_remaining_length_takes_as_few_bytes_as_it_needs(string text)
    {
        Assert.Equal("MQTT5-1.5.5-1", AnyPacket.BreachOf(text, ProtocolVersion.V500));
        Assert.NotEqual("MQTT5-1.5.5-1", AnyPacket.BreachOf(text + " 00*17000", ProtocolVersion.V311));
    }

    [Theory]
    [InlineData("30 80 01", 128)]
    [InlineData("30 80 80 01", 16_384)]
    [InlineData("30 80 80 80 01", 2_097_152)]
    public void The_least_of_each_length_is_read(string start, int remaining)
    {
        byte[] bytes = [.. PacketText.Bytes(start), .. new byte[remaining]];
        Assert.True(FrameReader.TryRead(bytes, bytes.Length, ProtocolVersion.V500, out var frame));
        Assert.Equal(remaining, frame.Body.Length);
        Assert.False(FrameReader.TryRead(bytes.AsSpan(..^1), bytes.Length, ProtocolVersion.V500, out _));
    }

    [Theory]
    [InlineData("30 62")]
    [InlineData("30 ff ff ff 7f")]
    public void Oversize_names_its_reason(string text)
    {
        var error = Assert.Throws<ProtocolError>(
            () => FrameReader.TryRead(PacketText.Bytes(text), 99, ProtocolVersion.V500, out _));
        Assert.Equal(("LMQ-MSG-1", ReasonCode.PacketTooLarge), (error.Clause, error.Reason));
    }
}
