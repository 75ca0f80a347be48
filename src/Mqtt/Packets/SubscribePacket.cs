namespace LightMq.Mqtt;

/// <summary>SUBSCRIBE (MQTT 3.1.1, section 3.8). Its spans are views into the frame.</summary>
public ref struct SubscribePacket
{
    private BodyReader _filters;

    private SubscribePacket(ushort id, int count, ReadOnlySpan<byte> filters)
    {
        PacketId = id;
        Count = count;
        _filters = new BodyReader(filters);
    }

    /// <summary>Packet id, never 0.</summary>
    public ushort PacketId { get; }

    /// <summary>How many filters it carries, at least one.</summary>
    public int Count { get; }

    /// <summary>Takes the next filter with the QoS asked for; false after the last.</summary>
    public bool TryNext(out ReadOnlySpan<byte> filter, out int qos)
    {
        filter = default;
        qos = 0;
        if (_filters.IsAtEnd) return false;
        filter = _filters.Bytes("MQTT-3.8.3-1");
        qos = _filters.Byte("MQTT-3.8.3-4");
        return true;
    }

    /// <summary>Reads and checks the whole packet.</summary>
    /// <exception cref="ProtocolError">Any breach, in any of its filters.</exception>
    public static SubscribePacket Read(in Frame frame)
    {
        var body = new BodyReader(frame.Body);
        var id = body.PacketId("MQTT-3.8.2");
        var filters = body.Rest;
        var count = 0;
        while (!body.IsAtEnd)
        {
            Topics.CheckFilter(body.Text("MQTT-3.8.3-1"));
            if (body.Byte("MQTT-3.8.3-4") > 2)
                ProtocolError.Throw("MQTT-3.8.3-4", "reserved bits or QoS 3 in SUBSCRIBE");
            count++;
        }
        if (count == 0) ProtocolError.Throw("MQTT-3.8.3-3", "SUBSCRIBE without filter");
        return new SubscribePacket(id, count, filters);
    }
}
