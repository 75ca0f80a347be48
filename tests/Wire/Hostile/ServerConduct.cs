using LightMq.Mqtt;

namespace LightMq.Tests.Hostile;

/// <summary>Judges what the broker says on one connection by what the peer has said.</summary>
internal sealed class ServerConduct
{
    private ProtocolVersion _version = ProtocolVersion.V311;
    private readonly List<byte> _sent = [];
    private readonly Dictionary<(PacketType, ushort), int> _owed = [];
    private readonly HashSet<ushort> _inflight = [];
    private bool _hasAnswered;

    /// <summary>Whether the peer has broken the standard, so that the broker must close.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>The broker let it in.</summary>
    public bool IsAccepted { get; private set; }

    /// <summary>Ids of deliveries that the broker has begun, newest last.</summary>
    public List<(ushort Id, int Qos)> Deliveries { get; } = [];

    /// <summary>The peer has sent some bytes, whole packets or not.</summary>
    public void Sent(ReadOnlySpan<byte> bytes)
    {
        _sent.AddRange(bytes);
        try
        {
            while (!IsBroken && FrameReader.TryRead(_sent.ToArray(), 131_072, _version, out var frame))
            {
                Owe(frame);
                _sent.RemoveRange(0, frame.Length);
            }
        }
        catch (ProtocolError)
        {
            IsBroken = true;
        }
    }

    /// <summary>The broker has sent some whole packets.</summary>
    /// <exception cref="Difference">One that it must not send, or not now.</exception>
    public void Received(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (!FrameReader.TryRead(bytes, int.MaxValue, _version, out var frame))
                throw new Difference("half a packet");
            Judge(frame);
            bytes = bytes[frame.Length..];
        }
    }

    private void Judge(in Frame frame)
    {
        if (_hasAnswered == (frame.Type == PacketType.ConnAck))
            throw new Difference($"{frame.Type}: CONNACK {(_hasAnswered ? "was sent already" : "is due")}");
        switch (frame.Type)
        {
            case PacketType.ConnAck:
                _hasAnswered = true;
                IsAccepted = IsModern
                    ? ConnAckPacket.Read5(frame).Reason == ReasonCode.Success
                    : ConnAckPacket.Read(frame).Code == ConnectCode.Accepted;
                break;
            case PacketType.Publish:
                var publish = IsModern ? PublishPacket.ReadFromServer5(frame) : PublishPacket.Read(frame);
                if (publish.Qos == 0) break;
                if (!_inflight.Add(publish.PacketId)) throw new Difference("a packet id is in use already");
                Deliveries.Add((publish.PacketId, publish.Qos));
                break;
            case PacketType.PubRel: Deliveries.Add((IdOf(frame), -1)); break;
            case PacketType.PingResp: Pay(frame.Type, 0); break;
            case PacketType.SubAck: Pay(frame.Type, IdOfCodes(frame)); break;
            case PacketType.UnsubAck when IsModern: Pay(frame.Type, IdOfCodes(frame)); break;
            case PacketType.PubAck or PacketType.PubRec or PacketType.PubComp or PacketType.UnsubAck:
                Pay(frame.Type, IdOf(frame));
                break;
            case PacketType.Disconnect when IsModern: break;
            default: throw new Difference($"{frame.Type} is not a server's to send");
        }
    }

    private void Pay(PacketType type, ushort id)
    {
        var owed = _owed.GetValueOrDefault((type, id));
        if (owed == 0) throw new Difference($"{type} {id} that nothing asked for");
        _owed[(type, id)] = owed - 1;
    }

    private void Owe(in Frame frame)
    {
        switch (frame.Type)
        {
            case PacketType.Connect:
                var connect = ConnectPacket.Read(frame);
                if (connect.IsSupported) _version = connect.Version;
                break;
            case PacketType.Publish:
                var publish = IsModern ? PublishPacket.Read5(frame) : PublishPacket.Read(frame);
                if (publish.Qos > 0)
                    Add(publish.Qos == 1 ? PacketType.PubAck : PacketType.PubRec, publish.PacketId);
                break;
            case PacketType.PubAck or PacketType.PubComp: _inflight.Remove(IdOf(frame)); break;
            case PacketType.PubRec: IdOf(frame); break;
            case PacketType.PubRel: Add(PacketType.PubComp, IdOf(frame)); break;
            case PacketType.Subscribe:
                Add(PacketType.SubAck, SubscribePacket.Read(frame, _version).PacketId);
                break;
            case PacketType.Unsubscribe:
                Add(PacketType.UnsubAck, UnsubscribePacket.Read(frame, _version).PacketId);
                break;
            case PacketType.PingReq: Add(PacketType.PingResp, 0); break;
            case PacketType.Disconnect: break;
            default: throw new ProtocolError("MQTT-4.8.0-1", "a packet that only a server sends");
        }
    }

    private bool IsModern => _version == ProtocolVersion.V500;

    private ushort IdOf(in Frame frame) => AckPacket.Read(frame, _version).PacketId;

    private ushort IdOfCodes(in Frame frame) =>
        IsModern ? SubAckPacket.Read5(frame).PacketId : SubAckPacket.Read(frame).PacketId;

    private void Add(PacketType type, ushort id) =>
        _owed[(type, id)] = _owed.GetValueOrDefault((type, id)) + 1;
}
