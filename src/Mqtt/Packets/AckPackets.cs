using System.Buffers.Binary;

namespace LightMq.Mqtt;

/// <summary>PUBACK, PUBREC, PUBREL, PUBCOMP and UNSUBACK: nothing but a packet id.</summary>
public static class AckPacket
{
    /// <summary>Reads and checks the packet.</summary>
    /// <returns>The packet id, never 0.</returns>
    /// <exception cref="ProtocolError">Wrong length or packet id 0.</exception>
    public static ushort Read(in Frame frame)
    {
        if (frame.Body.Length != 2)
            ProtocolError.Throw("MQTT-3.4.1", "an acknowledgement's remaining length is not 2");
        var id = BinaryPrimitives.ReadUInt16BigEndian(frame.Body);
        if (id == 0) ProtocolError.Throw("MQTT-2.3.1-1", "packet id 0");
        return id;
    }
}

/// <summary>CONNACK (MQTT 3.1.1, section 3.2), as a client reads it.</summary>
public readonly ref struct ConnAckPacket
{
    private ConnAckPacket(bool sessionPresent, ConnectCode code)
    {
        SessionPresent = sessionPresent;
        Code = code;
    }

    /// <summary>Whether the server holds state of an earlier connection.</summary>
    public bool SessionPresent { get; }

    /// <summary>Accepted, or why not.</summary>
    public ConnectCode Code { get; }

    /// <summary>Reads and checks the packet.</summary>
    /// <exception cref="ProtocolError">Any breach.</exception>
    public static ConnAckPacket Read(in Frame frame)
    {
        var body = new BodyReader(frame.Body);
        var flags = body.Byte("MQTT-3.2.2.1");
        if (flags > 1) ProtocolError.Throw("MQTT-3.2.2.1", "reserved CONNACK flags");
        var code = body.Byte("MQTT-3.2.2.3");
        if (code > (byte)ConnectCode.NotAuthorized)
            ProtocolError.Throw("MQTT-3.2.2.3", "reserved CONNACK return code");
        if (code != 0 && flags != 0) ProtocolError.Throw("MQTT-3.2.2-4", "session present in a refusal");
        body.End("MQTT-3.2.1");
        return new ConnAckPacket(flags == 1, (ConnectCode)code);
    }
}

/// <summary>SUBACK (MQTT 3.1.1, section 3.9), as a client reads it.</summary>
public readonly ref struct SubAckPacket
{
    /// <summary>Return code of a refused filter.</summary>
    public const byte Failure = 0x80;

    private SubAckPacket(ushort id, ReadOnlySpan<byte> codes)
    {
        PacketId = id;
        Codes = codes;
    }

    /// <summary>Packet id of the SUBSCRIBE.</summary>
    public ushort PacketId { get; }

    /// <summary>QoS granted, or <see cref="Failure"/>, for each filter in order.</summary>
    public ReadOnlySpan<byte> Codes { get; }

    /// <summary>Reads and checks the packet.</summary>
    /// <exception cref="ProtocolError">Any breach.</exception>
    public static SubAckPacket Read(in Frame frame)
    {
        var body = new BodyReader(frame.Body);
        var id = body.PacketId("MQTT-3.9.2");
        if (body.IsAtEnd) ProtocolError.Throw("MQTT-3.8.4-5", "SUBACK without return code");
        foreach (var code in body.Rest)
            if (code is > 2 and not Failure) ProtocolError.Throw("MQTT-3.9.3-2", "reserved SUBACK code");
        return new SubAckPacket(id, body.Rest);
    }
}
