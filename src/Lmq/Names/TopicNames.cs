namespace LightMq.Lmq;

/// <summary>
/// The LMQ dialect's rules for topics (LMQ-ID-3, LMQ-MSG-5). Takes names and filters that are valid MQTT, as
/// UTF-8; gives views into them.
/// </summary>
public static class TopicNames
{
    /// <summary>Longest topic in characters, slashes included.</summary>
    public const int CharactersMax = 64;

    private static ReadOnlySpan<byte> SharePrefix => "$share/"u8;

    private static ReadOnlySpan<byte> PeerLevel => "/p2p/"u8;

    /// <summary>The parent topic: the first level of a name or filter.</summary>
    public static ReadOnlySpan<byte> Parent(ReadOnlySpan<byte> topic)
    {
        var slash = topic.IndexOf((byte)'/');
        return slash < 0 ? topic : topic[..slash];
    }

    /// <summary>A filter without a leading <c>$share/name/</c>; any other filter as it is.</summary>
    public static ReadOnlySpan<byte> WithoutShare(ReadOnlySpan<byte> filter)
    {
        if (!filter.StartsWith(SharePrefix)) return filter;
        var rest = filter[SharePrefix.Length..];
        var slash = rest.IndexOf((byte)'/');
        if (slash <= 0 || slash == rest.Length - 1) return filter;
        return !rest[..slash].ContainsAny((byte)'+', (byte)'#') ? rest[(slash + 1)..] : filter;
    }

    /// <summary>
    /// Whether a name or filter has at most <see cref="CharactersMax"/> characters. <c>$share/name/</c> and
    /// the <c>/p2p/clientId</c> of a P2P topic do not count.
    /// </summary>
    public static bool IsLengthAllowed(ReadOnlySpan<byte> topic)
    {
        topic = WithoutShare(topic);
        if (topic.Length <= CharactersMax) return true;
        var counted = TryPeer(topic, out var parent, out _) ? parent : topic;
        return Characters(counted) <= CharactersMax;
    }

    /// <summary>
    /// Whether a topic has the form of P2P, <c>parent/p2p/…</c>, whatever follows: it is for one client or
    /// for nobody.
    /// </summary>
    public static bool IsPeer(ReadOnlySpan<byte> topic) =>
        topic[Parent(topic).Length..].StartsWith(PeerLevel);

    /// <summary>Takes a P2P topic <c>parent/p2p/clientId</c> with a well-formed client id apart.</summary>
    /// <returns>False for any other topic, one with levels behind the client id included.</returns>
    public static bool TryPeer(
        ReadOnlySpan<byte> topic, out ReadOnlySpan<byte> parent, out ReadOnlySpan<byte> clientId)
    {
        parent = Parent(topic);
        clientId = default;
        var rest = topic[parent.Length..];
        if (parent.IsEmpty || !rest.StartsWith(PeerLevel)) return false;
        var id = rest[PeerLevel.Length..];
        if (id.Contains((byte)'/') || !ClientIdName.TryParse(id, out _)) return false;
        clientId = id;
        return true;
    }

    // Unicode characters: every byte but those that continue one.
    private static int Characters(ReadOnlySpan<byte> utf8)
    {
        var count = 0;
        foreach (var one in utf8)
            if ((one & 0xC0) != 0x80) count++;
        return count;
    }
}
