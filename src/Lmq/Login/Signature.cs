using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace LightMq.Lmq;

/// <summary>The signature login (LMQ-AUTH-1): Base64(HMAC-SHA1(key = SecretKey, text = GroupID)).</summary>
public static class Signature
{
    /// <summary>Characters of a signature: 20 bytes as Base64.</summary>
    public const int Characters = 28;

    /// <summary>The password that a client of <paramref name="groupId"/> logs in with.</summary>
    /// <param name="secretKey">Secret of the access key that is the user name.</param>
    /// <param name="groupId">Group id, the first part of the client id.</param>
    public static string Login(string secretKey, string groupId)
    {
        Span<byte> signature = stackalloc byte[Characters];
        Sign(secretKey, Encoding.UTF8.GetBytes(groupId), signature);
        return Encoding.ASCII.GetString(signature);
    }

    /// <summary>
    /// Whether <paramref name="password"/> is the signature for <paramref name="groupId"/>, in a time that
    /// does not depend on how much of it is right.
    /// </summary>
    public static bool Matches(string secretKey, ReadOnlySpan<byte> groupId, ReadOnlySpan<byte> password)
    {
        Span<byte> signature = stackalloc byte[Characters];
        Sign(secretKey, groupId, signature);
        return CryptographicOperations.FixedTimeEquals(signature, password);
    }

    private static void Sign(string secretKey, ReadOnlySpan<byte> text, Span<byte> signature)
    {
        Span<byte> hash = stackalloc byte[HMACSHA1.HashSizeInBytes];
        HMACSHA1.HashData(Encoding.UTF8.GetBytes(secretKey), text, hash);
        Base64.EncodeToUtf8(hash, signature, out _, out _);
    }
}
