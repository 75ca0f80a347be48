using System.Security.Cryptography;
using System.Text;
using LightMq.Lmq;
using LightMq.Service;
using LightMq.Store.Disk;

namespace LightMq.Central.Auth;

/// <summary>
/// The key that signs tokens (LMQ-TOK-5): the file <c>token.key</c> in the data directory, made at the first
/// start, for its owner alone.
/// </summary>
internal sealed class TokenKeyPair : IDisposable
{
    private readonly ECDsa _key;

    private TokenKeyPair(ECDsa key)
    {
        _key = key;
        Issuer = new TokenIssuer(key);
    }

    /// <summary>Makes tokens; for one thread at a time.</summary>
    public TokenIssuer Issuer { get; }

    /// <summary>Reads the key, or makes it.</summary>
    /// <exception cref="StartFailure">The file cannot be used; says what to do.</exception>
    public static TokenKeyPair Open(string directory)
    {
        var path = Path.GetFullPath(Path.Combine(directory, "token.key"));
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        try
        {
            if (File.Exists(path)) Read(path, key);
            else Make(path, directory, key);
            return new TokenKeyPair(key);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    private static void Read(string path, ECDsa key)
    {
        PrivateFile.Check(path, "it signs tokens that every broker believes");
        try
        {
            key.ImportFromPem(File.ReadAllText(path));
            _ = new TokenIssuer(key).PublicKeySet;
        }
        catch (Exception wrong) when (wrong is CryptographicException or ArgumentException)
        {
            throw new StartFailure(ExitCode.Configuration,
                $"{path} is no private key on P-256: put it back from a backup, or delete it to have a new "
                + "one made; brokers must then be given the new public key");
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw new StartFailure(ExitCode.NoPermission, $"{path} cannot be read: {wrong.Message}");
        }
    }

    private static void Make(string path, string directory, ECDsa key)
    {
        try
        {
            PrivateFile.Write(path, Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem() + "\n"));
            RealDisk.SyncPath(directory);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw new StartFailure(ExitCode.CannotCreate, $"{path} cannot be made: {wrong.Message}");
        }
    }
}
