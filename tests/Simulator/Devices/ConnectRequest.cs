using System.Text;
using LightMq.Mqtt;
using LightMq.Simulator.Oracle;

namespace LightMq.Simulator.Devices;

/// <summary>The CONNECT of a device.</summary>
public static class ConnectRequest
{
    public static byte[] Of(DeviceProfile profile, bool clean, MessageFacts? will)
    {
        var fields = new ConnectFields
        {
            Version = profile.Version,
            SessionExpirySeconds = profile.IsBridge ? uint.MaxValue : 0,
            ClientId = Encoding.UTF8.GetBytes(profile.ClientId),
            CleanSession = clean,
            KeepAliveSeconds = (ushort)profile.KeepAliveSeconds,
        };
        if (will != null)
            fields = fields with
            {
                WillTopic = Encoding.UTF8.GetBytes(will.Topic),
                WillPayload = will.Payload,
                WillQos = will.Qos,
                WillRetain = will.Retain,
            };
        if (profile.User != null)
            fields = fields with
            {
                UserName = Encoding.UTF8.GetBytes(profile.User),
                Password = Encoding.UTF8.GetBytes(profile.Password!),
            };
        var bytes = new byte[1024];
        return bytes[..PacketWriter.Connect(bytes, fields)];
    }
}
