using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace LightMq.Mqtt;

/// <summary>What an acknowledgement says.</summary>
/// <param name="PacketId">Of which packet, never 0.</param>
/// <param name="Reason">Whether it was taken; before 5.0 always <see cref="ReasonCode.Success"/>.</param>
public readonly record struct Ack(ushort PacketId, ReasonCode Reason);

/// <summary>
/// PUBACK, PUBREC, PUBREL, PUBCOMP, and before 5.0 UNSUBACK: a packet id, in 5.0 perhaps a reason.
/// </summary>
public static class AckPacket
{
    /// <summary>Reads and checks a packet of 3.1 or 3.1.1.</summary>
    /// <returns>The packet id, never 0.</returns>
    /// <exception cref="ProtocolError">Wrong length or packet id 0.</exception>
    public static ushort Read(in Frame frame)
    {
        if (frame.Body.Length != 2)
            ProtocolError.Throw("MQTT-3.4.1", "an acknowledgement's remaining length is not 2");
        var id = BinaryPrimitives.ReadUInt16BigEndian(frame.Body);
        if (id == 0)
            ProtocolError.Throw("MQTT-2.3.1-1", "packet id 0", ReasonCode.ProtocolError);
        return id;
    }

    /// <summary>Reads and checks the packet.</summary>
    /// <exception cref="ProtocolError">Any breach.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Ack Read(in Frame frame, ProtocolVersion version)
    {
        // 5.0 leaves out the reason of success, mostly (MQTT 5.0, section 3.4.2.1).
        if (frame.Body.Length == 2 || version != ProtocolVersion.V500)
            return new Ack(Read(frame), ReasonCode.Success);
        return ReadWithReason(frame);
    }

    private static Ack ReadWithReason(in Frame frame)
    {
        var body = new BodyReader(frame.Body);
        var id = body.PacketId("MQTT-3.4.1");
        var reason = (ReasonCode)body.Byte("MQTT-3.4.1");
        if (!IsReasonOf(frame.Type, reason))
            ProtocolError.Throw(Clause(frame.Type), "not a reason of this packet", ReasonCode.ProtocolError);
        if (body.IsAtEnd) return new Ack(id, reason);
        new PropertyReader(body.Properties("MQTT5-3.4.2.2.1"), PropertySets.Ack).Check();
        body.End("MQTT-3.4.1");
        return new Ack(id, reason);
    }

    private static bool IsReasonOf(PacketType type, ReasonCode reason) => type switch
    {
        PacketType.PubAck or PacketType.PubRec => reason is ReasonCode.Success
            or ReasonCode.NoMatchingSubscribers or ReasonCode.UnspecifiedError
            or ReasonCode.ImplementationSpecificError or ReasonCode.NotAuthorized
            or ReasonCode.TopicNameInvalid or ReasonCode.PacketIdentifierInUse or ReasonCode.QuotaExceeded
            or ReasonCode.PayloadFormatInvalid,
        _ => reason is ReasonCode.Success or ReasonCode.PacketIdentifierNotFound,
    };

    private static string Clause(PacketType type) => type switch
    {
        PacketType.PubAck => "MQTT5-3.4.2-1",
        PacketType.PubRec => "MQTT5-3.5.2-1",
        PacketType.PubRel => "MQTT5-3.6.2-1",
        _ => "MQTT5-3.7.2-1",
    };
}
