using LightMq.Mqtt;
using LightMq.Tests;
using Xunit;

namespace LightMq.Unit.Mqtt;

public sealed class FrameReaderTests
{
    [Theory]
    [InlineData(0x00)]
    [InlineData(0x0F)]
    [InlineData(0xF0)]
    [InlineData(0xFF)]
    public void Reserved_types_are_refused_at_the_first_byte(byte header) =>
        Assert.Equal("MQTT-2.2.1", AnyPacket.BreachOf([header]));

    [Fact]
    public void Flags_other_than_the_reserved_ones_are_refused_at_the_first_byte()
    {
        for (var type = PacketType.Connect; type <= PacketType.Disconnect; type++)
        {
            if (type == PacketType.Publish) continue;
            var right = type is PacketType.PubRel or PacketType.Subscribe or PacketType.Unsubscribe ? 2 : 0;
            for (var flags = 0; flags < 16; flags++)
            {
                byte[] header = [(byte)((int)type << 4 | flags)];
                if (flags == right) Assert.False(FrameReader.TryRead(header, 100, out _));
                else Assert.Equal(FlagsClause(type), AnyPacket.BreachOf(header));
            }
        }
    }

    private static string FlagsClause(PacketType type) => type switch
    {
        PacketType.PubRel => "MQTT-3.6.1-1",
        PacketType.Subscribe => "MQTT-3.8.1-1",
        PacketType.Unsubscribe => "MQTT-3.10.1-1",
        PacketType.Disconnect => "MQTT-3.14.1-1",
        _ => "MQTT-2.2.2-2",
    };

    [Theory]
    [InlineData("30 7f", 127)]
    [InlineData("30 80 01", 128)]
    [InlineData("30 ff 7f", 16_383)]
    [InlineData("30 80 80 01", 16_384)]
    [InlineData("30 ff ff 7f", 2_097_151)]
    [InlineData("30 80 80 80 01", 2_097_152)]
    [InlineData("30 81 00", 1)]
    [InlineData("20 02", 2)]
    public void Remaining_length_takes_one_to_four_bytes(string start, int remaining)
    {
        var bytes = PacketText.Bytes(start);
        var whole = new byte[bytes.Length + remaining + 1];
        bytes.CopyTo(whole, 0);
        Assert.True(FrameReader.TryRead(whole, whole.Length, out var frame));
        Assert.Equal(remaining, frame.Body.Length);
        Assert.Equal(whole.Length - 1, frame.Length);
        Assert.True(frame.Body.Overlaps(whole.AsSpan(bytes.Length), out var offset) && offset == 0);
        Assert.False(FrameReader.TryRead(whole.AsSpan(0, whole.Length - 2), whole.Length, out _));
    }

    [Theory]
    [InlineData("30 80 80 80 80")]
    [InlineData("30 ff ff ff ff 01")]
    [InlineData("10 80 80 80 80 01")]
    public void Remaining_length_of_five_bytes_is_refused(string bytes) =>
        Assert.Equal("MQTT-2.2.3", AnyPacket.BreachOf(bytes));

    [Theory]
    [InlineData(0x30)]
    [InlineData(0x10)]
    public void Oversize_is_refused_as_soon_as_the_length_is_known(byte header)
    {
        Assert.Equal("LMQ-MSG-1", Breach([header, 99], 100));
        Assert.Null(Breach([header, 98], 100));
        Assert.Equal("LMQ-MSG-1", Breach([header, 0xFE, 0x07], 1024));
        Assert.Null(Breach([header, 0xFD, 0x07], 1024));
        Assert.Equal("LMQ-MSG-1", Breach([header, 0xFF, 0xFF, 0xFF, 0x7F], 131_072));
        Assert.Null(Breach([header, 0xFF, 0xFF, 0xFF], 131_072));

        static string? Breach(ReadOnlySpan<byte> bytes, int packetBytesMax)
        {
            try
            {
                Assert.False(FrameReader.TryRead(bytes, packetBytesMax, out _));
                return null;
            }
            catch (ProtocolError error)
            {
                return error.Clause;
            }
        }
    }

    [Theory]
    [InlineData("c0 01")]
    [InlineData("d0 01 00")]
    [InlineData("e0 80 01")]
    public void Packets_without_content_are_refused_with_content(string bytes) =>
        Assert.Equal("MQTT-3.12", AnyPacket.BreachOf(bytes));

    [Theory]
    [InlineData("c0 00", PacketType.PingReq)]
    [InlineData("d0 00", PacketType.PingResp)]
    [InlineData("e0 00", PacketType.Disconnect)]
    [InlineData("c0 80 00", PacketType.PingReq)]
    public void Packets_without_content_are_read(string text, PacketType type)
    {
        var bytes = PacketText.Bytes(text);
        Assert.True(FrameReader.TryRead(bytes, 100, out var frame));
        Assert.Equal(type, frame.Type);
        Assert.Equal(bytes.Length, frame.Length);
        Assert.True(frame.Body.IsEmpty);
    }

    [Fact]
    public void Nothing_is_no_packet() => Assert.False(FrameReader.TryRead([], 100, out _));
}
