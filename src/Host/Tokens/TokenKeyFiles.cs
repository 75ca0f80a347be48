using LightMq.Host.Configuration;
using LightMq.Lmq;
using LightMq.Service.Configuration;
using Microsoft.Extensions.Logging;

namespace LightMq.Host.Tokens;

/// <summary>The files of the auth server's public keys, read again when they change.</summary>
internal sealed class TokenKeyFiles
{
    private const int FileBytesMax = 1 << 20;

    private readonly TokenSettings _settings;
    private readonly ILogger _log;
    private string _seen;

    private TokenKeyFiles(TokenSettings settings, ILogger log, string seen) =>
        (_settings, _log, _seen) = (settings, log, seen);

    /// <summary>Reads them for the first time.</summary>
    /// <exception cref="ConfigurationError">They cannot be used; says which and why.</exception>
    public static (TokenKeyFiles Files, TokenKeys Keys) Open(TokenSettings settings, ILogger log)
    {
        var seen = StateOf(settings);
        try
        {
            var keys = Read(settings);
            Log.TokenKeysTaken(log, string.Join(", ", keys.Ids));
            return (new TokenKeyFiles(settings, log, seen), keys);
        }
        catch (Exception wrong) when (IsExpected(wrong))
        {
            throw new ConfigurationError(settings.Key, wrong.Message);
        }
    }

    /// <summary>New keys; null: nothing has changed, or what has cannot be used.</summary>
    public TokenKeys? Refresh()
    {
        var seen = StateOf(_settings);
        if (seen == _seen) return null;
        _seen = seen;
        try
        {
            var keys = Read(_settings);
            Log.TokenKeysTaken(_log, string.Join(", ", keys.Ids));
            return keys;
        }
        catch (Exception wrong) when (IsExpected(wrong))
        {
            Log.TokenKeysKept(_log, wrong.Message);
            return null;
        }
    }

    private static TokenKeys Read(TokenSettings settings)
    {
        var texts = new List<string>();
        foreach (var path in settings.KeyFiles)
        {
            if (new FileInfo(path) is { Exists: true, Length: > FileBytesMax })
                throw new FormatException($"'{path}' is no file of keys: it is too large");
            texts.Add(File.ReadAllText(path));
        }
        try
        {
            return TokenKeys.Read(texts);
        }
        catch (FormatException wrong)
        {
            throw new FormatException($"{string.Join(", ", settings.KeyFiles)}: {wrong.Message}", wrong);
        }
    }

    private static string StateOf(TokenSettings settings) => string.Join('|', settings.KeyFiles.Select(
        static path => new FileInfo(path) is { Exists: true } file
            ? $"{file.LastWriteTimeUtc.Ticks} {file.Length}" : "none"));

    private static bool IsExpected(Exception wrong) =>
        wrong is IOException or UnauthorizedAccessException or FormatException;
}
