using LightMq.Mqtt;
using LightMq.Tests;
using Xunit;

namespace LightMq.Unit.Mqtt;

/// <summary>Reads whatever packet stands in some bytes, all of it.</summary>
internal static class AnyPacket
{
    public const int BytesMax = 131_072;

    /// <summary>The clause that a packet breaks; null for a good one.</summary>
    public static string? BreachOf(string text, ProtocolVersion version = ProtocolVersion.V311) =>
        BreachOf(PacketText.Bytes(text), version);

    public static string? BreachOf(
        ReadOnlySpan<byte> bytes, ProtocolVersion version = ProtocolVersion.V311) =>
        ErrorOf(bytes, version)?.Clause;

    /// <summary>What a packet of 5.0 breaks and what its sender is told; null for a good one.</summary>
    public static (string Clause, ReasonCode Reason)? ErrorOf5(string text, bool isFromServer = false) =>
        ErrorOf(PacketText.Bytes(text), ProtocolVersion.V500, isFromServer);

    public static (string Clause, ReasonCode Reason)? ErrorOf(
        ReadOnlySpan<byte> bytes, ProtocolVersion version, bool isFromServer = false)
    {
        try
        {
            Assert.True(TryRead(bytes, version, isFromServer), "the packet is not whole");
            return null;
        }
        catch (ProtocolError error)
        {
            Assert.NotEmpty(error.Message);
            Assert.True(error.Reason >= ReasonCode.UnspecifiedError);
            return (error.Clause, error.Reason);
        }
    }

    /// <summary>A frame of 5.0 from bytes as a person writes them.</summary>
    public static Frame FrameOf(string text, ProtocolVersion version = ProtocolVersion.V500)
    {
        var bytes = PacketText.Bytes(text);
        Assert.True(FrameReader.TryRead(bytes, BytesMax, version, out var frame));
        Assert.Equal(bytes.Length, frame.Length);
        return frame;
    }

    public static bool TryRead(ReadOnlySpan<byte> bytes, ProtocolVersion version = ProtocolVersion.V311,
        bool isFromServer = false)
    {
        if (!FrameReader.TryRead(bytes, BytesMax, version, out var frame)) return false;
        Assert.InRange(frame.Length, 2, bytes.Length);
        Assert.Equal(bytes[0], frame.Header);
        var is5 = version == ProtocolVersion.V500;
        switch (frame.Type)
        {
            case PacketType.Connect: ReadConnect(frame); break;
            case PacketType.ConnAck when is5: ConnAckPacket.Read5(frame); break;
            case PacketType.ConnAck: ConnAckPacket.Read(frame); break;
            case PacketType.Publish when is5: ReadPublish5(frame, isFromServer); break;
            case PacketType.Publish: ReadPublish(frame); break;
            case PacketType.Subscribe: ReadSubscribe(frame, version); break;
            case PacketType.SubAck:
                var subAck = is5 ? SubAckPacket.Read5(frame) : SubAckPacket.Read(frame);
                Assert.NotEqual(0, subAck.Codes.Length);
                break;
            case PacketType.Unsubscribe: ReadUnsubscribe(frame, version); break;
            case PacketType.UnsubAck when is5: UnsubAckPacket.Read5(frame); break;
            case PacketType.PingReq or PacketType.PingResp: Assert.True(frame.Body.IsEmpty); break;
            case PacketType.Disconnect when isFromServer: DisconnectPacket.ReadFromServer5(frame); break;
            case PacketType.Disconnect: DisconnectPacket.Read(frame, version); break;
            case PacketType.Auth: AuthPacket.Read(frame); break;
            default: Assert.NotEqual(0, AckPacket.Read(frame, version).PacketId); break;
        }
        return true;
    }

    private static void ReadConnect(in Frame frame)
    {
        var packet = ConnectPacket.Read(frame);
        if (!packet.IsSupported) return;
        Assert.InRange(packet.WillQos, 0, packet.HasWill ? 2 : 0);
        if (packet.Version != ProtocolVersion.V500)
            Assert.True(packet.HasUserName || !packet.HasPassword);
        CheckForwarded(packet.WillProperties);
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

    private static void ReadSubscribe(in Frame frame, ProtocolVersion version)
    {
        var packet = SubscribePacket.Read(frame, version);
        var count = 0;
        for (; packet.TryNext(out var filter, out var options); count++)
        {
            Assert.True(Topics.IsValidFilter(filter));
            Assert.InRange(options.Qos, 0, 2);
        }
        Assert.Equal(packet.Count, count);
        Assert.NotEqual(0, count);
    }

    private static void ReadUnsubscribe(in Frame frame, ProtocolVersion version)
    {
        var packet = UnsubscribePacket.Read(frame, version);
        var count = 0;
        for (; packet.TryNext(out var filter); count++) Assert.True(Topics.IsValidFilter(filter));
        Assert.Equal(packet.Count, count);
        Assert.NotEqual(0, count);
    }

    private static void ReadPublish5(in Frame frame, bool isFromServer)
    {
        var packet = isFromServer ? PublishPacket.ReadFromServer5(frame) : PublishPacket.Read5(frame);
        Assert.InRange(packet.Qos, 0, 2);
        if (packet.Topic.IsEmpty) Assert.NotEqual(0, packet.Properties.TopicAlias);
        else Assert.True(Topics.IsValidName(packet.Topic));
        Assert.Equal(packet.Qos > 0, packet.PacketId > 0);
        foreach (var id in packet.SubscriptionIdentifiers) Assert.True(isFromServer && id > 0);
        CheckForwarded(packet.Properties);
    }

    private static void CheckForwarded(in PublishProperties properties)
    {
        var copy = new byte[properties.ForwardedBytes];
        Assert.Equal(copy.Length, properties.CopyForwarded(copy));
        Assert.Equal(copy.Length > 0, properties.HasForwarded);
        Assert.InRange(copy.Length, 0, properties.Raw.Length);
    }
}
