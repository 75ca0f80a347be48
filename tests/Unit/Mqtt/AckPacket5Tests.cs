using LightMq.Mqtt;
using Xunit;

namespace LightMq.Unit.Mqtt;

/// <summary>Acknowledgements, CONNACK, DISCONNECT and AUTH of 5.0: which reason stands in which.</summary>
public sealed class AckPacket5Tests
{
    private static readonly byte[] PubAckReasons = [0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99];

    // Tables 3-1, 3-4 to 3-10 of the standard; what a server sends in capitals.
    private static readonly (string Packet, bool IsFromServer, string Clause, byte[] Reasons)[] Table =
    [
        ("20 [00 _ []]", true, "MQTT5-3.2.2-8",
            [0x00, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x8C, 0x90, 0x95, 0x97,
                0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9F]),
        ("40 [00 01 _]", false, "MQTT5-3.4.2-1", PubAckReasons),
        ("50 [00 01 _]", false, "MQTT5-3.5.2-1", PubAckReasons),
        ("62 [00 01 _]", false, "MQTT5-3.6.2-1", [0x00, 0x92]),
        ("70 [00 01 _]", false, "MQTT5-3.7.2-1", [0x00, 0x92]),
        ("90 [00 01 [] 00 _]", true, "MQTT5-3.9.3-2",
            [0, 1, 2, 0x80, 0x83, 0x87, 0x8F, 0x91, 0x97, 0x9E, 0xA1, 0xA2]),
        ("b0 [00 01 [] 00 _]", true, "MQTT5-3.11.3-2", [0x00, 0x11, 0x80, 0x83, 0x87, 0x8F, 0x91]),
        ("e0 [_]", false, "MQTT5-3.14.2-1",
            [0x00, 0x04, 0x80, 0x81, 0x82, 0x83, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99]),
        ("e0 [_]", true, "MQTT5-3.14.2-1",
            [0x00, 0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8B, 0x8D, 0x8E, 0x8F, 0x90, 0x93, 0x94, 0x95, 0x96,
                0x97, 0x98, 0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9E, 0x9F, 0xA0, 0xA1, 0xA2]),
        ("""f0 [_ [15 "m"]]""", false, "MQTT5-3.15.2-1", [0x18, 0x19]),
    ];

    [Fact]
    public void Each_reason_stands_in_its_packets_and_in_no_other()
    {
        foreach (var (packet, isFromServer, clause, reasons) in Table)
            for (var reason = 0; reason < 256; reason++)
            {
                var error = AnyPacket.ErrorOf5(packet.Replace("_", $"{reason:x2}"), isFromServer);
                (string, ReasonCode)? expected =
                    reasons.Contains((byte)reason) ? null : (clause, ReasonCode.ProtocolError);
                Assert.Equal((packet, reason, expected), (packet, reason, error));
            }
    }

    [Theory]
    [InlineData("40 [01 02]", ReasonCode.Success)]
    [InlineData("40 [01 02 10]", ReasonCode.NoMatchingSubscribers)]
    [InlineData("50 [01 02 97 []]", ReasonCode.QuotaExceeded)]
    [InlineData("""62 [01 02 92 [1f "why" 26 "k" "v"]]""", ReasonCode.PacketIdentifierNotFound)]
    [InlineData("70 [01 02 00]", ReasonCode.Success)]
    public void An_acknowledgement_says_of_what_and_why(string text, ReasonCode reason) =>
        Assert.Equal(new Ack(0x0102, reason), AckPacket.Read(AnyPacket.FrameOf(text), ProtocolVersion.V500));

    [Theory]
    [InlineData(ProtocolVersion.V310)]
    [InlineData(ProtocolVersion.V311)]
    public void Before_5_it_is_a_packet_id_and_nothing_else(ProtocolVersion version)
    {
        Assert.Equal(new Ack(0x0102, ReasonCode.Success),
            AckPacket.Read(AnyPacket.FrameOf("40 [01 02]", version), version));
        Assert.Equal("MQTT-3.4.1", AnyPacket.BreachOf("40 [01 02 00]", version));
        Assert.Equal("MQTT-3.4.1", AnyPacket.BreachOf("40 [01]", version));
        Assert.Equal("MQTT-2.3.1-1", AnyPacket.BreachOf("40 [00 00]", version));
    }

    [Theory]
    [InlineData("MQTT-3.4.1", 0x81, "40 []")]
    [InlineData("MQTT-3.4.1", 0x81, "40 [01]")]
    [InlineData("MQTT-2.3.1-1", 0x82, "40 [00 00]")]
    [InlineData("MQTT-2.3.1-1", 0x82, "40 [00 00 00]")]
    [InlineData("MQTT5-3.4.2.2.1", 0x81, "40 [00 01 00 01]")]
    [InlineData("MQTT-3.4.1", 0x81, "40 [00 01 00 [] 00]")]
    [InlineData("MQTT-3.2.2.1", 0x81, "20 [02 00 []]")]
    [InlineData("MQTT-3.2.2.3", 0x81, "20 [00]")]
    [InlineData("MQTT-3.2.2-4", 0x82, "20 [01 80 []]")]
    [InlineData("MQTT5-3.2.2.3.1", 0x81, "20 [00 00]")]
    [InlineData("MQTT-3.2.1", 0x81, "20 [00 00 [] 00]")]
    [InlineData("MQTT-3.8.4-5", 0x81, "90 [00 01 []]")]
    [InlineData("MQTT5-3.9.2.1.1", 0x81, "90 [00 01]")]
    [InlineData("MQTT5-3.11.3-1", 0x81, "b0 [00 01 []]")]
    [InlineData("MQTT5-3.11.2.1.1", 0x81, "b0 [00 01]")]
    [InlineData("MQTT-2.3.1-1", 0x82, "b0 [00 00 [] 00]")]
    [InlineData("MQTT5-3.14.2.2.1", 0x81, "e0 [00 01]")]
    [InlineData("MQTT5-3.14.2.2.1", 0x81, "e0 [00 [] 00]")]
    [InlineData("MQTT5-3.15.2-1", 0x82, "f0 []")]
    [InlineData("MQTT5-3.15.2.2.1", 0x81, "f0 [18]")]
    [InlineData("MQTT5-3.15.2.2.1", 0x81, """f0 [18 [15 "m"] 00]""")]
    [InlineData("MQTT5-3.15.2.2.2", 0x82, "f0 [18 []]")]
    [InlineData("MQTT5-3.15.2.2.2", 0x82, """f0 [19 [16 "x"]]""")]
    public void Each_breach_names_clause_and_reason(string clause, int reason, string text) =>
        Assert.Equal((clause, (ReasonCode)reason), AnyPacket.ErrorOf5(text));

    [Fact]
    public void Connack_tells_the_limits_of_the_server()
    {
        var packet = ConnAckPacket.Read5(AnyPacket.FrameOf("""
            20 [01 00 [11 00 00 00 0a 21 00 14 27 00 01 00 00 22 00 0a 13 00 3c 12 "auto" 1f "fine"]]
            """.Trim()));
        Assert.True(packet.SessionPresent);
        Assert.Equal((ReasonCode.Success, ConnectCode.Accepted), (packet.Reason, packet.Code));
        Assert.Equal((20, 65_536u, 10),
            (packet.ReceiveMaximum, packet.MaximumPacketSize, packet.TopicAliasMaximum));
        Assert.Equal((60, 10u), (packet.ServerKeepAliveSeconds, packet.SessionExpirySeconds));
        Assert.True(packet.AssignedClientId.SequenceEqual("auto"u8));
        Assert.True(packet.ReasonString.SequenceEqual("fine"u8));
    }

    [Fact]
    public void Connack_without_limits_has_their_defaults()
    {
        var packet = ConnAckPacket.Read5(AnyPacket.FrameOf("20 [00 87 []]"));
        Assert.Equal((ReasonCode.NotAuthorized, ConnectCode.NotAuthorized), (packet.Reason, packet.Code));
        Assert.Equal((65_535, uint.MaxValue, 0),
            (packet.ReceiveMaximum, packet.MaximumPacketSize, packet.TopicAliasMaximum));
        Assert.Null(packet.ServerKeepAliveSeconds);
        Assert.Null(packet.SessionExpirySeconds);
        Assert.True(packet.AssignedClientId.IsEmpty && packet.ReasonString.IsEmpty);
    }

    [Fact]
    public void Disconnect_says_why_and_for_how_long()
    {
        var packet = DisconnectPacket.Read(
            AnyPacket.FrameOf("e0 [04 [11 ff ff ff ff]]"), ProtocolVersion.V500);
        Assert.Equal(ReasonCode.DisconnectWithWill, packet.Reason);
        Assert.True(packet.HasSessionExpiry);
        Assert.Equal(uint.MaxValue, packet.SessionExpirySeconds);
        foreach (var text in new[] { "e0 []", "e0 [00]", "e0 [00 []]" })
        {
            var plain = DisconnectPacket.Read(AnyPacket.FrameOf(text), ProtocolVersion.V500);
            Assert.Equal(ReasonCode.Success, plain.Reason);
            Assert.False(plain.HasSessionExpiry);
        }
        Assert.Null(AnyPacket.BreachOf("e0 []"));
        Assert.Equal("MQTT-3.12", AnyPacket.BreachOf("e0 [00]"));
    }

    [Fact]
    public void Suback_and_unsuback_give_a_reason_for_each_filter()
    {
        var subAck = SubAckPacket.Read5(AnyPacket.FrameOf("""90 [00 09 [1f "x"] 00 02 9e]"""));
        Assert.Equal(9, subAck.PacketId);
        Assert.Equal([0, 2, 0x9E], subAck.Codes.ToArray());
        var unsubAck = UnsubAckPacket.Read5(AnyPacket.FrameOf("""b0 [00 09 [26 "k" "v"] 00 11]"""));
        Assert.Equal(9, unsubAck.PacketId);
        Assert.Equal([0, 0x11], unsubAck.Codes.ToArray());
    }

    [Fact]
    public void Auth_goes_on_or_begins_anew()
    {
        Assert.Equal(ReasonCode.ContinueAuthentication,
            AuthPacket.Read(AnyPacket.FrameOf("""f0 [18 [15 "m" 16 00 01 ff]]""")));
        Assert.Equal(ReasonCode.ReAuthenticate, AuthPacket.Read(AnyPacket.FrameOf("""f0 [19 [15 "m"]]""")));
    }
}
