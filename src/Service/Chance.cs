namespace LightMq.Service;

/// <summary>
/// Random bytes from the kernel. Why not RandomNumberGenerator: it loads OpenSSL, several megabytes that a
/// broker without password logins never needs.
/// </summary>
public static class Chance
{
    /// <summary>Fills <paramref name="bytes"/>.</summary>
    public static void Fill(Span<byte> bytes)
    {
        using var source =
            new FileStream("/dev/urandom", FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 0);
        source.ReadExactly(bytes);
    }
}
