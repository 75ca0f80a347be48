namespace LightMq.Broker.Dialects;

/// <summary>What a login under the LMQ contract may do: by the registry, or by its tokens.</summary>
/// <param name="group">Group of its client id.</param>
/// <param name="key">Access key that signed it; null: tokens say what it may do (LMQ-AUTH-2).</param>
internal sealed class LmqPass(byte[] group, string? key)
{
    public byte[] Group { get; } = group;
    public string? Key { get; } = key;

    /// <summary>Tokens uploaded on this connection; null: a login by signature.</summary>
    public TokenWallet? Wallet { get; } = key is null ? new TokenWallet() : null;

    /// <summary>Topics that it may publish to, as last found.</summary>
    public VerdictCache Publishes { get; } = new(key is null ? VerdictCache.TokenPlaces : 1);
}
