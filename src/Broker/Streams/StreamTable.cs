using LightMq.Lmq;

namespace LightMq.Broker.Streams;

/// <summary>What a number is to its stream.</summary>
internal enum StreamPlace : byte
{
    /// <summary>The next one.</summary>
    Next,
    /// <summary>The first of a stream that is not known.</summary>
    First,
    /// <summary>It was taken before.</summary>
    Repeated,
    /// <summary>One before it has not come.</summary>
    Hole,
}

/// <summary>
/// How far the streams of all clients behind all gateways were taken (LMQ-CORE-4). What is durable is the
/// core's to say, at the start; from then on this is ahead of it by what is on its way there.
/// </summary>
internal sealed class StreamTable(BytesComparer names)
{
    /// <summary>How long a stream that does not move is known, in milliseconds.</summary>
    public const long KeptMilliseconds = 30L * 24 * 3_600_000;

    private readonly Dictionary<byte[], GatewayStreams> _gateways = new(names);
    private readonly Dictionary<byte[], GatewayStreams> _homes = new(names);

    /// <summary>The streams of a gateway.</summary>
    public GatewayStreams Of(ReadOnlySpan<byte> gateway)
    {
        var lookup = _gateways.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (!lookup.TryGetValue(gateway, out var streams))
            lookup[gateway] = streams = new GatewayStreams(gateway.ToArray(), names);
        return streams;
    }

    /// <summary>A client is behind this gateway now.</summary>
    public void IsBehind(ReadOnlySpan<byte> client, GatewayStreams gateway)
    {
        var homes = _homes.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (!homes.TryGetValue(client, out var home) || home != gateway) homes[client] = gateway;
    }

    /// <summary>A client has come straight here: it is behind no gateway any more.</summary>
    public void IsHere(ReadOnlySpan<byte> client) =>
        _homes.GetAlternateLookup<ReadOnlySpan<byte>>().Remove(client);

    /// <summary>Client id of the gateway that a client is behind; null: none is known.</summary>
    public byte[]? HomeOf(ReadOnlySpan<byte> client) =>
        _homes.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(client, out var home)
            ? home.Gateway : null;

    /// <summary>At the start: what the core has of a stream.</summary>
    public void Recover(
        ReadOnlySpan<byte> gateway, ReadOnlySpan<byte> client, in EpochText epoch, long last, long seenAt)
    {
        var its = Of(gateway);
        its.Recover(client, epoch, last, seenAt);
        var isNewest = !_homes.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(client, out var home)
            || home.SeenAt(client) <= seenAt;
        if (isNewest) IsBehind(client, its);
    }

    /// <summary>Forgets streams that have not moved for so long (LMQ-CORE-4).</summary>
    /// <param name="before">Those that moved last before this, ms since 1970, go.</param>
    public void Forget(long before)
    {
        foreach (var gateway in _gateways.Values)
            foreach (var client in gateway.Forget(before))
                if (_homes.TryGetValue(client, out var home) && home == gateway) _homes.Remove(client);
    }
}

/// <summary>The streams of the clients behind one gateway.</summary>
internal sealed class GatewayStreams(byte[] gateway, BytesComparer names)
{
    private readonly Dictionary<byte[], List<ClientStream>> _clients = new(names);
    private readonly Dictionary<uint, UInt128> _boots = [];

    /// <summary>The gateway's client id.</summary>
    public byte[] Gateway { get; } = gateway;

    /// <summary>Where a number stands in its stream.</summary>
    /// <param name="client">Client id.</param>
    /// <param name="epoch">Stream.</param>
    /// <param name="sequence">Number, of a gap the first.</param>
    /// <param name="wanted">The number that is wanted; 0: any.</param>
    public StreamPlace PlaceOf(
        ReadOnlySpan<byte> client, in EpochText epoch, long sequence, out long wanted)
    {
        wanted = 0;
        if (Find(client, epoch) is not { } stream) return StreamPlace.First;
        wanted = stream.Last + 1;
        return sequence == wanted ? StreamPlace.Next
            : sequence < wanted ? StreamPlace.Repeated : StreamPlace.Hole;
    }

    /// <summary>A stream was taken as far as this.</summary>
    public void Move(ReadOnlySpan<byte> client, in EpochText epoch, long last, long at)
    {
        if (Find(client, epoch) is { } known)
        {
            known.Last = Math.Max(known.Last, last);
            known.SeenAt = Math.Max(known.SeenAt, at);
            return;
        }
        var lookup = _clients.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (!lookup.TryGetValue(client, out var streams)) lookup[client] = streams = [];
        // The newest first: it is the one that moves.
        streams.Insert(0, new ClientStream(epoch) { Last = last, SeenAt = at });
    }

    /// <summary>Whether a number was taken before this start.</summary>
    public bool WasRecovered(ReadOnlySpan<byte> client, in EpochText epoch, long sequence) =>
        Find(client, epoch) is { } stream && sequence <= stream.Recovered;

    /// <summary>When any stream of a client moved last, ms since 1970.</summary>
    public long SeenAt(ReadOnlySpan<byte> client) =>
        _clients.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(client, out var streams)
            ? streams.Max(static stream => stream.SeenAt) : 0;

    /// <summary>Forgets streams that moved last before a time.</summary>
    /// <returns>Clients of whom none is left.</returns>
    public List<byte[]> Forget(long before)
    {
        var gone = new List<byte[]>();
        foreach (var (client, streams) in _clients)
        {
            streams.RemoveAll(stream => stream.SeenAt < before);
            if (streams.Count == 0) gone.Add(client);
        }
        foreach (var client in gone) _clients.Remove(client);
        return gone;
    }

    /// <summary>At the start: what the core has of a stream.</summary>
    public void Recover(ReadOnlySpan<byte> client, in EpochText epoch, long last, long seenAt)
    {
        _boots[epoch.Boot] = epoch.Draw;
        Move(client, epoch, last, seenAt);
        Find(client, epoch)!.Recovered = last;
    }

    /// <summary>
    /// Whether another installation has counted the same start: a backup that was put back, or a copied card.
    /// Told once for each start.
    /// </summary>
    public bool IsFork(in EpochText epoch)
    {
        if (_boots.TryAdd(epoch.Boot, epoch.Draw)) return false;
        if (_boots[epoch.Boot] == epoch.Draw) return false;
        _boots[epoch.Boot] = epoch.Draw;
        return true;
    }

    private ClientStream? Find(ReadOnlySpan<byte> client, in EpochText epoch)
    {
        if (!_clients.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(client, out var streams))
            return null;
        foreach (var stream in streams)
            if (stream.Epoch == epoch) return stream;
        return null;
    }

    private sealed class ClientStream(EpochText epoch)
    {
        public EpochText Epoch { get; } = epoch;
        public long Last { get; set; }
        public long Recovered { get; set; }
        public long SeenAt { get; set; }
    }
}
