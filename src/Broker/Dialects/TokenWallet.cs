using LightMq.Broker.Registry;
using LightMq.Lmq;
using LightMq.Mqtt;

namespace LightMq.Broker.Dialects;

/// <summary>A token that was verified and uploaded as a type.</summary>
internal sealed record UploadedToken(TokenActions Type, TokenGrant Grant);

/// <summary>
/// The tokens of one connection: at most one per type, so three (LMQ-TOK-6). A new one takes the place of its
/// type's.
/// </summary>
internal sealed class TokenWallet
{
    private const int NoticedMax = 64;

    private readonly UploadedToken?[] _byType = new UploadedToken?[(int)TokenActions.ReadWrite + 1];
    private readonly List<string> _noticed = [];
    private readonly VerdictCache _read = new(VerdictCache.TokenPlaces);

    public bool IsEmpty { get; private set; } = true;

    /// <summary>The tokens held, by type; null: none of that type.</summary>
    public ReadOnlySpan<UploadedToken?> Tokens => _byType;

    /// <summary>Takes a token that holds.</summary>
    public void Put(UploadedToken token)
    {
        _byType[(int)token.Type] = token;
        IsEmpty = false;
        _read.Clear();
    }

    /// <summary>
    /// True once for a token: its client is told of its end once per connection (LMQ-TOK-7).
    /// </summary>
    public bool TryNotice(UploadedToken token)
    {
        if (_noticed.Contains(token.Grant.Id)) return false;
        if (_noticed.Count == NoticedMax) _noticed.RemoveAt(0);
        _noticed.Add(token.Grant.Id);
        return true;
    }

    /// <summary>Whether a message of this topic may be delivered.</summary>
    public bool MayRead(ReadOnlySpan<byte> topic)
    {
        if (_read.TryFind(topic, 0, out _)) return true;
        if (!Judge(topic, Access.Read, isFilter: false).IsGranted) return false;
        _read.Keep(topic, 0, TopicKind.Ordinary);
        return true;
    }

    /// <summary>
    /// Judges a topic, or a filter without its share (LMQ-TOK-8): code 5 if a token covers it without the
    /// action, else 4.
    /// </summary>
    public TopicVerdict Judge(ReadOnlySpan<byte> topic, Access action, bool isFilter)
    {
        var wanted = (TokenActions)action;
        UploadedToken? covering = null, permitting = null;
        foreach (var token in _byType)
        {
            if (token is null) continue;
            var permits = (token.Type & wanted) != 0;
            var covers = Covers(token.Grant, topic, isFilter);
            if (permits && covers) return TopicVerdict.Granted;
            if (covers) covering ??= token;
            if (permits) permitting ??= token;
        }
        return TopicVerdict.Forbidden(RefusalCause.TokenCovers) with
        {
            Fault = covering is null ? TokenFault.Resource : TokenFault.Action,
            Type = covering?.Type ?? permitting?.Type ?? wanted,
        };
    }

    private static bool Covers(TokenGrant grant, ReadOnlySpan<byte> topic, bool isFilter)
    {
        foreach (var resource in grant.Filters)
            if (isFilter ? PlainDialect.Covers(resource, topic) : Topics.Matches(resource, topic))
                return true;
        return false;
    }
}
