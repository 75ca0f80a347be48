using System.Text;
using LightMq.Uplink.Bridging;
using LightMq.Uplink.Sides;
using LightMq.Uplink.Wire;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using Xunit;

namespace LightMq.Unit.Uplink;

/// <summary>Packets as MQTTnet writes and reads them, in any cut.</summary>
public sealed class WireTests
{
    private const int PacketBytesMax = 100_000;

    private static readonly BridgeMessage Message = new()
    {
        Topic = "a/b",
        Payload = Encoding.UTF8.GetBytes(new string('x', 300)),
        Retain = true,
        UserProperties = [new("lmq-client", "c"), new("lmq-epoch", "e"), new("lmq-seq", "7"), new("ü", "ö")],
        ContentType = "text/plain",
        ResponseTopic = "r",
        CorrelationData = [1, 2],
        IsText = true,
        ExpirySeconds = 60,
    };

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100_000)]
    public void A_message_comes_through_whole_in_any_cut(int cut)
    {
        byte[] bytes = [.. Encode(Message, 16), .. Encode(Message, 17)];
        var cutter = new FrameCutter(MqttProtocolVersion.V500, PacketBytesMax);
        var messages = new List<BridgeMessage>();
        foreach (var part in bytes.Chunk(cut))
        {
            part.CopyTo(cutter.Room);
            cutter.Received(part.Length);
            while (cutter.Next() is MqttPublishPacket packet)
                messages.Add(PacketTranslation.ToMessage(packet));
            // What was read must not lie in the buffer that the next bytes go to.
            cutter.Room.Span.Fill(0xEE);
        }
        Assert.Equal(2, messages.Count);
        foreach (var message in messages)
        {
            Assert.Equal(Message.UserProperties, message.UserProperties);
            Assert.Equal(Message.Payload.ToArray(), message.Payload.ToArray());
            Assert.Equal(("c", "e", 7L), (message.Client, message.Epoch, message.Sequence));
            Assert.Equal((Message.Topic, Message.ContentType, Message.ResponseTopic, Message.ExpirySeconds),
                (message.Topic, message.ContentType, message.ResponseTopic, message.ExpirySeconds));
            Assert.Equal(Message.CorrelationData, message.CorrelationData);
            Assert.True(message is { IsText: true, Retain: true, Qos: 1 });
        }
    }

    [Fact]
    public void A_long_packet_is_read_and_one_beyond_the_bound_is_not()
    {
        var large = new BridgeMessage { Topic = "t", Payload = new byte[90_000] };
        var cutter = new FrameCutter(MqttProtocolVersion.V500, PacketBytesMax);
        Assert.IsType<MqttPublishPacket>(Feed(cutter, Encode(large, 1)));
        Assert.IsType<MqttPublishPacket>(Feed(cutter, Encode(large, 2)));
        var larger = new BridgeMessage { Topic = "t", Payload = new byte[PacketBytesMax] };
        Assert.Throws<LinkError>(() => Feed(cutter, Encode(larger, 1)));
    }

    [Fact]
    public void Bytes_that_are_no_mqtt_are_a_fault_of_the_peer_and_never_ours()
    {
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var cutter = new FrameCutter(
                i % 2 == 0 ? MqttProtocolVersion.V500 : MqttProtocolVersion.V311, PacketBytesMax);
            var bytes = i % 3 == 0 ? new byte[random.Next(1, 60)] : Encode(Message, 16);
            if (i % 3 == 0) random.NextBytes(bytes);
            else for (var j = 0; j < 3; j++) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                Feed(cutter, bytes);
            }
            catch (LinkError wrong)
            {
                Assert.Equal(LinkFault.Protocol, wrong.Fault);
            }
        }
    }

    [Theory]
    [InlineData("central.example", "tcp://central.example:1883")]
    [InlineData("central.example:99", "tcp://central.example:99")]
    [InlineData("tls://central.example", "tls://central.example:8883")]
    [InlineData("tls://[::1]:99", "tls://[::1]:99")]
    [InlineData("10.0.0.1:1", "tcp://10.0.0.1:1")]
    [InlineData("host:0", null)]
    [InlineData("host:x", null)]
    [InlineData("", null)]
    [InlineData("a b", null)]
    public void Addresses_are_read(string text, string? address) =>
        Assert.Equal(address, LinkAddress.TryParse(text, out var read) ? $"{read}" : null);

    [Theory]
    [InlineData(0x87, "", CloseKind.Refused)]
    [InlineData(0x90, "topic", CloseKind.Refused)]
    [InlineData(0x87, "superseded: another box", CloseKind.Superseded)]
    [InlineData(0x8E, "", CloseKind.Lost)]
    [InlineData(0x82, "lmq-seq 5 of GID_a@@@b in 1-00000000000000000000000000000001: 3 is wanted",
        CloseKind.Hole)]
    public void A_farewell_says_what_the_bridge_must_know(int code, string reason, CloseKind kind)
    {
        var goodbye = new MqttDisconnectPacket
        {
            ReasonCode = (MQTTnet.Protocol.MqttDisconnectReasonCode)code,
            ReasonString = reason,
        };
        var cause = Farewell.Cause(new LinkError(LinkFault.ClosedByPeer, "closed"), goodbye);
        Assert.Equal(kind, cause.Kind);
        if (kind == CloseKind.Hole)
            Assert.Equal(("GID_a@@@b", "1-00000000000000000000000000000001", 3L),
                (cause.Client, cause.Epoch, cause.Wanted));
    }

    private static MqttPacket? Feed(FrameCutter cutter, byte[] bytes)
    {
        MqttPacket? last = null;
        for (var at = 0; at < bytes.Length;)
        {
            var room = cutter.Room;
            var length = Math.Min(bytes.Length - at, room.Length);
            bytes.AsSpan(at, length).CopyTo(room.Span);
            cutter.Received(length);
            at += length;
            while (cutter.Next() is { } packet) last = packet;
        }
        return last;
    }

    private static byte[] Encode(BridgeMessage message, ushort id)
    {
        var adapter = new MqttPacketFormatterAdapter(MqttProtocolVersion.V500,
            new MqttBufferWriter(64, 1_024));
        return adapter.Encode(PacketTranslation.ToPacket(message, message.Topic, id, false)).ToArray();
    }
}
