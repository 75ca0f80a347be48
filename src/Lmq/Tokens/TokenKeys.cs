using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace LightMq.Lmq;

/// <summary>
/// The public keys whose tokens are believed, by key id; several at once while keys are exchanged. Never
/// changed: new keys are a new set. For one thread at a time.
/// </summary>
public sealed class TokenKeys : IDisposable
{
    /// <summary>Most keys in a set.</summary>
    public const int KeysMax = 16;

    /// <summary>Longest key id in bytes.</summary>
    public const int KeyIdBytesMax = 64;

    private readonly List<(byte[] Id, ECDsa Key)> _keys = [];

    private TokenKeys()
    {
    }

    /// <summary>Ids of the keys.</summary>
    public IReadOnlyList<string> Ids => [.. _keys.Select(key => Encoding.UTF8.GetString(key.Id))];

    /// <summary>
    /// Reads public keys on P-256 from texts that are each either PEM (<c>PUBLIC KEY</c>, one or more; the id
    /// is the key's thumbprint by RFC 7638) or a JSON Web Key Set (RFC 7517; the id is its <c>kid</c>, else
    /// the thumbprint; keys of other kinds are passed over).
    /// </summary>
    /// <exception cref="FormatException">A text is neither, holds no such key or a private one; says what to
    /// do and never shows the text.</exception>
    public static TokenKeys Read(params IEnumerable<string> texts)
    {
        var keys = new TokenKeys();
        try
        {
            foreach (var text in texts)
                if (text.AsSpan().TrimStart().StartsWith("{")) keys.AddJson(text);
                else keys.AddPem(text);
            return keys;
        }
        catch
        {
            keys.Dispose();
            throw;
        }
    }

    /// <summary>Releases the keys.</summary>
    public void Dispose()
    {
        foreach (var (_, key) in _keys) key.Dispose();
        _keys.Clear();
    }

    internal ECDsa? Find(ReadOnlySpan<byte> id)
    {
        foreach (var (known, key) in _keys)
            if (id.SequenceEqual(known)) return key;
        return null;
    }

    private void AddPem(ReadOnlySpan<char> text)
    {
        var count = 0;
        for (; PemEncoding.TryFind(text, out var pem); text = text[pem.Location.End..], count++)
        {
            if (text[pem.Label] is not "PUBLIC KEY")
                throw new FormatException(
                    "a key file holds something else than public keys: give \"BEGIN PUBLIC KEY\" only");
            var key = ECDsa.Create();
            try
            {
                key.ImportFromPem(text[pem.Location]);
            }
            catch (Exception wrong) when (wrong is CryptographicException or ArgumentException)
            {
                key.Dispose();
                throw new FormatException("a public key is not one of an elliptic curve", wrong);
            }
            Add(JsonWebKey.Thumbprint(key), key);
        }
        if (count == 0) throw new FormatException("a key file is neither PEM nor a JSON Web Key Set");
    }

    private void AddJson(string text)
    {
        var before = _keys.Count;
        try
        {
            using var json = JsonDocument.Parse(text);
            foreach (var one in json.RootElement.GetProperty("keys"u8).EnumerateArray())
                if (JsonWebKey.TryRead(one, out var id, out var key)) Add(id, key);
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new FormatException("a key file begins like JSON and is no JSON Web Key Set", wrong);
        }
        if (_keys.Count == before) throw new FormatException("a JSON Web Key Set holds no new key on P-256");
    }

    private void Add(string id, ECDsa key)
    {
        var bytes = Encoding.UTF8.GetBytes(id);
        var isWrong = !JsonWebKey.IsP256(key) ? "a key is not on the curve P-256"
            : bytes.Length is 0 or > KeyIdBytesMax ? $"a key id has more than {KeyIdBytesMax} bytes, or none"
            : _keys.Count == KeysMax ? $"there are more than {KeysMax} keys"
            : null;
        var known = isWrong == null ? Find(bytes) : null;
        if (known != null && JsonWebKey.Thumbprint(known) != JsonWebKey.Thumbprint(key))
            isWrong = "two keys have the same id";
        if (isWrong != null || known != null) key.Dispose();
        if (isWrong != null) throw new FormatException(isWrong);
        if (known == null) _keys.Add((bytes, key));
    }
}
