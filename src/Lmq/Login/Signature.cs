using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace LightMq.Lmq;

/// <summary>
/// Signatures of the LMQ contract: Base64(HMAC-SHA1(key = SecretKey, text)). The login's text is the group id
/// (LMQ-AUTH-1); old SDKs know two more (LMQ-AUTH-4), which no login uses.
/// </summary>
public static class Signature
{
    /// <summary>Characters of a signature: 20 bytes as Base64.</summary>
    public const int Characters = 28;

    /// <summary>The password that a client of <paramref name="groupId"/> logs in with.</summary>
    /// <param name="secretKey">Secret of the access key that is the user name.</param>
    /// <param name="groupId">Group id, the first part of the client id.</param>
    public static string Login(string secretKey, string groupId) => Of(secretKey, groupId);

    /// <summary>The manual's <c>publishSignature</c> (LMQ-AUTH-4).</summary>
    public static string Publish(string secretKey, string clientId) => Of(secretKey, clientId);

    /// <summary>The manual's <c>subSignature</c> (LMQ-AUTH-4): the topics in order, a line each, then the
    /// client id.</summary>
    public static string Subscribe(string secretKey, IEnumerable<string> topics, string clientId)
    {
        // Java sorts strings as .NET's ordinal comparer does.
        var lines = topics.Order(StringComparer.Ordinal).Select(topic => topic + '\n');
        return Of(secretKey, string.Concat(lines) + clientId);
    }

    /// <summary>The signature of any text.</summary>
    public static string Of(string secretKey, string text)
    {
        Span<byte> signature = stackalloc byte[Characters];
        Sign(secretKey, Encoding.UTF8.GetBytes(text), signature);
        return Encoding.ASCII.GetString(signature);
    }

    /// <summary>
    /// Whether <paramref name="signature"/> is that of <paramref name="text"/>, for a login the group id, in
    /// a time that does not depend on how much of it is right.
    /// </summary>
    public static bool Matches(string secretKey, ReadOnlySpan<byte> text, ReadOnlySpan<byte> signature)
    {
        Span<byte> right = stackalloc byte[Characters];
        Sign(secretKey, text, right);
        return CryptographicOperations.FixedTimeEquals(right, signature);
    }

    private static void Sign(string secretKey, ReadOnlySpan<byte> text, Span<byte> signature)
    {
        Span<byte> hash = stackalloc byte[HMACSHA1.HashSizeInBytes];
        HMACSHA1.HashData(Encoding.UTF8.GetBytes(secretKey), text, hash);
        Base64.EncodeToUtf8(hash, signature, out _, out _);
    }
}
