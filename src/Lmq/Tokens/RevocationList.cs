using System.Buffers;

namespace LightMq.Lmq;

/// <summary>
/// The revoked tokens by id, each kept until its own expiry (LMQ-TOK-5). The auth server numbers its
/// revocations; a broker asks for what came after its version and merges the answer. For one thread.
/// </summary>
public sealed class RevocationList
{
    /// <summary>Most revocations at a time.</summary>
    public const int EntriesMax = 100_000;

    /// <summary>Longest body, as it is fetched or kept; a full list is some 10 MB.</summary>
    public const int BodyBytesMax = 16 * 1024 * 1024;

    private readonly Dictionary<string, long> _expiries = new(StringComparer.Ordinal);

    /// <summary>How far this list has come: the auth server's number of the last revocation in it.</summary>
    public long Version { get; private set; }

    /// <summary>Revocations in the list.</summary>
    public int Count => _expiries.Count;

    /// <summary>Ids of all revoked tokens.</summary>
    public IReadOnlyCollection<string> Ids => _expiries.Keys;

    /// <summary>Whether the token of this id is revoked.</summary>
    public bool Contains(string tokenId) => _expiries.ContainsKey(tokenId);

    /// <summary>
    /// Merges a body. Nothing is forgotten by it: what was revoked stays so. A body that is refused changes
    /// nothing.
    /// </summary>
    /// <returns>What became of it.</returns>
    public RevocationMerge Merge(ReadOnlySpan<byte> body)
    {
        if (body.Length > BodyBytesMax) return RevocationMerge.TooLarge;
        if (!RevocationBody.TryRead(body, out var version, out var since, out var revoked))
            return RevocationMerge.Unreadable;
        // Revocations between our version and the first of the body would be missing for ever.
        if (since > Version) return RevocationMerge.Gap;
        var added = 0;
        foreach (var id in revoked.Keys)
            if (!_expiries.ContainsKey(id)) added++;
        if (_expiries.Count + added > EntriesMax) return RevocationMerge.TooLarge;
        foreach (var (id, expires) in revoked) _expiries[id] = expires;
        Version = version;
        return RevocationMerge.Merged;
    }

    /// <summary>Takes out what has expired; to be asked only while the clock is trusted.</summary>
    /// <returns>How many.</returns>
    public int Prune(long nowMilliseconds)
    {
        var before = _expiries.Count;
        foreach (var (id, expires) in _expiries)
            if (expires <= nowMilliseconds) _expiries.Remove(id);
        return before - _expiries.Count;
    }

    /// <summary>Writes the whole list as a body that <see cref="Merge"/> takes, to be kept.</summary>
    public void Write(IBufferWriter<byte> output) => RevocationBody.Write(output, Version, 0, _expiries);
}

/// <summary>What became of a body of revocations.</summary>
public enum RevocationMerge
{
    /// <summary>It is in the list.</summary>
    Merged,

    /// <summary>It begins behind what the list has: ask for all, since 0.</summary>
    Gap,

    /// <summary>It, or the list with it, is beyond its bound.</summary>
    TooLarge,

    /// <summary>It is not a body of revocations.</summary>
    Unreadable,
}
