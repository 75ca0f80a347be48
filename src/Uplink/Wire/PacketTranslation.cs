using System.Buffers;
using LightMq.Uplink.Bridging;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace LightMq.Uplink.Wire;

/// <summary>Messages as MQTTnet's packets, and back.</summary>
internal static class PacketTranslation
{
    /// <summary>A received message; nothing of the packet's buffer is kept.</summary>
    public static BridgeMessage ToMessage(MqttPublishPacket packet) => new()
    {
        Topic = packet.Topic ?? "",
        Qos = (byte)packet.QualityOfServiceLevel,
        Retain = packet.Retain,
        Payload = packet.Payload.IsEmpty ? default : packet.Payload.ToArray(),
        UserProperties = Properties(packet.UserProperties),
        ContentType = packet.ContentType,
        ResponseTopic = packet.ResponseTopic,
        CorrelationData = packet.CorrelationData,
        IsText = packet.PayloadFormatIndicator == MqttPayloadFormatIndicator.CharacterData,
        ExpirySeconds = packet.MessageExpiryInterval,
    };

    /// <summary>A message to be sent.</summary>
    /// <param name="message">The message.</param>
    /// <param name="topic">Its topic at the peer.</param>
    /// <param name="packetId">Packet id, for QoS 1; 0: QoS 0.</param>
    /// <param name="isDuplicate">Whether it was sent before.</param>
    public static MqttPublishPacket ToPacket(
        BridgeMessage message, string topic, ushort packetId, bool isDuplicate) => new()
        {
            Topic = topic,
            PacketIdentifier = packetId,
            QualityOfServiceLevel = packetId == 0
                ? MqttQualityOfServiceLevel.AtMostOnce : MqttQualityOfServiceLevel.AtLeastOnce,
            Retain = message.Retain,
            Dup = isDuplicate,
            Payload = new ReadOnlySequence<byte>(message.Payload),
            UserProperties = Properties(message.UserProperties),
            ContentType = message.ContentType,
            ResponseTopic = message.ResponseTopic,
            CorrelationData = message.CorrelationData,
            PayloadFormatIndicator = message.IsText
                ? MqttPayloadFormatIndicator.CharacterData : MqttPayloadFormatIndicator.Unspecified,
            MessageExpiryInterval = message.ExpirySeconds,
        };

    /// <summary>The value of a user property; null: it is not there.</summary>
    public static string? Find(List<MqttUserProperty>? properties, string name) =>
        properties?.Find(property => property.Name == name) is { } found ? Value(found) : null;

    private static UserProperty[] Properties(List<MqttUserProperty>? properties)
    {
        if (properties is not { Count: > 0 }) return [];
        var all = new UserProperty[properties.Count];
        for (var i = 0; i < all.Length; i++) all[i] = new(properties[i].Name, Value(properties[i]));
        return all;
    }

    private static List<MqttUserProperty>? Properties(UserProperty[] properties)
    {
        if (properties.Length == 0) return null;
        var all = new List<MqttUserProperty>(properties.Length);
        foreach (var (name, value) in properties)
            all.Add(new MqttUserProperty(name, System.Text.Encoding.UTF8.GetBytes(value).AsMemory()));
        return all;
    }

    private static string Value(MqttUserProperty property) =>
        System.Text.Encoding.UTF8.GetString(property.ValueBuffer.Span);
}
