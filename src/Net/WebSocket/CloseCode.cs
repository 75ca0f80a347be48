using System.Buffers.Binary;

namespace LightMq.Net.WebSocket;

/// <summary>Status codes of a Close frame (RFC 6455, 7.4).</summary>
internal static class CloseCode
{
    public const ushort Normal = 1000, GoingAway = 1001, ProtocolError = 1002, Unsupported = 1003;
    public const ushort NotText = 1007;

    /// <summary>What a Close frame without a code stands for; never sent (7.1.5).</summary>
    public const ushort None = 1005;

    /// <summary>Whether a peer may send it: 1004 to 1006 and 1015 are never on the wire (7.4.1).</summary>
    public static bool IsSendable(int code) =>
        code is >= 1000 and <= 1003 or >= 1007 and <= 1014 or >= 3000 and <= 4999;

    /// <summary>Reads a Close frame's payload; gives the code that our own Close frame carries.</summary>
    public static ushort Answer(ReadOnlySpan<byte> payload, out string? failure)
    {
        failure = null;
        if (payload.IsEmpty) return None;
        var code = payload.Length == 1 ? 0 : BinaryPrimitives.ReadUInt16BigEndian(payload);
        if (!IsSendable(code)) failure = "a Close frame with a code that is none (RFC 6455, 7.4)";
        else if (!System.Text.Unicode.Utf8.IsValid(payload[2..]))
        {
            failure = "a Close frame with a reason that is no UTF-8 (RFC 6455, 5.5.1)";
            return NotText;
        }
        return failure is null ? (ushort)code : ProtocolError;
    }
}
