using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace LightMq.Lmq;

/// <summary>Signs 32 bytes of hash and more: makes the 64 bytes of an ES256 signature over a text.</summary>
/// <param name="text">What is signed.</param>
/// <param name="signature">Receives r and s, 32 bytes each.</param>
public delegate void TokenSigner(ReadOnlySpan<byte> text, Span<byte> signature);

/// <summary>Makes tokens (LMQ-TOK-5); only the auth server holds its private key.</summary>
public sealed class TokenIssuer
{
    private readonly TokenSigner _sign;
    private readonly string _header;

    /// <summary>An issuer that signs with a private key on P-256.</summary>
    /// <param name="key">The key; stays the caller's.</param>
    /// <param name="keyId">What the header names it; null: its thumbprint, as <see cref="TokenKeys"/> names
    /// keys that it reads from PEM.</param>
    public TokenIssuer(ECDsa key, string? keyId = null)
        : this(keyId ?? JsonWebKey.Thumbprint(key), (text, signature) =>
            key.TrySignData(text, signature, HashAlgorithmName.SHA256, out _))
    {
        if (!JsonWebKey.IsP256(key)) throw new ArgumentException("the key is not on the curve P-256", nameof(key));
        PublicKeySet = JsonWebKey.WriteSet(KeyId, key);
    }

    /// <summary>An issuer that has somebody else sign, for simulations that must repeat.</summary>
    public TokenIssuer(string keyId, TokenSigner sign)
    {
        KeyId = keyId;
        _sign = sign;
        var json = $$"""{"alg":"ES256","typ":"JWT","kid":"{{JsonEncodedText.Encode(keyId)}}"}""";
        _header = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
        PublicKeySet = "";
    }

    /// <summary>The id that the header names.</summary>
    public string KeyId { get; }

    /// <summary>The public key as a JSON Web Key Set, for brokers; empty where somebody else signs.</summary>
    public string PublicKeySet { get; }

    /// <summary>Makes the token that says what <paramref name="grant"/> says.</summary>
    /// <exception cref="ArgumentException">The grant is out of bounds, or its token would be too long: no
    /// broker would take it.</exception>
    public string Issue(TokenGrant grant)
    {
        var claims = new ArrayBufferWriter<byte>(512);
        TokenClaims.Write(claims, grant);
        var text = $"{_header}.{Base64Url.EncodeToString(claims.WrittenSpan)}";
        Span<byte> signature = stackalloc byte[TokenVerifier.SignatureBytes];
        _sign(Encoding.ASCII.GetBytes(text), signature);
        var token = $"{text}.{Base64Url.EncodeToString(signature)}";
        return token.Length <= TokenVerifier.TokenBytesMax
            ? token
            : throw new ArgumentException("the resources are too long for one token", nameof(grant));
    }
}
