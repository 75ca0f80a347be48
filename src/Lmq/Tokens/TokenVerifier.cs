using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace LightMq.Lmq;

/// <summary>
/// Verifies a token without asking anybody (LMQ-TOK-5): a JSON Web Token (RFC 7519) in compact form, signed
/// with ES256, whose header names the key. Nothing in it is believed, and its claims are not even read, before
/// the signature holds. Time and revocation are judged by whoever asks.
/// </summary>
public static class TokenVerifier
{
    /// <summary>Longest token in bytes; the largest that can be issued in ASCII is some 12,000.</summary>
    public const int TokenBytesMax = 16_384;

    private const int HeaderBytesMax = 512;
    internal const int SignatureBytes = 64;

    private static readonly SearchValues<byte> Characters = SearchValues.Create(
        ".-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"u8);

    /// <summary>Verifies form, key and signature.</summary>
    /// <param name="token">The token as it was uploaded.</param>
    /// <param name="keys">The keys that are believed.</param>
    public static TokenVerdict Verify(ReadOnlySpan<byte> token, TokenKeys keys)
    {
        if (token.Length > TokenBytesMax) return Forged("the token is too long");
        var dot = token.IndexOf((byte)'.');
        var lastDot = token.LastIndexOf((byte)'.');
        if (token.ContainsAnyExcept(Characters) || token.Count((byte)'.') != 2)
            return Forged("the token is not three parts of Base64url");
        if (FindKey(token[..dot], keys, out var key) is { } cause) return Forged(cause);

        // One byte more than a signature has: a longer one is seen.
        Span<byte> signature = stackalloc byte[SignatureBytes + 1];
        var status = Base64Url.DecodeFromUtf8(token[(lastDot + 1)..], signature, out _, out var bytes);
        if (status == OperationStatus.InvalidData) return Forged("the signature is not Base64url");
        if (status != OperationStatus.Done || bytes != SignatureBytes || !Holds(key!, token[..lastDot], signature))
            return new TokenVerdict(TokenFault.BadSignature, "the signature is wrong", null);

        var claims = token[(dot + 1)..lastDot];
        var payload = new byte[Base64Url.GetMaxDecodedLength(claims.Length)];
        if (Base64Url.DecodeFromUtf8(claims, payload, out _, out bytes) != OperationStatus.Done)
            return Forged("the claims are not Base64url");
        return TokenClaims.TryRead(payload.AsSpan(0, bytes), out var grant)
            ? new TokenVerdict(TokenFault.None, "", grant)
            : Forged("the claims are not those of a token");
    }

    private static TokenVerdict Forged(string cause) => new(TokenFault.Forged, cause, null);

    private static bool Holds(ECDsa key, ReadOnlySpan<byte> text, ReadOnlySpan<byte> signature) =>
        key.VerifyData(text, signature[..SignatureBytes], HashAlgorithmName.SHA256);

    // The key that the header names; else what is wrong with the header.
    private static string? FindKey(ReadOnlySpan<byte> part, TokenKeys keys, out ECDsa? key)
    {
        key = null;
        Span<byte> header = stackalloc byte[HeaderBytesMax];
        if (Base64Url.DecodeFromUtf8(part, header, out _, out var bytes) != OperationStatus.Done)
            return "the header is not Base64url, or too long";
        var fields = new JsonFields(header[..bytes]);
        var (hasAlgorithm, hasKey, isRepeated) = (false, false, false);
        while (fields.Next())
        {
            if (fields.IsExactly("alg"u8))
            {
                isRepeated |= hasAlgorithm;
                if (!fields.TryText(out var algorithm) || !algorithm.SequenceEqual("ES256"u8))
                    return "the algorithm is not ES256";
                hasAlgorithm = true;
            }
            else if (fields.IsExactly("kid"u8))
            {
                isRepeated |= hasKey;
                if (!fields.TryText(out var id)) return "the key id is not text";
                key = keys.Find(id);
                hasKey = true;
            }
            else if (fields.IsExactly("crit"u8))
            {
                return "the header asks for an extension"; // RFC 7515, 4.1.11
            }
        }
        if (!fields.IsComplete || isRepeated) return "the header is not a JSON object, or repeats itself";
        if (!hasAlgorithm || !hasKey) return "the header lacks alg or kid";
        return key == null ? "the key is unknown" : null;
    }
}
