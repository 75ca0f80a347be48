using System.Security.Cryptography;
using System.Text;
using LightMq.Service;

namespace LightMq.Host.Secrets;

/// <summary>
/// Seals secrets for the store with AES-256-GCM (FORMATS.md), under a key in a file of its own that is made
/// at the first start. Whoever gets the store without that file gets no secret.
/// </summary>
internal sealed class SecretBox
{
    private const byte Version = 1;
    private const int NonceBytes = 12, TagBytes = 16, HeadBytes = 1 + NonceBytes + TagBytes;

    private readonly Lock _gate = new();
    private readonly KeyFile? _file;
    private byte[]? _key;

    private SecretBox(KeyFile? file, byte[]? key) => (_file, _key) = (file, key);

    /// <summary>Opens the box of a data directory; null: one that lives in memory only.</summary>
    /// <exception cref="StartFailure">The key file cannot be used; says what to do.</exception>
    public static SecretBox Open(string? directory)
    {
        if (directory is null) return new SecretBox(null, null);
        var file = new KeyFile(directory);
        return new SecretBox(file, file.Read());
    }

    /// <summary>All that the store holds was unsealed: makes the key file if there is none.</summary>
    /// <exception cref="StartFailure">It cannot be made.</exception>
    public void Prepare()
    {
        lock (_gate)
        {
            if (_key is not null) return;
            var key = new byte[KeyFile.Bytes];
            Chance.Fill(key);
            _file?.Make(key);
            _key = key;
        }
    }

    /// <summary>Seals a secret.</summary>
    public byte[] Seal(string secret)
    {
        var clear = Encoding.UTF8.GetBytes(secret);
        var box = new byte[HeadBytes + clear.Length];
        box[0] = Version;
        var nonce = box.AsSpan(1, NonceBytes);
        Chance.Fill(nonce);
        lock (_gate)
        {
            using var cipher = new AesGcm(_key!, TagBytes);
            cipher.Encrypt(nonce, clear, box.AsSpan(HeadBytes), box.AsSpan(1 + NonceBytes, TagBytes));
        }
        CryptographicOperations.ZeroMemory(clear);
        return box;
    }

    /// <summary>Gives a sealed secret in clear.</summary>
    /// <exception cref="StartFailure">The key is missing or another one.</exception>
    /// <exception cref="FormatException">It was not sealed by this version.</exception>
    public string Unseal(ReadOnlyMemory<byte> sealedSecret)
    {
        var box = sealedSecret.Span;
        if (box.Length < HeadBytes || box[0] != Version)
            throw new FormatException("a sealed secret has an unknown form");
        lock (_gate)
        {
            if (_key is null) throw _file!.Missing();
            var clear = new byte[box.Length - HeadBytes];
            try
            {
                using var cipher = new AesGcm(_key, TagBytes);
                cipher.Decrypt(
                    box.Slice(1, NonceBytes), box[HeadBytes..], box.Slice(1 + NonceBytes, TagBytes),
                    clear);
            }
            // What the disk gave back was checked before: it is the key that does not fit.
            catch (AuthenticationTagMismatchException)
            {
                throw _file!.Foreign();
            }
            return Encoding.UTF8.GetString(clear);
        }
    }
}
