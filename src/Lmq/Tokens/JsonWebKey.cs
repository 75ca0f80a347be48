using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace LightMq.Lmq;

/// <summary>Public keys on P-256 as RFC 7517 writes them.</summary>
internal static class JsonWebKey
{
    private const string P256 = "1.2.840.10045.3.1.7";
    private const int CoordinateBytes = 32;

    /// <summary>Reads one key of a set. False for a key of another kind.</summary>
    /// <exception cref="FormatException">It is private, or not a point on the curve.</exception>
    public static bool TryRead(
        JsonElement json, [NotNullWhen(true)] out string? id, [NotNullWhen(true)] out ECDsa? key)
    {
        (id, key) = (null, null);
        if (!Is(json, "kty"u8, "EC"u8) || !Is(json, "crv"u8, "P-256"u8)) return false;
        if (json.TryGetProperty("d"u8, out _))
            throw new FormatException("a JSON Web Key holds a private part: brokers get public keys only");
        try
        {
            key = ECDsa.Create(new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256,
                Q = new ECPoint { X = Coordinate(json, "x"u8), Y = Coordinate(json, "y"u8) },
            });
        }
        catch (CryptographicException wrong)
        {
            throw new FormatException("a JSON Web Key is not a point on P-256", wrong);
        }
        id = json.TryGetProperty("kid"u8, out var named) ? named.GetString()! : Thumbprint(key);
        return true;
    }

    /// <summary>The set with this one key.</summary>
    public static string WriteSet(string id, ECDsa key)
    {
        var (x, y) = Coordinates(key);
        var kid = JsonEncodedText.Encode(id);
        return "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"use\":\"sig\",\"alg\":\"ES256\","
            + $"\"kid\":\"{kid}\",\"x\":\"{x}\",\"y\":\"{y}\"}}]}}";
    }

    /// <summary>The key's name by what it is: RFC 7638, SHA-256, Base64url.</summary>
    public static string Thumbprint(ECDsa key)
    {
        var (x, y) = Coordinates(key);
        var members = $$"""{"crv":"P-256","kty":"EC","x":"{{x}}","y":"{{y}}"}""";
        return Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(members)));
    }

    /// <summary>Whether the key is on P-256; there are other curves of its size.</summary>
    public static bool IsP256(ECDsa key) => key.ExportParameters(false).Curve.Oid.Value == P256;

    private static (string X, string Y) Coordinates(ECDsa key)
    {
        var point = key.ExportParameters(false).Q;
        return (Base64Url.EncodeToString(point.X), Base64Url.EncodeToString(point.Y));
    }

    private static bool Is(JsonElement json, ReadOnlySpan<byte> name, ReadOnlySpan<byte> text) =>
        json.TryGetProperty(name, out var value) && value.ValueEquals(text);

    private static byte[] Coordinate(JsonElement json, ReadOnlySpan<byte> name)
    {
        try
        {
            var bytes = Base64Url.DecodeFromChars(json.GetProperty(name).GetString());
            if (bytes.Length == CoordinateBytes) return bytes;
        }
        catch (FormatException)
        {
            // Said below, without the text.
        }
        throw new FormatException("a coordinate of a JSON Web Key is not 32 bytes in Base64url");
    }
}
