using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LightMq.Broker.Settings;

namespace LightMq.Host.Passwords;

/// <summary>
/// A password hash as configuration holds it: <c>pbkdf2-sha256$iterations$salt$hash</c>, salt and hash in
/// Base64 (FORMATS.md).
/// </summary>
public static class PasswordText
{
    /// <summary>Least rounds accepted.</summary>
    public const int IterationsMin = 1_000;
    /// <summary>Most rounds accepted: about ten seconds on a slow board.</summary>
    public const int IterationsMax = 5_000_000;

    private const string Scheme = "pbkdf2-sha256";
    // A login costs a Raspberry Pi 4 about a tenth of a second, once per connection that is not cached.
    private const int Iterations = 100_000;
    private const int SaltBytes = 16;
    private const int HashBytes = 32;

    /// <summary>What <see cref="TryParse"/> wants, for messages.</summary>
    public const string Form =
        "a hash as 'lightmq-edgebroker hash-password' prints it: pbkdf2-sha256$iterations$salt$hash";

    /// <summary>Hashes <paramref name="password"/> with the salt given.</summary>
    public static string Make(string password, ReadOnlySpan<byte> salt)
    {
        var hash = Rfc2898DeriveBytes.Pbkdf2(
            Encoding.UTF8.GetBytes(password), salt, Iterations, HashAlgorithmName.SHA256, HashBytes);
        return $"{Scheme}${Iterations}${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}";
    }

    /// <summary>Hashes <paramref name="password"/> with a random salt.</summary>
    public static string Make(string password) => Make(password, RandomNumberGenerator.GetBytes(SaltBytes));

    /// <summary>Reads the text form.</summary>
    public static bool TryParse(string text, out PasswordHash? hash)
    {
        hash = null;
        var parts = text.Split('$');
        if (parts.Length != 4 || parts[0] != Scheme) return false;
        if (!int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var iterations)
            || iterations is < IterationsMin or > IterationsMax) return false;
        if (!TryBytes(parts[2], 8, out var salt) || !TryBytes(parts[3], 16, out var derived)) return false;
        hash = new PasswordHash(iterations, salt, derived);
        return true;
    }

    private static bool TryBytes(string base64, int bytesMin, out byte[] bytes)
    {
        bytes = new byte[base64.Length];
        if (!Convert.TryFromBase64String(base64, bytes, out var length) || length < bytesMin) return false;
        Array.Resize(ref bytes, length);
        return true;
    }
}
