namespace LightMq.Broker.Sessions;

/// <summary>
/// Which cleanSession value clients of the LMQ contract came with last: they should keep one for life
/// (LMQ-MSG-3). Only so many that left no session are remembered, and none over a restart.
/// </summary>
internal sealed class SessionKinds(BytesComparer names)
{
    private const int RememberedMax = 16_384;

    private readonly Dictionary<byte[], bool> _isClean = new(names);

    /// <summary>A client comes: whether it came otherwise before.</summary>
    /// <param name="clientId">Its id.</param>
    /// <param name="known">Its session; null: it has none.</param>
    /// <param name="isClean">What it asks for now; MQTT 5.0: a session expiry of 0.</param>
    public bool IsChange(ReadOnlySpan<byte> clientId, Session? known, bool isClean)
    {
        var remembered = _isClean.GetAlternateLookup<ReadOnlySpan<byte>>();
        bool? before = known?.IsClean;
        if (before is null && remembered.TryGetValue(clientId, out var last)) before = last;
        if (_isClean.Count >= RememberedMax) _isClean.Clear();
        remembered[clientId] = isClean;
        return before is { } was && was != isClean;
    }
}
