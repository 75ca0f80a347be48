namespace LightMq.Mqtt;

/// <summary>UNSUBSCRIBE (MQTT 3.1.1 and 5.0, section 3.10). Its spans are views into the frame.</summary>
public ref struct UnsubscribePacket
{
    private BodyReader _filters;

    private UnsubscribePacket(ushort id, int count, ReadOnlySpan<byte> filters)
    {
        PacketId = id;
        Count = count;
        _filters = new BodyReader(filters);
    }

    /// <summary>Packet id, never 0.</summary>
    public ushort PacketId { get; }

    /// <summary>How many filters it carries, at least one.</summary>
    public int Count { get; }

    /// <summary>Takes the next filter; false after the last.</summary>
    public bool TryNext(out ReadOnlySpan<byte> filter)
    {
        filter = default;
        if (_filters.IsAtEnd) return false;
        filter = _filters.Bytes("MQTT-3.10.3-1");
        return true;
    }

    /// <summary>Reads and checks the whole packet.</summary>
    /// <exception cref="ProtocolError">Any breach, in any of its filters.</exception>
    public static UnsubscribePacket Read(in Frame frame, ProtocolVersion version)
    {
        var body = new BodyReader(frame.Body);
        var id = body.PacketId("MQTT-3.10.2");
        if (version == ProtocolVersion.V500)
            new PropertyReader(body.Properties("MQTT5-3.10.2.1.1"), PropertySets.Unsubscribe).Check();
        var filters = body.Rest;
        var count = 0;
        for (; !body.IsAtEnd; count++) Topics.CheckFilter(body.Text("MQTT-3.10.3-1"), version);
        if (count == 0)
            ProtocolError.Throw("MQTT-3.10.3-2", "UNSUBSCRIBE without filter", ReasonCode.ProtocolError);
        return new UnsubscribePacket(id, count, filters);
    }
}
