using System.Buffers.Binary;
using System.Text.Unicode;

namespace LightMq.Mqtt;

/// <summary>Takes fields from the front of a body; a lack is a <see cref="ProtocolError"/>.</summary>
internal ref struct BodyReader(ReadOnlySpan<byte> body)
{
    private ReadOnlySpan<byte> _rest = body;

    public readonly ReadOnlySpan<byte> Rest => _rest;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    public byte Byte(string clause)
    {
        if (_rest.IsEmpty) ThrowTruncated(clause);
        var value = _rest[0];
        _rest = _rest[1..];
        return value;
    }

    public ushort UInt16(string clause)
    {
        if (_rest.Length < 2) ThrowTruncated(clause);
        var value = BinaryPrimitives.ReadUInt16BigEndian(_rest);
        _rest = _rest[2..];
        return value;
    }

    public uint UInt32(string clause)
    {
        if (_rest.Length < 4) ThrowTruncated(clause);
        var value = BinaryPrimitives.ReadUInt32BigEndian(_rest);
        _rest = _rest[4..];
        return value;
    }

    /// <summary>An integer of one to four bytes, as few as it needs (MQTT5-1.5.5-1).</summary>
    public int VariableInteger(string clause)
    {
        if (!Mqtt.VariableInteger.TryRead(_rest, mustBeMinimal: true, clause, out var value, out var count))
            ThrowTruncated(clause);
        _rest = _rest[count..];
        return value;
    }

    /// <summary>The properties of a packet of 5.0, behind their length.</summary>
    public ReadOnlySpan<byte> Properties(string clause)
    {
        var length = VariableInteger(clause);
        if (_rest.Length < length) ThrowTruncated(clause);
        var value = _rest[..length];
        _rest = _rest[length..];
        return value;
    }

    /// <summary>A packet id, which is never 0 (MQTT-2.3.1-1).</summary>
    public ushort PacketId(string clause)
    {
        var id = UInt16(clause);
        if (id == 0) ProtocolError.Throw("MQTT-2.3.1-1", "packet id 0", ReasonCode.ProtocolError);
        return id;
    }

    /// <summary>Binary data behind a length of two bytes.</summary>
    public ReadOnlySpan<byte> Bytes(string clause)
    {
        var length = UInt16(clause);
        if (_rest.Length < length) ThrowTruncated(clause);
        var value = _rest[..length];
        _rest = _rest[length..];
        return value;
    }

    /// <summary>A string of well-formed UTF-8 without U+0000 (MQTT-1.5.3-1, MQTT-1.5.3-2).</summary>
    public ReadOnlySpan<byte> Text(string clause)
    {
        var value = Bytes(clause);
        if (!Utf8.IsValid(value)) ProtocolError.Throw("MQTT-1.5.3-1", "a string is not UTF-8");
        if (value.Contains((byte)0)) ProtocolError.Throw("MQTT-1.5.3-2", "a string contains U+0000");
        return value;
    }

    /// <summary>Nothing may follow what was read.</summary>
    public readonly void End(string clause)
    {
        if (!_rest.IsEmpty) ProtocolError.Throw(clause, "bytes follow the end of the packet's content");
    }

    private static void ThrowTruncated(string clause) =>
        ProtocolError.Throw(clause, "the packet ends within a field");
}
