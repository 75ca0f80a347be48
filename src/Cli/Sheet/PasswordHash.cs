using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace LightMq.Cli.Sheet;

/// <summary>Fills a span with random bytes.</summary>
internal delegate void RandomBytes(Span<byte> bytes);

/// <summary>
/// Hashes of passwords as the broker's configuration holds them (FORMATS.md):
/// <c>pbkdf2-sha256$iterations$salt$hash</c>.
/// </summary>
internal static class PasswordHash
{
    private const string Scheme = "pbkdf2-sha256";
    private const int Iterations = 100_000, IterationsMax = 5_000_000, SaltBytes = 16, HashBytes = 32;

    /// <summary>A password with so many random bits is not guessed, however quick a guess is.</summary>
    private const int RandomIterations = 1_000;

    /// <summary>Hashes a password that a person made up.</summary>
    public static string Make(string password, RandomBytes chance)
    {
        var salt = new byte[SaltBytes];
        chance(salt);
        return Make(password, salt, Iterations);
    }

    /// <summary>Hashes a random password, always to the same text: its salt comes from itself.</summary>
    public static string OfRandom(string password) => Make(
        password, SHA256.HashData(Encoding.UTF8.GetBytes(password))[..SaltBytes], RandomIterations);

    /// <summary>Whether a text is a hash already.</summary>
    public static bool IsHash(string text) => TryParse(text, out _, out _, out _);

    /// <summary>Whether a hash is that of a password.</summary>
    public static bool Matches(string text, string password) =>
        TryParse(text, out var iterations, out var salt, out var hash)
        && CryptographicOperations.FixedTimeEquals(hash, Rfc2898DeriveBytes.Pbkdf2(
            Encoding.UTF8.GetBytes(password), salt, iterations, HashAlgorithmName.SHA256, hash.Length));

    private static string Make(string password, byte[] salt, int iterations)
    {
        var hash = Rfc2898DeriveBytes.Pbkdf2(
            Encoding.UTF8.GetBytes(password), salt, iterations, HashAlgorithmName.SHA256, HashBytes);
        return $"{Scheme}${iterations}${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}";
    }

    private static bool TryParse(string text, out int iterations, out byte[] salt, out byte[] hash)
    {
        (iterations, salt, hash) = (0, [], []);
        var parts = text.Split('$');
        if (parts.Length != 4 || parts[0] != Scheme) return false;
        if (!int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out iterations)
            || iterations is < RandomIterations or > IterationsMax) return false;
        return TryBytes(parts[2], 8, out salt) && TryBytes(parts[3], 16, out hash);
    }

    private static bool TryBytes(string base64, int bytesMin, out byte[] bytes)
    {
        bytes = new byte[base64.Length];
        if (!Convert.TryFromBase64String(base64, bytes, out var length) || length < bytesMin) return false;
        Array.Resize(ref bytes, length);
        return true;
    }
}
