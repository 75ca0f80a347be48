using LightMq.Mqtt;
using LightMq.Tests;
using Xunit;

namespace LightMq.Unit.Mqtt;

/// <summary>Reads whatever packet stands in some bytes, all of it.</summary>
internal static class AnyPacket
{
    public const int BytesMax = 131_072;

    /// <summary>The clause that a packet breaks; null for a good one.</summary>
    public static string? BreachOf(string text) => BreachOf(PacketText.Bytes(text));

    public static string? BreachOf(ReadOnlySpan<byte> bytes)
    {
        try
        {
            Assert.True(TryRead(bytes), "the packet is not whole");
            return null;
        }
        catch (ProtocolError error)
        {
            Assert.NotEmpty(error.Message);
            return error.Clause;
        }
    }

    public static bool TryRead(ReadOnlySpan<byte> bytes)
    {
        if (!FrameReader.TryRead(bytes, BytesMax, out var frame)) return false;
        Assert.InRange(frame.Length, 2, bytes.Length);
        Assert.Equal(bytes[0], frame.Header);
        switch (frame.Type)
        {
            case PacketType.Connect: ReadConnect(frame); break;
            case PacketType.ConnAck: ConnAckPacket.Read(frame); break;
            case PacketType.Publish: ReadPublish(frame); break;
            case PacketType.Subscribe: ReadSubscribe(frame); break;
            case PacketType.SubAck: Assert.NotEqual(0, SubAckPacket.Read(frame).Codes.Length); break;
            case PacketType.Unsubscribe: ReadUnsubscribe(frame); break;
            case PacketType.PingReq or PacketType.PingResp or PacketType.Disconnect:
                Assert.True(frame.Body.IsEmpty);
                break;
            default: Assert.NotEqual(0, AckPacket.Read(frame)); break;
        }
        return true;
    }

    private static void ReadConnect(in Frame frame)
    {
        var packet = ConnectPacket.Read(frame);
        if (!packet.IsSupported) return;
        Assert.InRange(packet.WillQos, 0, packet.HasWill ? 2 : 0);
        Assert.True(packet.HasUserName || !packet.HasPassword || packet.Version == ProtocolVersion.V500);
        if (packet.HasWill) Assert.True(Topics.IsValidName(packet.WillTopic));
    }

    private static void ReadPublish(in Frame frame)
    {
        var packet = PublishPacket.Read(frame);
        Assert.InRange(packet.Qos, 0, 2);
        Assert.True(Topics.IsValidName(packet.Topic));
        Assert.Equal(packet.Qos > 0, packet.PacketId > 0);
        Assert.Equal(
            frame.Body.Length, 2 + packet.Topic.Length + (packet.Qos > 0 ? 2 : 0) + packet.Payload.Length);
    }

    private static void ReadSubscribe(in Frame frame)
    {
        var packet = SubscribePacket.Read(frame, ProtocolVersion.V311);
        var count = 0;
        for (; packet.TryNext(out var filter, out var options); count++)
        {
            Assert.True(Topics.IsValidFilter(filter));
            Assert.InRange(options.Qos, 0, 2);
        }
        Assert.Equal(packet.Count, count);
        Assert.NotEqual(0, count);
    }

    private static void ReadUnsubscribe(in Frame frame)
    {
        var packet = UnsubscribePacket.Read(frame, ProtocolVersion.V311);
        var count = 0;
        for (; packet.TryNext(out var filter); count++) Assert.True(Topics.IsValidFilter(filter));
        Assert.Equal(packet.Count, count);
        Assert.NotEqual(0, count);
    }
}
