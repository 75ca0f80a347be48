using System.Buffers;
using System.Text;
using MQTTnet.Packets;

namespace LightMq.Process.Uplink;

/// <summary>Packets' bytes as text.</summary>
internal static class PacketTexts
{
    public static string ConvertPayload(this MqttPublishPacket publish) =>
        Encoding.UTF8.GetString(publish.Payload.ToArray());

    public static string Text(this MqttUserProperty property) =>
        Encoding.UTF8.GetString(property.ValueBuffer.Span);
}
