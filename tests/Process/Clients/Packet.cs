using LightMq.Mqtt;

namespace LightMq.Process.Clients;

/// <summary>A packet that the broker sent.</summary>
internal sealed record Packet(PacketType Type)
{
    public ushort Id { get; init; }
    public string Topic { get; init; } = "";
    public byte[] Payload { get; init; } = [];
    public int Qos { get; init; }
    public bool Dup { get; init; }
    public bool Retain { get; init; }
    public bool SessionPresent { get; init; }
    public ConnectCode Code { get; init; }
    public byte[] Codes { get; init; } = [];

    public static Packet Of(in Frame frame)
    {
        switch (frame.Type)
        {
            case PacketType.ConnAck:
                var connAck = ConnAckPacket.Read(frame);
                return new Packet(frame.Type)
                {
                    SessionPresent = connAck.SessionPresent, Code = connAck.Code,
                };
            case PacketType.SubAck:
                var subAck = SubAckPacket.Read(frame);
                return new Packet(frame.Type) { Id = subAck.PacketId, Codes = subAck.Codes.ToArray() };
            case PacketType.Publish:
                var publish = PublishPacket.Read(frame);
                return new Packet(frame.Type)
                {
                    Id = publish.PacketId,
                    Topic = System.Text.Encoding.UTF8.GetString(publish.Topic),
                    Payload = publish.Payload.ToArray(),
                    Qos = publish.Qos,
                    Dup = publish.Dup,
                    Retain = publish.Retain,
                };
            case PacketType.PingResp:
                return new Packet(frame.Type);
            default:
                return new Packet(frame.Type) { Id = AckPacket.Read(frame) };
        }
    }
}
