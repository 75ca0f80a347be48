using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace LightMq.Lmq;

/// <summary>What happened to a client's connection (LMQ-PRE-2).</summary>
public enum PresenceKind : byte
{
    /// <summary>It connected.</summary>
    Connect,

    /// <summary>Its DISCONNECT packet arrived.</summary>
    Disconnect,

    /// <summary>Its TCP connection is gone; always told.</summary>
    TcpClean,
}

/// <summary>
/// A presence event (LMQ-PRE-3): <c>{"clientId":…,"time":…,"eventType":…,"channelId":…,"eventIndex":…}</c>.
/// </summary>
/// <param name="ClientId">Whose connection.</param>
/// <param name="Milliseconds">When, ms since 1970.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Channel">The TCP connection, unlike any other's: 32 hex digits on the wire.</param>
/// <param name="Index">The order of a client's events: a larger one is newer.</param>
public readonly record struct PresenceEvent(
    string ClientId, long Milliseconds, PresenceKind Kind, UInt128 Channel, long Index)
{
    private const int BytesBesideClientId = 192;

    // One character of the Basic Multilingual Plane as \uXXXX.
    private const int BytesPerCharacterMax = 6;

    /// <summary>Longest body that is read.</summary>
    public const int BytesMax = 4_096;

    /// <summary>Parent topic of a group's events (LMQ-PRE-1), <c>GID_AAA_MQTT</c>.</summary>
    public static byte[] Topic(ReadOnlySpan<byte> group) => [.. group, .. "_MQTT"u8];

    /// <summary>The event's name on the wire, and its tag in the core.</summary>
    public static string KindText(PresenceKind kind) => kind switch
    {
        PresenceKind.Connect => "connect",
        PresenceKind.Disconnect => "disconnect",
        PresenceKind.TcpClean => "tcpclean",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>Room that <see cref="Write"/> needs for a client id of so many characters.</summary>
    public static int BytesNeeded(int clientIdCharacters) =>
        BytesBesideClientId + clientIdCharacters * BytesPerCharacterMax;

    /// <summary>Writes the body.</summary>
    /// <param name="body">Has room for <see cref="BytesNeeded"/>.</param>
    /// <returns>Bytes written.</returns>
    public int Write(Span<byte> body)
    {
        var clientId = JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(ClientId);
        var isWritten = Utf8.TryWrite(body, CultureInfo.InvariantCulture,
            $"{{\"clientId\":\"{clientId}\",\"time\":{Milliseconds},\"eventType\":\"{KindText(Kind)}\","
            + $"\"channelId\":\"{Channel:x32}\",\"eventIndex\":{Index}}}", out var bytes);
        return isWritten ? bytes : throw new ArgumentException("no room for the event", nameof(body));
    }

    /// <summary>Reads a body; names in any case of letters: the manual mixes them.</summary>
    public static bool TryParse(ReadOnlySpan<byte> body, out PresenceEvent read)
    {
        read = default;
        if (body.Length > BytesMax) return false;
        string? clientId = null;
        long? time = null, index = null;
        PresenceKind? kind = null;
        UInt128? channel = null;
        var fields = new JsonFields(body);
        while (fields.Next())
        {
            var isRight = true;
            if (fields.Is("clientId"u8)) isRight = clientId == null && TryText(fields, out clientId);
            else if (fields.Is("time"u8)) isRight = time == null && TryNumber(fields, out time);
            else if (fields.Is("eventType"u8)) isRight = kind == null && TryKind(fields, out kind);
            else if (fields.Is("channelId"u8)) isRight = channel == null && TryChannel(fields, out channel);
            else if (fields.Is("eventIndex"u8)) isRight = index == null && TryNumber(fields, out index);
            if (!isRight) return false;
        }
        if (!fields.IsComplete || clientId == null || time == null || index == null) return false;
        if (kind is not { } which || channel is not { } connection) return false;
        read = new PresenceEvent(clientId, time.Value, which, connection, index.Value);
        return true;
    }

    private static bool TryText(in JsonFields fields, [NotNullWhen(true)] out string? text)
    {
        text = fields.TryText(out var utf8) && !utf8.IsEmpty ? Encoding.UTF8.GetString(utf8) : null;
        return text != null;
    }

    private static bool TryNumber(in JsonFields fields, out long? number)
    {
        number = fields.TryInteger(out var integer) ? integer : null;
        return number != null;
    }

    private static bool TryKind(in JsonFields fields, out PresenceKind? kind)
    {
        kind = null;
        if (!fields.TryText(out var text)) return false;
        if (text.SequenceEqual("connect"u8)) kind = PresenceKind.Connect;
        else if (text.SequenceEqual("disconnect"u8)) kind = PresenceKind.Disconnect;
        else if (text.SequenceEqual("tcpclean"u8)) kind = PresenceKind.TcpClean;
        return kind != null;
    }

    private static bool TryChannel(in JsonFields fields, out UInt128? channel)
    {
        channel = fields.TryText(out var text) && HexNumber.TryParse(text, out var number) ? number : null;
        return channel != null;
    }
}
