using LightMq.Mqtt;
using LightMq.Tests;
using Xunit;

namespace LightMq.Unit.Mqtt;

public sealed class PacketWriter5Tests
{
    private readonly byte[] _to = new byte[300_000];

    private void Wrote(string expected, int length) =>
        Assert.Equal(PacketText.Hex(PacketText.Bytes(expected)), PacketText.Hex(_to.AsSpan(0, length)));

    [Fact]
    public void Connack()
    {
        Wrote("20 [00 00 []]", PacketWriter.ConnAck5(_to, false, default));
        Wrote("20 [01 00 []]", PacketWriter.ConnAck5(_to, true, new() { ReceiveMaximum = ushort.MaxValue }));
        Wrote("20 [00 86 []]",
            PacketWriter.ConnAck5(_to, true, new() { Reason = ReasonCode.BadUserNameOrPassword }));
        Wrote("""20 [01 00 [11 00 00 00 00 21 00 14 27 00 02 00 00 22 00 0a 13 00 00 12 "auto" 1f "why"]]""",
            PacketWriter.ConnAck5(_to, true, new()
            {
                ReceiveMaximum = 20,
                MaximumPacketSize = 131_072,
                TopicAliasMaximum = 10,
                ServerKeepAliveSeconds = 0,
                AssignedClientId = "auto"u8,
                SessionExpirySeconds = 0,
                ReasonString = "why"u8,
            }));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(118)]
    [InlineData(119)]
    [InlineData(120)]
    [InlineData(121)]
    [InlineData(122)]
    [InlineData(123)]
    [InlineData(124)]
    [InlineData(125)]
    [InlineData(126)]
    [InlineData(16_378)]
    [InlineData(16_379)]
    [InlineData(16_380)]
    [InlineData(16_381)]
    [InlineData(65_535)]
    public void Sizes_are_those_written(int length)
    {
        var text = new byte[length];
        Array.Fill(text, (byte)'a');
        var fields = new ConnAckFields { ReasonString = text };
        Assert.Equal(PacketWriter.ConnAck5Size(fields), PacketWriter.ConnAck5(_to, false, fields));
        if (length > 0) Assert.Null(AnyPacket.ErrorOf(_to, ProtocolVersion.V500));
        Array.Fill(text, (byte)0);
        Assert.Equal(PacketWriter.SubAck5Size(length), PacketWriter.SubAck5(_to, 1, text));
        Assert.Equal(PacketWriter.UnsubAck5Size(length), PacketWriter.UnsubAck5(_to, 1, text));
        Span<byte> properties = new byte[length + 5];
        properties = properties[..PropertyWriter.CorrelationData(properties, text)];
        foreach (var qos in new[] { 0, 1, 2 })
        {
            Assert.Equal(PacketWriter.Publish5Size(1, properties.Length, length, qos),
                PacketWriter.Publish5(_to, "t"u8, text, qos, false, false, 1, properties));
            Assert.True(FrameReader.TryRead(_to, _to.Length, ProtocolVersion.V500, out var frame));
            var packet = PublishPacket.Read5(frame);
            Assert.True(packet.Payload.SequenceEqual(text));
            Assert.True(packet.Properties.Raw.SequenceEqual(properties));
        }
    }

    [Theory]
    [InlineData(PacketType.PubAck, ReasonCode.Success, "40 [01 02]")]
    [InlineData(PacketType.PubAck, ReasonCode.NoMatchingSubscribers, "40 [01 02 10]")]
    [InlineData(PacketType.PubRec, ReasonCode.QuotaExceeded, "50 [01 02 97]")]
    [InlineData(PacketType.PubRel, ReasonCode.Success, "62 [01 02]")]
    [InlineData(PacketType.PubRel, ReasonCode.PacketIdentifierNotFound, "62 [01 02 92]")]
    [InlineData(PacketType.PubComp, ReasonCode.PacketIdentifierNotFound, "70 [01 02 92]")]
    public void Acknowledgements(PacketType type, ReasonCode reason, string expected)
    {
        var to = new byte[PacketWriter.Ack5SizeMax];
        var length = PacketWriter.Ack5(to, type, 0x0102, reason);
        Assert.Equal(PacketText.Bytes(expected), to[..length]);
    }

    [Fact]
    public void Codes()
    {
        Wrote("90 [00 07 [] 00 01 8f]", PacketWriter.SubAck5(_to, 7, [0, 1, 0x8F]));
        Wrote("b0 [00 07 [] 00 11]", PacketWriter.UnsubAck5(_to, 7, [0, 0x11]));
    }

    [Fact]
    public void Disconnect()
    {
        Wrote("e0 []", PacketWriter.Disconnect5(_to, ReasonCode.Success));
        Wrote("e0 [8e]", PacketWriter.Disconnect5(_to, ReasonCode.SessionTakenOver));
        Wrote("e0 [04 [11 00 00 00 05]]",
            PacketWriter.Disconnect5(_to, ReasonCode.DisconnectWithWill, sessionExpirySeconds: 5));
    }

    [Fact]
    public void Publish()
    {
        Wrote("""30 ["t" [] 'hi']""", PacketWriter.Publish5(_to, "t"u8, "hi"u8, 0, false, false, 9, []));
        Wrote("""3b ["" 00 09 [23 00 01]]""",
            PacketWriter.Publish5(_to, [], [], 1, true, true, 9, PacketText.Bytes("23 00 01")));
    }

    [Fact]
    public void What_a_publish_cannot_carry_is_refused()
    {
        var max = PacketWriter.RemainingLengthMax;
        Assert.Equal(5 + max, PacketWriter.Publish5Size(1, 0, max - 4, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => PacketWriter.Publish5Size(1, 0, max - 3, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => PacketWriter.Publish5Size(1, 1, max - 4, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => PacketWriter.Publish5Size(1, -1, 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => PacketWriter.Publish5Size(1, int.MaxValue, 0, 0));
    }

    [Fact]
    public void Properties()
    {
        Wrote("02 00 00 01 00", PropertyWriter.MessageExpiry(_to, 256));
        Assert.Equal(PropertyWriter.MessageExpirySize, PropertyWriter.MessageExpiry(_to, uint.MaxValue));
        Wrote("23 01 02", PropertyWriter.TopicAlias(_to, 0x0102));
        Assert.Equal(PropertyWriter.TopicAliasSize, PropertyWriter.TopicAlias(_to, 1));
        Wrote("01 01", PropertyWriter.PayloadFormat(_to, isText: true));
        Wrote("01 00", PropertyWriter.PayloadFormat(_to, isText: false));
        Wrote("03 \"json\"", PropertyWriter.ContentType(_to, "json"u8));
        Wrote("08 \"r/t\"", PropertyWriter.ResponseTopic(_to, "r/t"u8));
        Wrote("09 00 02 00 ff", PropertyWriter.CorrelationData(_to, [0, 255]));
        Wrote("26 \"k\" \"\"", PropertyWriter.UserProperty(_to, "k"u8, []));
    }

    [Theory]
    [InlineData(1u, "0b 01")]
    [InlineData(127u, "0b 7f")]
    [InlineData(128u, "0b 80 01")]
    [InlineData(16_383u, "0b ff 7f")]
    [InlineData(16_384u, "0b 80 80 01")]
    [InlineData(2_097_151u, "0b ff ff 7f")]
    [InlineData(2_097_152u, "0b 80 80 80 01")]
    [InlineData(PropertyWriter.SubscriptionIdentifierMax, "0b ff ff ff 7f")]
    public void Subscription_identifiers(uint id, string expected)
    {
        Wrote(expected, PropertyWriter.SubscriptionIdentifier(_to, id));
        Assert.Equal(PacketText.Bytes(expected).Length, PropertyWriter.SubscriptionIdentifierSize(id));
    }

    [Fact]
    public void Subscription_identifiers_end_where_four_bytes_do()
    {
        Assert.Throws<ArgumentOutOfRangeException>(
            () => PropertyWriter.SubscriptionIdentifier(_to, PropertyWriter.SubscriptionIdentifierMax + 1));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => PropertyWriter.SubscriptionIdentifier(_to, uint.MaxValue));
    }

    [Fact]
    public void Connect()
    {
        Wrote("""10 ["MQTT" 05 02 00 3c [] "a"]""", PacketWriter.Connect(_to, new()
        {
            Version = ProtocolVersion.V500, CleanSession = true, KeepAliveSeconds = 60, ClientId = "a"u8,
        }));
        Wrote("""10 ["MQIsdp" 03 02 00 3c "a"]""", PacketWriter.Connect(_to, new()
        {
            Version = ProtocolVersion.V310, CleanSession = true, KeepAliveSeconds = 60, ClientId = "a"u8,
        }));
        Wrote("""
            10 ["MQTT" 05 cc 00 00 [11 00 00 00 01 21 00 02 27 00 00 00 03 22 00 04 17 00] "a" [18 00 00 00 05
            02 00 00 00 06 01 01] "w" "x" "u" "p"]
            """.ReplaceLineEndings(" "), PacketWriter.Connect(_to, new()
        {
            Version = ProtocolVersion.V500,
            ClientId = "a"u8,
            SessionExpirySeconds = 1,
            ReceiveMaximum = 2,
            MaximumPacketSize = 3,
            TopicAliasMaximum = 4,
            Properties = [0x17, 0],
            WillTopic = "w"u8,
            WillPayload = "x"u8,
            WillQos = 1,
            WillDelaySeconds = 5,
            WillExpirySeconds = 6,
            WillProperties = [1, 1],
            UserName = "u"u8,
            Password = "p"u8,
        }));
    }

    [Fact]
    public void Subscribe_and_unsubscribe()
    {
        var options = new SubscriptionOptions(2, noLocal: true);
        Wrote("""82 [00 01 [] "a/#" 06]""",
            PacketWriter.Subscribe(_to, 1, "a/#"u8, options, 0, ProtocolVersion.V500));
        Wrote("""82 [00 01 [0b 80 01] "a/#" 06]""",
            PacketWriter.Subscribe(_to, 1, "a/#"u8, options, 128, ProtocolVersion.V500));
        Wrote("""82 [00 01 "a/#" 02]""",
            PacketWriter.Subscribe(_to, 1, "a/#"u8, options, 128, ProtocolVersion.V311));
        Wrote("""a2 [01 00 [] "a/#"]""", PacketWriter.Unsubscribe(_to, 256, "a/#"u8, ProtocolVersion.V500));
        Wrote("""a2 [01 00 "a/#"]""", PacketWriter.Unsubscribe(_to, 256, "a/#"u8, ProtocolVersion.V310));
    }
}
