using LightMq.Lmq;

namespace LightMq.Uplink.Tokens;

/// <summary>A file that somebody else keeps up to date.</summary>
/// <param name="path">Its text is the token.</param>
internal sealed class FileSource(string path) : ITokenSource
{
    /// <inheritdoc/>
    public string Name => $"file {path}";

    /// <inheritdoc/>
    public TimeSpan? LookEvery { get; } = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public async Task<string> FetchAsync(CancellationToken cancel)
    {
        try
        {
            if (new FileInfo(path).Length > TokenVerifier.TokenBytesMax)
                throw new TokenSourceError($"'{path}' is too long for a token");
            var token = (await File.ReadAllTextAsync(path, cancel)).Trim();
            return TokenForm.IsRight(token) ? token : throw new TokenSourceError($"'{path}' holds no token");
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw new TokenSourceError($"'{path}' cannot be read: {wrong.Message}");
        }
    }
}

/// <summary>What a token may be at all.</summary>
internal static class TokenForm
{
    /// <summary>Whether a text can be sent as a token: it goes into JSON without escapes.</summary>
    public static bool IsRight(string token) =>
        token.Length is > 0 and <= TokenVerifier.TokenBytesMax
        && token.All(static one => char.IsAsciiLetterOrDigit(one)
            || one is '.' or '-' or '_' or '+' or '/' or '=');
}
