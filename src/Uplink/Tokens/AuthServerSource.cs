using LightMq.Lmq;

namespace LightMq.Uplink.Tokens;

/// <summary>The auth server, asked with an access key (LMQ-TOK-2).</summary>
/// <param name="api">Asks it.</param>
/// <param name="address">Its address, for the log.</param>
/// <param name="clientId">The gateway's client id: the token serves it alone.</param>
/// <param name="actions">What the token shall permit.</param>
/// <param name="resources">Topics and filters that it shall cover.</param>
/// <param name="life">How long it shall live.</param>
/// <param name="now">The time.</param>
internal sealed class AuthServerSource(
    TokenApiClient api, Uri address, string clientId, TokenActions actions, IReadOnlyList<string> resources,
    TimeSpan life, Func<DateTimeOffset> now) : ITokenSource
{
    /// <inheritdoc/>
    public string Name => $"auth server {address.Host}";

    /// <inheritdoc/>
    public TimeSpan? LookEvery => null;

    /// <inheritdoc/>
    public async Task<string> FetchAsync(CancellationToken cancel)
    {
        var expires = (now() + life).ToUnixTimeMilliseconds();
        try
        {
            var answer = await api.ApplyAsync(
                new TokenApplication(actions, resources, expires, clientId), cancel);
            if (!answer.IsOk)
                throw new TokenSourceError($"it says {(int)answer.Code}: {OneLine(answer.Message)}");
            return TokenForm.IsRight(answer.TokenData!) ? answer.TokenData!
                : throw new TokenSourceError("its answer holds no token");
        }
        catch (TokenApiException wrong)
        {
            throw new TokenSourceError(wrong.Message);
        }
    }

    /// <summary>Text of a server, for one line.</summary>
    internal static string OneLine(string text)
    {
        const int CharactersMax = 200;
        var line = new string([.. text.Select(static one => char.IsControl(one) ? ' ' : one)]);
        return line.Length <= CharactersMax ? line : line[..CharactersMax];
    }
}
