using System.Globalization;
using System.Text.Unicode;

namespace LightMq.Lmq;

/// <summary>Body of <c>$SYS/tokenExpireNotice</c> (LMQ-TOK-7): <c>{"expireTime":…,"type":"RW"}</c>.</summary>
/// <param name="ExpiresMilliseconds">When the token expires, ms since 1970.</param>
/// <param name="Type">As what it was uploaded.</param>
public readonly record struct TokenExpireNotice(long ExpiresMilliseconds, TokenActions Type)
{
    /// <summary>Room that the longest body needs.</summary>
    public const int BytesMax = 64;

    /// <summary>Writes the body: the broker does.</summary>
    /// <param name="body">Has room for <see cref="BytesMax"/>.</param>
    /// <returns>Bytes written.</returns>
    public int Write(Span<byte> body)
    {
        var isWritten = Utf8.TryWrite(body, CultureInfo.InvariantCulture,
            $"{{\"expireTime\":{ExpiresMilliseconds},\"type\":\"{Type.Text()}\"}}", out var bytes);
        return isWritten ? bytes : throw new ArgumentException("no room for the notice", nameof(body));
    }

    /// <summary>Reads a body: clients do.</summary>
    public static bool TryParse(ReadOnlySpan<byte> body, out TokenExpireNotice notice)
    {
        var isRead = TokenNoticeBody.TryParse(body, "expireTime"u8, out var number, out var type);
        notice = new TokenExpireNotice(number, type);
        return isRead;
    }
}

/// <summary>Body of <c>$SYS/tokenInvalidNotice</c> (LMQ-TOK-8): <c>{"code":…,"type":"RW"}</c>.</summary>
/// <param name="Fault">What is wrong.</param>
/// <param name="Type">As what the token at fault was uploaded.</param>
public readonly record struct TokenInvalidNotice(TokenFault Fault, TokenActions Type)
{
    /// <summary>Room that the longest body needs.</summary>
    public const int BytesMax = 64;

    /// <summary>Writes the body: the broker does, and closes.</summary>
    /// <param name="body">Has room for <see cref="BytesMax"/>.</param>
    /// <returns>Bytes written.</returns>
    public int Write(Span<byte> body)
    {
        var isWritten = Utf8.TryWrite(body, CultureInfo.InvariantCulture,
            $"{{\"code\":{(int)Fault},\"type\":\"{Type.Text()}\"}}", out var bytes);
        return isWritten ? bytes : throw new ArgumentException("no room for the notice", nameof(body));
    }

    /// <summary>Reads a body: clients do. A code that is not named here is a fault too.</summary>
    public static bool TryParse(ReadOnlySpan<byte> body, out TokenInvalidNotice notice)
    {
        var isRead = TokenNoticeBody.TryParse(body, "code"u8, out var number, out var type);
        notice = new TokenInvalidNotice((TokenFault)(int)number, type);
        return isRead && number is >= int.MinValue and <= int.MaxValue;
    }
}

/// <summary>What both notices have in common: a number and a type.</summary>
internal static class TokenNoticeBody
{
    private const int BytesMax = 1_024;

    public static bool TryParse(
        ReadOnlySpan<byte> body, ReadOnlySpan<byte> name, out long number, out TokenActions type)
    {
        (number, type) = (0, TokenActions.None);
        if (body.Length > BytesMax) return false;
        var hasNumber = false;
        var fields = new JsonFields(body);
        while (fields.Next())
        {
            if (fields.Is(name))
            {
                if (hasNumber || !fields.TryInteger(out number)) return false;
                hasNumber = true;
            }
            else if (fields.Is("type"u8))
            {
                if (type != TokenActions.None || !fields.TryText(out var text)) return false;
                if (!TokenActionsText.TryParse(text, out type)) return false;
            }
        }
        return fields.IsComplete && hasNumber && type != TokenActions.None;
    }
}
