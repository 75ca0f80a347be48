namespace LightMq.Net;

/// <summary>Knows what a peer speaks by its first bytes.</summary>
internal static class Foreign
{
    private static ReadOnlySpan<byte> Methods => "GET POSTHEADPUT OPTIDELECONNPATCTRACPRI "u8;

    /// <summary>What they are at a plain listener, where they made no sense; null: nothing known.</summary>
    public static Refusal? AtPlain(ReadOnlySpan<byte> first)
    {
        // A handshake record of any TLS: RFC 8446, 5.1.
        if (first is [0x16, 0x03, ..]) return Refusal.TlsBytes;
        return IsHttp(first) ? Refusal.HttpBytes : null;
    }

    /// <summary>What they are at a TLS listener; null: a TLS record.</summary>
    public static Refusal? AtTls(ReadOnlySpan<byte> first)
    {
        if (first is [0x16] or [0x16, 0x03, ..]) return null;
        if (IsHttp(first)) return Refusal.HttpBytes;
        return first is [0x10, ..] ? Refusal.PlainBytes : Refusal.Garbage;
    }

    /// <summary>What to do about it, for a log line.</summary>
    public static string Advice(Refusal refusal) => refusal switch
    {
        Refusal.TlsBytes => "it speaks TLS, this listener does not: use a listener with transport tls",
        Refusal.HttpBytes => "it speaks HTTP, this listener MQTT: use a listener with transport ws or wss",
        Refusal.PlainBytes => "it speaks MQTT without TLS: switch TLS on in the client",
        _ => "its first bytes are no TLS",
    };

    private static bool IsHttp(ReadOnlySpan<byte> first)
    {
        if (first.Length < 4) return false;
        for (var at = 0; at < Methods.Length; at += 4)
            if (first.StartsWith(Methods.Slice(at, 4))) return true;
        return false;
    }
}
