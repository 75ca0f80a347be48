using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using LightMq.Lmq;

namespace LightMq.Uplink.Tokens;

/// <summary>
/// What a token says of itself, without its signature being looked at: the central judges it, and we only
/// want to know when to renew it.
/// </summary>
/// <param name="IssuedAt">When it was made; null: not said.</param>
/// <param name="ExpiresAt">When it ends; null: not said.</param>
/// <param name="Actions">What it permits; reading and writing where it is not said.</param>
internal readonly record struct TokenLife(
    DateTimeOffset? IssuedAt, DateTimeOffset? ExpiresAt, TokenActions Actions)
{
    private const long MillisecondsMax = TokenGrant.MillisecondsMax;

    /// <summary>Reads a token; of one that is no JWT nothing is known.</summary>
    public static TokenLife Of(string token)
    {
        var unknown = new TokenLife(null, null, TokenActions.ReadWrite);
        if (token.Split('.') is not [_, var claims, _] || !Base64Url.IsValid(claims)) return unknown;
        try
        {
            using var json = JsonDocument.Parse(Base64Url.DecodeFromChars(claims));
            var root = json.RootElement;
            var actions = root.TryGetProperty("actions", out var text)
                && text.ValueKind == JsonValueKind.String
                && TokenActionsText.TryParse(Encoding.UTF8.GetBytes(text.GetString()!), out var given)
                ? given : TokenActions.ReadWrite;
            return new TokenLife(Time(root, "iat"), Time(root, "exp"), actions);
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            return unknown;
        }
    }

    private static DateTimeOffset? Time(JsonElement root, string name)
    {
        if (!root.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.Number
            || !value.TryGetDecimal(out var seconds) || seconds is < 0 or > MillisecondsMax / 1000m)
            return null;
        return DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds * 1000));
    }
}
