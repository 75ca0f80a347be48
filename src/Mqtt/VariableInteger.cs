namespace LightMq.Mqtt;

/// <summary>Integers of one to four bytes, seven bits each, low ones first (MQTT 5.0, 1.5.5).</summary>
internal static class VariableInteger
{
    public const int Max = 268_435_455;

    /// <summary>Reads one from the front; false while more bytes are needed.</summary>
    /// <param name="bytes">What is there.</param>
    /// <param name="mustBeMinimal">5.0 forbids more bytes than the value needs (MQTT5-1.5.5-1).</param>
    /// <param name="clause">What a fifth byte breaks.</param>
    /// <param name="value">The value.</param>
    /// <param name="count">Bytes it takes.</param>
    public static bool TryRead(
        ReadOnlySpan<byte> bytes, bool mustBeMinimal, string clause, out int value, out int count)
    {
        value = 0;
        for (count = 0; count < bytes.Length; count++)
        {
            value |= (bytes[count] & 0x7F) << (7 * count);
            if (bytes[count] < 0x80)
            {
                if (mustBeMinimal && count > 0 && bytes[count] == 0)
                    ProtocolError.Throw("MQTT5-1.5.5-1", "an integer takes more bytes than it needs");
                count++;
                return true;
            }
            if (count == 3) ProtocolError.Throw(clause, "an integer longer than 4 bytes");
        }
        return false;
    }

    public static int Size(int value) => value switch
    {
        < 1 << 7 => 1,
        < 1 << 14 => 2,
        < 1 << 21 => 3,
        _ => 4,
    };

    public static int Write(Span<byte> to, int value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)value, (uint)Max);
        var at = 0;
        for (; value >= 0x80; value >>= 7) to[at++] = (byte)(value | 0x80);
        to[at++] = (byte)value;
        return at;
    }
}
