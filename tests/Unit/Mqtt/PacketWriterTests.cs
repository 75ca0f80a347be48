using LightMq.Mqtt;
using LightMq.Tests;
using Xunit;

namespace LightMq.Unit.Mqtt;

public sealed class PacketWriterTests
{
    private readonly byte[] _to = new byte[300_000];

    private void Wrote(string expected, int length) =>
        Assert.Equal(PacketText.Hex(PacketText.Bytes(expected)), PacketText.Hex(_to.AsSpan(0, length)));

    [Theory]
    [InlineData(false, ConnectCode.Accepted, "20 02 00 00")]
    [InlineData(true, ConnectCode.Accepted, "20 02 01 00")]
    [InlineData(true, ConnectCode.NotAuthorized, "20 02 00 05")]
    public void Connack(bool sessionPresent, ConnectCode code, string expected) =>
        Wrote(expected, PacketWriter.ConnAck(_to, sessionPresent, code));

    [Theory]
    [InlineData(PacketType.PubAck, "40 02 01 02")]
    [InlineData(PacketType.PubRec, "50 02 01 02")]
    [InlineData(PacketType.PubRel, "62 02 01 02")]
    [InlineData(PacketType.PubComp, "70 02 01 02")]
    [InlineData(PacketType.UnsubAck, "b0 02 01 02")]
    public void Acknowledgements(PacketType type, string expected) =>
        Wrote(expected, PacketWriter.Ack(_to, type, 0x0102));

    [Fact]
    public void Suback()
    {
        Wrote("90 [00 07 00 01 02 80]", PacketWriter.SubAck(_to, 7, [0, 1, 2, 0x80]));
        Wrote("90 [00 07 01*200]", PacketWriter.SubAck(_to, 7, PacketText.Bytes("01*200")));
    }

    [Fact]
    public void Packets_without_content()
    {
        Wrote("d0 00", PacketWriter.PingResp(_to));
        Wrote("c0 00", PacketWriter.PingReq(_to));
        Wrote("e0 00", PacketWriter.Disconnect(_to));
    }

    [Fact]
    public void Subscribe_and_unsubscribe()
    {
        Wrote("""82 [00 01 "a/#" 02]""", PacketWriter.Subscribe(_to, 1, "a/#"u8, 2));
        Wrote("""a2 [01 00 "a/#"]""", PacketWriter.Unsubscribe(_to, 256, "a/#"u8));
    }

    [Fact]
    public void Publish()
    {
        Wrote("""30 ["t" 'hi']""", PacketWriter.Publish(_to, "t"u8, "hi"u8, 0, false, false, 9));
        Wrote("""33 ["t" 00 09 'hi']""", PacketWriter.Publish(_to, "t"u8, "hi"u8, 1, false, true, 9));
        Wrote("""3c ["t" ff fe]""", PacketWriter.Publish(_to, "t"u8, [], 2, true, false, 0xFFFE));
    }

    [Theory]
    [InlineData(124, 127 + 2)]
    [InlineData(125, 128 + 3)]
    [InlineData(16_380, 16_383 + 3)]
    [InlineData(16_381, 16_384 + 4)]
    [InlineData(2_097_148, 2_097_151 + 4)]
    [InlineData(2_097_149, 2_097_152 + 5)]
    [InlineData(268_435_452, 268_435_455 + 5)]
    public void Publish_size_counts_the_fixed_header(int payloadBytes, int expected)
    {
        Assert.Equal(expected, PacketWriter.PublishSize(1, payloadBytes, 0));
        if (payloadBytes >= _to.Length) return;
        var written = PacketWriter.Publish(_to, "t"u8, new byte[payloadBytes], 0, false, false, 0);
        Assert.Equal(expected, written);
        Assert.True(FrameReader.TryRead(_to, _to.Length, out var frame));
        Assert.Equal(expected, frame.Length);
    }

    [Theory]
    [InlineData(1, 268_435_453, 0)]
    [InlineData(1, 268_435_451, 1)]
    [InlineData(65_536, 0, 0)]
    [InlineData(1, int.MaxValue, 2)]
    public void Publish_beyond_the_standard_is_the_callers_error(int topicBytes, int payloadBytes, int qos) =>
        Assert.Throws<ArgumentOutOfRangeException>(
            () => PacketWriter.PublishSize(topicBytes, payloadBytes, qos));

    [Fact]
    public void Connect()
    {
        Wrote("""10 ["MQTT" 04 02 00 3c "a"]""", PacketWriter.Connect(
            _to, new ConnectFields { ClientId = "a"u8, CleanSession = true, KeepAliveSeconds = 60 }));
        Wrote("""10 ["MQTT" 04 80 00 00 "" ""]""", PacketWriter.Connect(
            _to, new ConnectFields { UserName = default }));
        var everything = new ConnectFields
        {
            ClientId = "client"u8,
            KeepAliveSeconds = 0xFFFF,
            UserName = "user"u8,
            Password = "\u0001"u8,
            WillTopic = "will"u8,
            WillPayload = "gone"u8,
            WillQos = 2,
            WillRetain = true,
        };
        Wrote("""10 ["MQTT" 04 f4 ff ff "client" "will" "gone" "user" 00 01 01]""",
            PacketWriter.Connect(_to, everything));
    }

    [Fact]
    public void Strings_longer_than_two_bytes_can_say_are_the_callers_error() =>
        Assert.Throws<ArgumentOutOfRangeException>(
            () => PacketWriter.Subscribe(_to, 1, new byte[65_536], 0));
}
