using LightMq.Broker.Connections;
using LightMq.Mqtt;

namespace LightMq.Broker.Flows;

/// <summary>Topic aliases that clients give (MQTT 5.0, 3.3.2.3.4).</summary>
internal static class TopicAliases
{
    /// <summary>The packet's topic; an alias that comes with one is remembered.</summary>
    /// <exception cref="ProtocolError">An alias out of range, or one that was never given.</exception>
    public static ReadOnlySpan<byte> Resolve(Terms terms, scoped in PublishPacket packet)
    {
        var alias = packet.Properties.TopicAlias;
        if (alias == 0) return packet.Topic;
        if (alias > Terms.AliasesMax)
            throw new ProtocolError("MQTT5-3.3.2-9", $"topic alias above {Terms.AliasesMax}",
                ReasonCode.TopicAliasInvalid);
        if (packet.Topic.IsEmpty)
            return terms.TopicOf(alias) ?? throw new ProtocolError("MQTT5-3.3.2.3.4",
                "a topic alias that was not given before", ReasonCode.ProtocolError);
        terms.SetAlias(alias, packet.Topic);
        return packet.Topic;
    }

    /// <summary>The same packet with its topic in place of the alias, to be kept.</summary>
    public static byte[] Expand(in PublishPacket packet, ReadOnlySpan<byte> topic)
    {
        var properties = packet.Properties;
        var room = new byte[properties.ForwardedBytes + PropertyWriter.MessageExpirySize];
        var length = properties.HasMessageExpiry
            ? PropertyWriter.MessageExpiry(room, properties.MessageExpirySeconds) : 0;
        if (properties.HasForwarded) length += properties.CopyForwarded(room.AsSpan(length));
        var expanded = new byte[PacketWriter.Publish5Size(
            topic.Length, length, packet.Payload.Length, packet.Qos)];
        PacketWriter.Publish5(expanded, topic, packet.Payload, packet.Qos, packet.Dup, packet.Retain,
            packet.PacketId, room.AsSpan(0, length));
        return expanded;
    }
}
