using System.Security.Cryptography;
using System.Text;
using LightMq.Central.Configuration;
using LightMq.Service;
using LightMq.Service.Configuration;
using LightMq.Store.Disk;

namespace LightMq.Central.Http;

/// <summary>
/// The text that requests must bear (<c>Authorization: Bearer TEXT</c>): of a file with mode 0600. Where none
/// is named, one in the data directory that is made at the first start.
/// </summary>
internal sealed class BearerText
{
    private const int CharactersMin = 16, CharactersMax = 4_096, MadeBytes = 32;
    private readonly byte[] _hash;

    private BearerText(string text) => _hash = SHA256.HashData(Encoding.UTF8.GetBytes(text));

    /// <summary>Reads the file, or makes it.</summary>
    /// <param name="settings">Which file.</param>
    /// <param name="directory">The data directory.</param>
    /// <param name="name">Name of the file there, where none is named.</param>
    /// <exception cref="ConfigurationError">The file cannot be used.</exception>
    /// <exception cref="StartFailure">It cannot be made, or others may read it.</exception>
    public static BearerText Open(BearerSettings settings, string directory, string name)
    {
        var own = Path.GetFullPath(Path.Combine(directory, name));
        var path = settings.Path.Length > 0 ? settings.Path : own;
        try
        {
            if (settings.Path.Length == 0 && !File.Exists(path)) Make(path, directory);
            if (!File.Exists(path))
                throw new ConfigurationError(settings.Key, $"there is no file '{path}'");
            PrivateFile.Check(path, "whoever reads it may use the API");
            var text = File.ReadAllText(path).Trim();
            if (text.Length is >= CharactersMin and <= CharactersMax) return new BearerText(text);
            throw new ConfigurationError(settings.Key,
                $"'{path}' must hold a random text of {CharactersMin} to {CharactersMax} characters");
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw new StartFailure(ExitCode.NoPermission, $"{path} cannot be read or made: {wrong.Message}");
        }
    }

    /// <summary>Whether a header bears it; in a time that does not tell how much of it is right.</summary>
    public bool IsBorneBy(string? authorization) =>
        authorization is not null
        && authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(
            SHA256.HashData(Encoding.UTF8.GetBytes(authorization["Bearer ".Length..].Trim())), _hash);

    private static void Make(string path, string directory)
    {
        Span<byte> chance = stackalloc byte[MadeBytes];
        Chance.Fill(chance);
        PrivateFile.Write(path, Encoding.ASCII.GetBytes(Convert.ToHexStringLower(chance) + "\n"));
        RealDisk.SyncPath(directory);
    }
}
