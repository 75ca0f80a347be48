using System.Text.Unicode;

namespace LightMq.Lmq;

/// <summary>What may stand in a token as a topic or filter (LMQ-TOK-2).</summary>
public static class TokenResource
{
    /// <summary>
    /// Whether it is valid UTF-8, a topic or an MQTT filter of at most 64 characters (LMQ-ID-3), and neither
    /// begins with <c>$</c> nor holds a comma, which separates resources.
    /// </summary>
    public static bool IsWellFormed(ReadOnlySpan<byte> resource)
    {
        if (resource.IsEmpty || resource[0] == (byte)'$' || resource.ContainsAny((byte)',', (byte)0)) return false;
        if (!Utf8.IsValid(resource) || !TopicNames.IsLengthAllowed(resource)) return false;
        var rest = resource;
        for (var slash = rest.IndexOf((byte)'/'); slash >= 0; slash = rest.IndexOf((byte)'/'))
        {
            var level = rest[..slash];
            if (level.Contains((byte)'#') || (level.Length > 1 && level.Contains((byte)'+'))) return false;
            rest = rest[(slash + 1)..];
        }
        return rest.Length <= 1 || !rest.ContainsAny((byte)'#', (byte)'+');
    }
}
