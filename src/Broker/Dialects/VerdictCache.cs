namespace LightMq.Broker.Dialects;

/// <summary>
/// Topics of one connection that were granted, so that judging a client's usual topics costs a compare. Holds
/// for one state of the registry; never more than a few topics of bounded length.
/// </summary>
/// <param name="places">How many topics; a power of two.</param>
internal sealed class VerdictCache(int places)
{
    /// <summary>For logins whose judging walks over the resources of tokens.</summary>
    public const int TokenPlaces = 16;
    private const int TopicBytesMax = 256;

    private Place[]? _places;
    private int _version;

    /// <summary>
    /// Whether the topic was granted in this state of the registry, and what it stands for.
    /// </summary>
    public bool TryFind(ReadOnlySpan<byte> topic, int version, out TopicKind kind)
    {
        kind = default;
        if (_places is null || _version != version) return false;
        ref var place = ref _places[PlaceOf(topic)];
        if (!topic.SequenceEqual(place.Topic.AsSpan(0, place.Length))) return false;
        kind = place.Kind;
        return true;
    }

    /// <summary>The topic is granted.</summary>
    public void Keep(ReadOnlySpan<byte> topic, int version, TopicKind kind)
    {
        if (topic.Length > TopicBytesMax) return;
        if (_version != version) Clear();
        _version = version;
        _places ??= new Place[places];
        ref var place = ref _places[PlaceOf(topic)];
        if (place.Topic is null || place.Topic.Length < topic.Length)
            place.Topic = new byte[Math.Min(TopicBytesMax, topic.Length + 16)];
        topic.CopyTo(place.Topic);
        place.Length = topic.Length;
        place.Kind = kind;
    }

    /// <summary>What is granted has changed.</summary>
    public void Clear()
    {
        if (_places is null) return;
        foreach (ref var place in _places.AsSpan()) place.Length = 0;
    }

    // The last letters are those that differ between a device's topics.
    private int PlaceOf(ReadOnlySpan<byte> topic) =>
        (topic[^1] * 5 + topic[topic.Length / 2] + topic.Length) & (places - 1);

    private struct Place
    {
        public byte[]? Topic;
        public int Length;
        public TopicKind Kind;
    }
}
