using System.Text;
using LightMq.Mqtt;
using Xunit;

namespace LightMq.Unit.Mqtt;

/// <summary>CONNECT of 5.0 and of 3.1.</summary>
public sealed class ConnectPacket5Tests
{
    [Fact]
    public void Every_property_is_read()
    {
        var packet = ConnectPacket.Read(AnyPacket.FrameOf("""
            10 ["MQTT" 05 ee 01 02
            [11 00 00 0e 10 21 00 14 27 00 01 00 00 22 00 0a 19 01 17 00 15 "SCRAM" 16 "x" 26 "a" "b"]
            "client" [18 00 00 00 05 02 00 00 00 09 01 01 26 "k" "v"] "will/topic" "gone" "user" "secret"]
            """.ReplaceLineEndings(" ")));
        Assert.True(packet.IsSupported && packet.CleanStart && packet.CleanSession);
        Assert.Equal(ProtocolVersion.V500, packet.Version);
        Assert.Equal(0x0102, packet.KeepAliveSeconds);
        Assert.Equal(3600u, packet.SessionExpirySeconds);
        Assert.Equal(20, packet.ReceiveMaximum);
        Assert.Equal(65_536u, packet.MaximumPacketSize);
        Assert.Equal(10, packet.TopicAliasMaximum);
        Assert.True(packet.RequestResponseInformation && packet.HasAuthenticationMethod);
        Assert.False(packet.RequestProblemInformation);
        Assert.Equal("client", Encoding.UTF8.GetString(packet.ClientId));
        Assert.Equal(5u, packet.WillDelaySeconds);
        Assert.True(packet.WillProperties.HasMessageExpiry);
        Assert.Equal(9u, packet.WillProperties.MessageExpirySeconds);
        Assert.Equal("will/topic", Encoding.UTF8.GetString(packet.WillTopic));
        Assert.Equal("gone", Encoding.UTF8.GetString(packet.WillPayload));
        Assert.Equal("secret", Encoding.UTF8.GetString(packet.Password));
        var forwarded = new byte[packet.WillProperties.ForwardedBytes];
        packet.WillProperties.CopyForwarded(forwarded);
        Assert.Equal(LightMq.Tests.PacketText.Bytes("""01 01 26 "k" "v" """.Trim()), forwarded);
    }

    [Fact]
    public void What_is_not_sent_has_its_default()
    {
        var packet = ConnectPacket.Read(AnyPacket.FrameOf("""10 ["MQTT" 05 00 00 00 [] ""]"""));
        Assert.Equal(0u, packet.SessionExpirySeconds);
        Assert.Equal(65_535, packet.ReceiveMaximum);
        Assert.Equal(uint.MaxValue, packet.MaximumPacketSize);
        Assert.Equal(0, packet.TopicAliasMaximum);
        Assert.True(packet.RequestProblemInformation);
        Assert.False(packet.RequestResponseInformation || packet.HasAuthenticationMethod);
        Assert.False(packet.CleanStart);
        Assert.Equal(0u, packet.WillDelaySeconds);
    }

    [Theory]
    [InlineData("""10 ["MQTT" 04 02 00 3c "a"]""", 0u)]
    [InlineData("""10 ["MQTT" 04 00 00 3c "a"]""", ConnectPacket.NeverExpires)]
    [InlineData("""10 ["MQIsdp" 03 02 00 3c "a"]""", 0u)]
    [InlineData("""10 ["MQIsdp" 03 00 00 3c "a"]""", ConnectPacket.NeverExpires)]
    [InlineData("""10 ["MQTT" 05 02 00 3c [11 ff ff ff ff] "a"]""", ConnectPacket.NeverExpires)]
    public void Before_5_a_clean_session_stands_for_the_expiry(string text, uint seconds) =>
        Assert.Equal(seconds, ConnectPacket.Read(AnyPacket.FrameOf(text)).SessionExpirySeconds);

    [Theory]
    [InlineData("""10 ["MQTT" 05 42 00 3c [] "a" "secret"]""")]
    [InlineData("""10 ["MQTT" 05 36 00 3c [] "a" [] "w" ""]""")]
    [InlineData("""10 ["MQIsdp" 03 03 00 3c "a"]""")]
    [InlineData("""10 ["MQIsdp" 03 3a 00 3c "a"]""")]
    [InlineData("""10 ["MQIsdp" 03 27 00 3c "a" "w" "x"]""")]
    public void Well_formed_packets_are_taken(string text) => Assert.Null(AnyPacket.ErrorOf5(text));

    [Theory]
    [InlineData("""10 ["MQIsdp" 03 c2 00 3c "a"]""", false, false)]
    [InlineData("""10 ["MQIsdp" 03 c2 00 3c "a" "u"]""", true, false)]
    [InlineData("""10 ["MQIsdp" 03 82 00 3c "a"]""", false, false)]
    [InlineData("""10 ["MQIsdp" 03 c2 00 3c "a" "u" "p"]""", true, true)]
    [InlineData("""10 ["MQIsdp" 03 c6 00 3c "a" "w" "x"]""", false, false)]
    public void In_31_a_login_announced_may_be_absent(string text, bool hasUserName, bool hasPassword)
    {
        var packet = ConnectPacket.Read(AnyPacket.FrameOf(text, ProtocolVersion.V310));
        Assert.Equal(ProtocolVersion.V310, packet.Version);
        Assert.Equal(3, packet.ProtocolLevel);
        Assert.Equal((hasUserName, hasPassword), (packet.HasUserName, packet.HasPassword));
    }

    [Fact]
    public void In_31_flags_without_a_will_mean_nothing()
    {
        var packet = ConnectPacket.Read(AnyPacket.FrameOf("""10 ["MQIsdp" 03 3b 00 3c "a"]"""));
        Assert.False(packet.HasWill || packet.WillRetain);
        Assert.Equal(0, packet.WillQos);
        Assert.True(packet.CleanSession);
    }

    [Theory]
    [InlineData("""10 ["MQTT" 05 02 00 3c [] "a"]""", ProtocolVersion.V500)]
    [InlineData("""10 ["MQTT" 05 ff]""", ProtocolVersion.V500)]
    [InlineData("""10 ["MQTT" 04 02 00 3c "a"]""", ProtocolVersion.V311)]
    [InlineData("""10 ["MQIsdp" 03 02 00 3c "a"]""", ProtocolVersion.V310)]
    [InlineData("""10 ["MQTT" 03 02 00 3c "a"]""", null)]
    [InlineData("""10 ["MQTT"]""", null)]
    [InlineData("10 []", null)]
    [InlineData("""30 ["MQTT" 05]""", null)]
    public void The_version_is_known_of_a_malformed_packet(string text, ProtocolVersion? version) =>
        Assert.Equal(version, ConnectPacket.VersionOf(AnyPacket.FrameOf(text)));

    [Theory]
    [InlineData("MQTT-3.1.2-1", 0x84, """10 ["MQTX" 05 02 00 3c [] "a"]""")]
    [InlineData("MQTT-3.1.2-3", 0x81, """10 ["MQTT" 05 03 00 3c [] "a"]""")]
    [InlineData("MQTT-3.1.2-13", 0x81, """10 ["MQTT" 05 0a 00 3c [] "a"]""")]
    [InlineData("MQTT-3.1.2-14", 0x81, """10 ["MQTT" 05 1e 00 3c [] "a" [] "w" "x"]""")]
    [InlineData("MQTT-3.1.2-15", 0x81, """10 ["MQTT" 05 22 00 3c [] "a"]""")]
    [InlineData("MQTT5-3.1.2.11.1", 0x81, """10 ["MQTT" 05 02 00 3c]""")]
    [InlineData("MQTT5-3.1.2.11.1", 0x81, """10 ["MQTT" 05 02 00 3c 09 "a"]""")]
    [InlineData("MQTT5-1.5.5-1", 0x81, """10 ["MQTT" 05 02 00 3c 80 00 "a"]""")]
    [InlineData("MQTT5-3.1.2.11.10", 0x82, """10 ["MQTT" 05 02 00 3c [16 "x"] "a"]""")]
    [InlineData("MQTT5-3.1.3.2.1", 0x81, """10 ["MQTT" 05 06 00 3c [] "a"]""")]
    [InlineData("MQTT-4.7.3-1", 0x90, """10 ["MQTT" 05 06 00 3c [] "a" [] "" "x"]""")]
    [InlineData("MQTT-4.7.1-1", 0x90, """10 ["MQTT" 05 06 00 3c [] "a" [] "w/#" "x"]""")]
    [InlineData("MQTT-3.1.3-1", 0x81, """10 ["MQTT" 05 02 00 3c [] "a" 00]""")]
    [InlineData("MQTT-3.1.2-22", 0x81, """10 ["MQIsdp" 03 42 00 3c "a" "secret"]""")]
    [InlineData("MQTT-3.1.2-14", 0x81, """10 ["MQIsdp" 03 1e 00 3c "a" "w" "x"]""")]
    [InlineData("MQTT-3.1.3-1", 0x81, """10 ["MQIsdp" 03 02 00 3c "a" 00]""")]
    public void Each_breach_names_clause_and_reason(string clause, int reason, string text) =>
        Assert.Equal((clause, (ReasonCode)reason), AnyPacket.ErrorOf5(text));

    [Fact]
    public void A_remaining_length_longer_than_needed_is_refused_whatever_the_frame_was_read_as()
    {
        var bytes = LightMq.Tests.PacketText.Bytes("""10 8e 00 "MQTT" 05 02 00 3c [] "a" """.Trim());
        Assert.True(FrameReader.TryRead(bytes, 100, out var frame));
        var error = Read(frame);
        Assert.Equal("MQTT5-1.5.5-1", error.Clause);

        static ProtocolError Read(in Frame frame)
        {
            try
            {
                ConnectPacket.Read(frame);
            }
            catch (ProtocolError error)
            {
                return error;
            }
            throw new InvalidOperationException("it was taken");
        }
    }
}
