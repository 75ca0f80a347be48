namespace LightMq.Lmq;

/// <summary>
/// What a token says (LMQ-TOK-5): who is granted what on which topics, until when. Whether a topic is covered
/// is for the engine to say, which knows MQTT's filters.
/// </summary>
public sealed class TokenGrant
{
    private readonly byte[][] _filters = [];

    /// <summary>Most topics and filters in one token.</summary>
    public const int FiltersMax = 128;

    /// <summary>Longest token id, access key and client id, in characters.</summary>
    public const int NameCharactersMax = 64;

    /// <summary>Latest time that a token can name: the end of the year 9999, ms since 1970.</summary>
    public const long MillisecondsMax = 253_402_300_799_999;

    /// <summary>The token's id, by which it is revoked.</summary>
    public required string Id { get; init; }

    /// <summary>The access key that applied for it.</summary>
    public required string AccessKey { get; init; }

    /// <summary>The only client that may use it; null: whoever has it (LMQ-TOK-2).</summary>
    public byte[]? ClientId { get; init; }

    /// <summary>What it permits.</summary>
    public required TokenActions Actions { get; init; }

    /// <summary>The topics and filters it is for, valid as <see cref="TokenResource"/> says.</summary>
    public required ReadOnlySpan<byte[]> Filters
    {
        get => _filters;
        init => _filters = value.ToArray();
    }

    /// <summary>When it was made, ms since 1970.</summary>
    public required long IssuedMilliseconds { get; init; }

    /// <summary>First moment at which it is valid, ms since 1970; 0: from the beginning.</summary>
    public long NotBeforeMilliseconds { get; init; }

    /// <summary>First moment at which it is not valid any more, ms since 1970.</summary>
    public required long ExpiresMilliseconds { get; init; }

    /// <summary>Whether this client may use it.</summary>
    public bool IsFor(ReadOnlySpan<byte> clientId) => ClientId == null || clientId.SequenceEqual(ClientId);

    /// <summary>
    /// Judges the time (LMQ-TOK-9). A clock that is not trusted is never ahead, so what has expired by it has
    /// expired; what is not valid yet by it may well be.
    /// </summary>
    /// <param name="nowMilliseconds">The time, or the last known one, ms since 1970.</param>
    /// <param name="isClockTrusted">Whether it is known to be right.</param>
    /// <returns><see cref="TokenFault.Expired"/> outside the token's time, else none.</returns>
    public TokenFault Judge(long nowMilliseconds, bool isClockTrusted)
    {
        var isOver = nowMilliseconds >= ExpiresMilliseconds;
        var isEarly = isClockTrusted && nowMilliseconds < NotBeforeMilliseconds;
        return isOver || isEarly ? TokenFault.Expired : TokenFault.None;
    }
}
