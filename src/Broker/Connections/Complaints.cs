namespace LightMq.Broker.Connections;

/// <summary>
/// What a client does wrong again and again without harm, and is told to the log once a minute.
/// </summary>
internal enum Complaint : byte
{
    /// <summary>It says of its messages what only bridges may say (LMQ-CORE-4).</summary>
    BridgeProperties,
    /// <summary>Its request for order is none (LMQ-ORD-2).</summary>
    OrderRequest,
    /// <summary>Its request for what waited cannot be read (LMQ-OFF-2).</summary>
    PullRequest,
    /// <summary>It asks for what waited too often (LMQ-OFF-3).</summary>
    PullRate,
    /// <summary>It writes to a client that is not known here, and no bridge takes that (LMQ-MSG-5).</summary>
    PeerUnknown,
}

/// <summary>When each of them was told last.</summary>
internal sealed class Complaints
{
    private const long EveryMilliseconds = 60_000;

    private readonly long[] _toldAt = NeverTold();

    /// <summary>Whether it is to be told now.</summary>
    public bool IsDue(Complaint complaint, long now)
    {
        if (now - _toldAt[(int)complaint] < EveryMilliseconds) return false;
        _toldAt[(int)complaint] = now;
        return true;
    }

    private static long[] NeverTold()
    {
        var times = new long[Enum.GetValues<Complaint>().Length];
        Array.Fill(times, -EveryMilliseconds);
        return times;
    }
}
