using System.Text;
using LightMq.Lmq;

namespace LightMq.Uplink.Bridging;

/// <summary>How long a PUBLISH packet is.</summary>
internal static class PublishSize
{
    private const int HeaderBytes = 1 + 4 + 2 + 2 + 4;
    private const int PropertyBytes = 64;

    /// <summary>Its length, or a few bytes more.</summary>
    public static long AtMost(string topic, BridgeMessage message, LinkTerms terms)
    {
        long bytes = HeaderBytes + message.Payload.Length + Encoding.UTF8.GetByteCount(topic);
        if (!terms.IsFive) return bytes;
        // Most are far below any bound: only what may not be is counted in full.
        if (bytes + PropertyBytes + 64L * 1024 > terms.PacketBytesMax) bytes += Properties(message);
        return bytes;
    }

    private static long Properties(BridgeMessage message)
    {
        long bytes = 2; // expiry and format, at most, below
        if (message.ExpirySeconds > 0) bytes += 5;
        if (message.ContentType is { } type) bytes += 3 + Encoding.UTF8.GetByteCount(type);
        if (message.ResponseTopic is { } response) bytes += 3 + Encoding.UTF8.GetByteCount(response);
        if (message.CorrelationData is { } data) bytes += 3 + data.Length;
        foreach (var (name, value) in message.UserProperties)
            bytes += 5 + Encoding.UTF8.GetByteCount(name) + Encoding.UTF8.GetByteCount(value);
        return bytes;
    }
}

/// <summary>Characters of a topic as LMQ-ID-3 counts them.</summary>
internal static class TopicLength
{
    /// <summary>Characters, of a P2P topic those of its parent.</summary>
    public static int Counted(string topic)
    {
        if (topic.Length <= TopicNames.CharactersMax) return topic.Length;
        Span<byte> utf8 = stackalloc byte[topic.Length * 3];
        utf8 = utf8[..Encoding.UTF8.GetBytes(topic, utf8)];
        if (TopicNames.IsLengthAllowed(utf8)) return TopicNames.CharactersMax;
        var characters = 0;
        foreach (var _ in topic.EnumerateRunes()) characters++;
        return characters;
    }
}
