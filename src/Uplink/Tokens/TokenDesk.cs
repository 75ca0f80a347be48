using LightMq.Lmq;
using LightMq.Uplink.Sides;
using Microsoft.Extensions.Logging;

namespace LightMq.Uplink.Tokens;

/// <summary>What the central's complaints about a token mean. On the loop.</summary>
/// <param name="keeper">Keeps the token.</param>
/// <param name="log">Log.</param>
internal sealed class TokenDesk(TokenKeeper keeper, ILogger log)
{
    private int? _complainedAt;

    /// <summary>The token; null: there is none.</summary>
    public string? Current => keeper.Current;

    /// <summary>Another one is wanted.</summary>
    public void Want() => keeper.Want();

    /// <summary>
    /// The central complained. True: another token may help; false: one was fetched since the last
    /// complaint of this kind, so the message is at fault that it closed at.
    /// </summary>
    /// <param name="code">Code of LMQ-TOK-8.</param>
    /// <param name="token">The token that was uploaded.</param>
    public bool Refused(int code, string? token)
    {
        if (code is (int)TokenFault.Resource or (int)TokenFault.Action)
        {
            if (_complainedAt is { } fetches && keeper.Fetches > fetches) return false;
            _complainedAt ??= keeper.Fetches;
            Log.TokenRefused(log, Farewell.OfToken(code));
            keeper.Want();
            return true;
        }
        Log.TokenRefused(log, Farewell.OfToken(code));
        if (token is not null) keeper.Reject(token);
        return true;
    }

    /// <summary>The link was healthy for a while: a complaint to come is a new one.</summary>
    public void Healthy() => _complainedAt = null;
}
