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
    private readonly Dictionary<byte[], GatewayStreams> _gateways = new(names);

    /// <summary>The streams of a gateway.</summary>
    public GatewayStreams Of(ReadOnlySpan<byte> gateway)
    {
        var lookup = _gateways.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (!lookup.TryGetValue(gateway, out var streams))
            lookup[gateway] = streams = new GatewayStreams(names);
        return streams;
    }
}

/// <summary>The streams of the clients behind one gateway.</summary>
internal sealed class GatewayStreams(BytesComparer names)
{
    private readonly Dictionary<byte[], List<ClientStream>> _clients = new(names);
    private readonly Dictionary<uint, UInt128> _boots = [];

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
    public void Move(ReadOnlySpan<byte> client, in EpochText epoch, long last)
    {
        if (Find(client, epoch) is { } known)
        {
            known.Last = Math.Max(known.Last, last);
            return;
        }
        var lookup = _clients.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (!lookup.TryGetValue(client, out var streams)) lookup[client] = streams = [];
        // The newest first: it is the one that moves.
        streams.Insert(0, new ClientStream(epoch) { Last = last });
    }

    /// <summary>At the start: what the core has of a stream.</summary>
    public void Recover(ReadOnlySpan<byte> client, in EpochText epoch, long last)
    {
        _boots[epoch.Boot] = epoch.Draw;
        Move(client, epoch, last);
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
    }
}
