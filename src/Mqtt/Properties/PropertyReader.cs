using System.Buffers.Binary;

namespace LightMq.Mqtt;

/// <summary>Takes properties from a packet's block, and checks all that the table says of them.</summary>
/// <param name="block">The properties, without their length.</param>
/// <param name="allowed">Which may stand there, of <see cref="PropertySets"/>.</param>
/// <param name="repeatable">Which may stand more than once.</param>
internal ref struct PropertyReader(
    ReadOnlySpan<byte> block, ulong allowed, ulong repeatable = PropertySets.User)
{
    private const string Clause = "MQTT5-2.2.2.2";

    private BodyReader _rest = new(block);
    private ulong _seen;

    /// <summary>Takes the next property; false after the last.</summary>
    /// <param name="id">Which it is.</param>
    /// <param name="number">Its value, of one that is a number.</param>
    /// <param name="bytes">Its value, of one that is text or bytes; the name, of a user property.</param>
    /// <exception cref="ProtocolError">Any breach.</exception>
    public bool TryNext(out PropertyId id, out uint number, out ReadOnlySpan<byte> bytes)
    {
        id = default;
        number = 0;
        bytes = default;
        if (_rest.IsAtEnd) return false;
        var code = _rest.Byte(Clause);
        // No shift beyond 63: it would wrap around.
        var bit = code < 64 ? 1UL << code : 0;
        if ((bit & allowed) == 0)
            ProtocolError.Throw(Clause, "a property that may not stand in this packet");
        if ((bit & _seen & ~repeatable) != 0)
            ProtocolError.Throw(Clause, "a property stands twice", ReasonCode.ProtocolError);
        _seen |= bit;
        id = (PropertyId)code;
        if ((bit & PropertySets.Bytes) != 0) number = YesOrNo();
        else if ((bit & PropertySets.TwoBytes) != 0) number = _rest.UInt16(Clause);
        else if ((bit & PropertySets.FourBytes) != 0) number = _rest.UInt32(Clause);
        else if ((bit & PropertySets.SubscriptionIdentifiers) != 0)
            number = (uint)_rest.VariableInteger(Clause);
        else if ((bit & PropertySets.Binary) != 0) bytes = _rest.Bytes(Clause);
        else bytes = _rest.Text(Clause);
        if ((bit & PropertySets.User) != 0) _rest.Text(Clause);
        if (number == 0 && (bit & PropertySets.NeverZero) != 0) ThrowZero(id);
        return true;
    }

    /// <summary>Checks a block of which no value matters.</summary>
    public void Check()
    {
        while (TryNext(out _, out _, out _))
        {
        }
    }

    /// <summary>Finds the value of a user property in a block that was checked.</summary>
    public static bool TryFindUser(
        ReadOnlySpan<byte> block, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        // Identifier and length of the name.
        const int HeadBytes = 3;
        value = default;
        while (!block.IsEmpty)
        {
            var size = SizeOfFirst(block);
            var isUser = (PropertyId)block[0] == PropertyId.UserProperty;
            var length = isUser ? BinaryPrimitives.ReadUInt16BigEndian(block[1..]) : 0;
            if (isUser && block.Slice(HeadBytes, length).SequenceEqual(name))
            {
                value = block[(HeadBytes + name.Length + 2)..size];
                return true;
            }
            block = block[size..];
        }
        return false;
    }

    /// <summary>Bytes of the first property of a block that was checked, identifier included.</summary>
    public static int SizeOfFirst(ReadOnlySpan<byte> block)
    {
        var rest = new BodyReader(block[1..]);
        var bit = 1UL << block[0];
        if ((bit & PropertySets.Bytes) != 0) return 2;
        if ((bit & PropertySets.TwoBytes) != 0) return 3;
        if ((bit & PropertySets.FourBytes) != 0) return 5;
        if ((bit & PropertySets.SubscriptionIdentifiers) != 0) rest.VariableInteger(Clause);
        else rest.Bytes(Clause);
        if ((bit & PropertySets.User) != 0) rest.Bytes(Clause);
        return block.Length - rest.Rest.Length;
    }

    private uint YesOrNo()
    {
        var value = _rest.Byte(Clause);
        if (value > 1)
            ProtocolError.Throw(Clause, "a property is neither 0 nor 1", ReasonCode.ProtocolError);
        return value;
    }

    private static void ThrowZero(PropertyId id)
    {
        if (id == PropertyId.TopicAlias)
            ProtocolError.Throw("MQTT5-3.3.2-8", "topic alias 0", ReasonCode.TopicAliasInvalid);
        var section = id switch
        {
            PropertyId.ReceiveMaximum => "MQTT5-3.1.2.11.3",
            PropertyId.MaximumPacketSize => "MQTT5-3.1.2.11.4",
            _ => "MQTT5-3.8.2.1.2",
        };
        ProtocolError.Throw(section, $"{id} is 0", ReasonCode.ProtocolError);
    }
}
