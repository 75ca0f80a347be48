using LightMq.Mqtt;
using Xunit;

namespace LightMq.Unit.Mqtt;

/// <summary>Which property may stand where, and how it is written (MQTT 5.0, table 2-4).</summary>
public sealed class PropertyTableTests
{
    private const string Clause = "MQTT5-2.2.2.2";

    // Packets with a hole, by the names used below; capitals come from a server.
    private static readonly Dictionary<string, string> Packets = new()
    {
        ["connect"] = """10 ["MQTT" 05 02 00 3c [_] "a"]""",
        ["will"] = """10 ["MQTT" 05 06 00 3c [] "a" [_] "w" "x"]""",
        ["CONNACK"] = "20 [00 00 [_]]",
        ["publish"] = """30 ["t" [_]]""",
        ["PUBLISH"] = """32 ["t" 00 01 [_] 'payload']""",
        ["puback"] = "40 [00 01 00 [_]]",
        ["pubrec"] = "50 [00 01 00 [_]]",
        ["pubrel"] = "62 [00 01 00 [_]]",
        ["pubcomp"] = "70 [00 01 00 [_]]",
        ["subscribe"] = """82 [00 01 [_] "a" 00]""",
        ["SUBACK"] = "90 [00 01 [_] 00]",
        ["unsubscribe"] = """a2 [00 01 [_] "a"]""",
        ["UNSUBACK"] = "b0 [00 01 [_] 00]",
        ["disconnect"] = "e0 [00 [_]]",
        ["DISCONNECT"] = "e0 [00 [_]]",
        ["auth"] = """f0 [18 [_]]""",
    };

    private const string Acks = "puback pubrec pubrel pubcomp SUBACK UNSUBACK";

    // Identifier, a value, the packets it may stand in.
    private static readonly (int Id, string Value, string Where)[] Table =
    [
        (0x01, "01", "publish PUBLISH will"),
        (0x02, "00 00 00 00", "publish PUBLISH will"),
        (0x03, "\"text\"", "publish PUBLISH will"),
        (0x08, "\"reply/to\"", "publish PUBLISH will"),
        (0x09, "\"data\"", "publish PUBLISH will"),
        (0x0B, "81 01", "publish PUBLISH subscribe"),
        (0x11, "00 00 00 00", "connect CONNACK disconnect DISCONNECT"),
        (0x12, "\"id\"", "CONNACK"),
        (0x13, "00 00", "CONNACK"),
        (0x15, "\"method\"", "connect CONNACK auth"),
        (0x16, "\"data\"", "connect CONNACK auth"),
        (0x17, "00", "connect"),
        (0x18, "00 00 00 00", "will"),
        (0x19, "01", "connect"),
        (0x1A, "\"text\"", "CONNACK"),
        (0x1C, "\"server\"", "CONNACK disconnect DISCONNECT"),
        (0x1F, "\"reason\"", "CONNACK disconnect DISCONNECT auth " + Acks),
        (0x21, "00 01", "connect CONNACK"),
        (0x22, "00 00", "connect CONNACK"),
        (0x23, "00 01", "publish PUBLISH"),
        (0x24, "01", "CONNACK"),
        (0x25, "01", "CONNACK"),
        (0x26, "\"name\" \"value\"", string.Join(' ', Packets.Keys)),
        (0x27, "00 00 00 01", "connect CONNACK"),
        (0x28, "01", "CONNACK"),
        (0x29, "01", "CONNACK"),
        (0x2A, "01", "CONNACK"),
    ];

    // Allowed by the table, but not to this side, or not alone.
    private static string? SpecialClause(string packet, int id) => (packet, id) switch
    {
        ("publish", 0x0B) => "MQTT5-3.3.4-6",
        ("connect", 0x16) => "MQTT5-3.1.2.11.10",
        ("disconnect", 0x1C) => "MQTT5-3.14.2.2.5",
        ("DISCONNECT", 0x11) => "MQTT5-3.14.2-2",
        ("auth", not 0x15) => "MQTT5-3.15.2.2.2",
        _ => null,
    };

    private static (string Clause, ReasonCode Reason)? ErrorOf(string packet, string properties) =>
        AnyPacket.ErrorOf5(Packets[packet].Replace("_", properties), char.IsUpper(packet[0]));

    private static IEnumerable<(string Packet, int Id, string Value)> Allowed() =>
        from row in Table from packet in row.Where.Split(' ') select (packet, row.Id, row.Value);

    [Fact]
    public void Each_property_stands_in_its_packets_and_in_no_other()
    {
        var values = Table.ToDictionary(row => row.Id, row => row.Value);
        foreach (var packet in Packets.Keys)
            for (var id = 0; id < 256; id++)
            {
                var error = ErrorOf(packet, $"{id:x2} {values.GetValueOrDefault(id, "00 00")}");
                var isAllowed = Allowed().Any(row => row.Packet == packet && row.Id == id);
                var clause = isAllowed ? SpecialClause(packet, id) : Clause;
                Assert.Equal((packet, id, clause), (packet, id, error?.Clause));
                if (!isAllowed) Assert.Equal(ReasonCode.MalformedPacket, error?.Reason);
            }
    }

    [Fact]
    public void Each_property_stands_once_but_user_properties_and_the_subscriptions_of_a_server()
    {
        foreach (var (packet, id, value) in Allowed())
        {
            if (SpecialClause(packet, id) is not null) continue;
            var error = ErrorOf(packet, $"{id:x2} {value} {id:x2} {value}");
            if (id == 0x26 || (packet, id) is ("PUBLISH", 0x0B)) Assert.Null(error);
            else Assert.Equal((packet, id, (Clause, ReasonCode.ProtocolError)), (packet, id, error));
        }
    }

    [Fact]
    public void A_property_cut_short_is_malformed()
    {
        foreach (var (packet, id, value) in Allowed())
        {
            var whole = LightMq.Tests.PacketText.Bytes(value);
            for (var length = 0; length < whole.Length; length++)
            {
                var cut = string.Join(' ', whole[..length].Select(one => one.ToString("x2")));
                var error = ErrorOf(packet, $"{id:x2} {cut}");
                Assert.Equal((packet, id, (Clause, ReasonCode.MalformedPacket)), (packet, id, error));
            }
        }
    }

    [Fact]
    public void One_byte_is_0_or_1()
    {
        foreach (var (packet, id, value) in Allowed())
        {
            if (value is not ("00" or "01")) continue;
            Assert.Null(ErrorOf(packet, $"{id:x2} 00"));
            Assert.Null(ErrorOf(packet, $"{id:x2} 01"));
            Assert.Equal((Clause, ReasonCode.ProtocolError), ErrorOf(packet, $"{id:x2} 02"));
            Assert.Equal((Clause, ReasonCode.ProtocolError), ErrorOf(packet, $"{id:x2} ff"));
        }
    }

    [Fact]
    public void Text_is_utf8_without_null_and_binary_data_is_anything()
    {
        foreach (var (packet, id, value) in Allowed())
        {
            if (!value.StartsWith('"')) continue;
            var behind = id == 0x26 ? " \"v\"" : "";
            foreach (var bad in new[] { "00 01 ff", "00 03 ed a0 80", "00 01 00" })
            {
                var clause = bad == "00 01 00" ? "MQTT-1.5.3-2" : "MQTT-1.5.3-1";
                var error = ErrorOf(packet, $"{id:x2} {bad}{behind}");
                if (id is 0x09 or 0x16) Assert.Equal(SpecialClause(packet, id), error?.Clause);
                else Assert.Equal((packet, id, (clause, ReasonCode.MalformedPacket)), (packet, id, error));
                if (id != 0x26) continue;
                Assert.Equal((clause, ReasonCode.MalformedPacket), ErrorOf(packet, $"26 \"n\" {bad}"));
            }
        }
    }

    [Theory]
    [InlineData("connect", 0x21, "00 00", "00 01", "ff ff", "MQTT5-3.1.2.11.3", ReasonCode.ProtocolError)]
    [InlineData("connect", 0x27, "00 00 00 00", "00 00 00 01", "ff ff ff ff", "MQTT5-3.1.2.11.4",
        ReasonCode.ProtocolError)]
    [InlineData("CONNACK", 0x21, "00 00", "00 01", "ff ff", "MQTT5-3.1.2.11.3", ReasonCode.ProtocolError)]
    [InlineData("publish", 0x23, "00 00", "00 01", "ff ff", "MQTT5-3.3.2-8", ReasonCode.TopicAliasInvalid)]
    [InlineData("PUBLISH", 0x0B, "00", "01", "ff ff ff 7f", "MQTT5-3.8.2.1.2", ReasonCode.ProtocolError)]
    [InlineData("subscribe", 0x0B, "00", "01", "ff ff ff 7f", "MQTT5-3.8.2.1.2", ReasonCode.ProtocolError)]
    public void Some_numbers_are_never_0(string packet, int id, string zero, string least, string most,
        string clause, ReasonCode reason)
    {
        Assert.Equal((clause, reason), ErrorOf(packet, $"{id:x2} {zero}"));
        Assert.Null(ErrorOf(packet, $"{id:x2} {least}"));
        Assert.Null(ErrorOf(packet, $"{id:x2} {most}"));
    }

    [Theory]
    [InlineData("0b 81 00", "MQTT5-1.5.5-1")]
    [InlineData("0b 80 80 80 00", "MQTT5-1.5.5-1")]
    [InlineData("0b 80 80 80 80 01", Clause)]
    [InlineData("0b ff ff ff ff", Clause)]
    public void Integers_take_as_few_bytes_as_they_need(string property, string clause)
    {
        Assert.Equal((clause, ReasonCode.MalformedPacket), ErrorOf("subscribe", property));
        Assert.Equal((clause, ReasonCode.MalformedPacket), ErrorOf("PUBLISH", property));
    }

    [Theory]
    [InlineData("08 \"a/#\"")]
    [InlineData("08 \"+\"")]
    [InlineData("08 \"\"")]
    public void A_response_topic_is_a_topic_name(string property)
    {
        foreach (var packet in new[] { "publish", "PUBLISH", "will" })
            Assert.Equal(("MQTT5-3.3.2-14", ReasonCode.ProtocolError), ErrorOf(packet, property));
    }

    [Fact]
    public void The_length_of_the_properties_is_kept()
    {
        foreach (var (packet, text) in Packets)
        {
            var isFromServer = char.IsUpper(packet[0]);
            // One byte less than stands there, more than the packet has, not minimal, none at all.
            foreach (var bad in new[] { "01 1f \"x\"", "7f", "80 00", "ff ff ff ff" })
                Assert.NotNull(AnyPacket.ErrorOf5(text.Replace("[_]", bad), isFromServer));
        }
    }
}
