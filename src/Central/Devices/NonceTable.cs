namespace LightMq.Central.Devices;

/// <summary>What became of a nonce.</summary>
internal enum NonceFate
{
    /// <summary>It is new.</summary>
    New,
    /// <summary>It was seen before.</summary>
    Repeated,
    /// <summary>Too many are remembered already.</summary>
    NoRoom,
}

/// <summary>
/// Nonces of signed requests, remembered for as long as their time counts, so that none is taken twice. A
/// request that was signed before this process began is not taken at all: what it would repeat is forgotten.
/// For any thread.
/// </summary>
/// <param name="most">Most that are remembered.</param>
internal sealed class NonceTable(int most)
{
    private readonly Lock _gate = new();
    private readonly HashSet<(string, string)> _seen = [];
    private readonly Queue<(long Until, (string, string) Nonce)> _order = new();

    /// <summary>Takes one.</summary>
    /// <param name="clientId">Whose it is.</param>
    /// <param name="nonce">The nonce.</param>
    /// <param name="now">Milliseconds of any clock that goes on.</param>
    /// <param name="until">When it may be forgotten, by that clock.</param>
    public NonceFate Take(string clientId, string nonce, long now, long until)
    {
        lock (_gate)
        {
            while (_order.TryPeek(out var oldest) && oldest.Until <= now)
                _seen.Remove(_order.Dequeue().Nonce);
            if (_seen.Contains((clientId, nonce))) return NonceFate.Repeated;
            if (_seen.Count >= most) return NonceFate.NoRoom;
            _seen.Add((clientId, nonce));
            _order.Enqueue((until, (clientId, nonce)));
            return NonceFate.New;
        }
    }
}
