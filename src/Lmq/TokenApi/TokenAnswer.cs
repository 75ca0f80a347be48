using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LightMq.Lmq;

/// <summary>Codes of the token API (LMQ-TOK-4).</summary>
public enum TokenApiCode
{
    /// <summary>Done.</summary>
    Ok = 200,

    /// <summary>A parameter is missing or wrong.</summary>
    BadParameter = 400,

    /// <summary>The signature is wrong, or the access key unknown.</summary>
    BadSignature = 407,

    /// <summary>The token could not be made.</summary>
    NotCreated = 409,

    /// <summary>The token could not be revoked.</summary>
    NotRevoked = 410,

    /// <summary>The token is forged or unreadable.</summary>
    Forged = 1,

    /// <summary>The token has expired.</summary>
    Expired = 2,

    /// <summary>The token is revoked.</summary>
    Revoked = 3,
}

/// <summary>
/// An answer of the token API (LMQ-TOK-4), JSON with HTTP status 200:
/// <c>{"success":true,"message":"…","code":200,"tokenData":"…"}</c>. Shows itself without the token.
/// </summary>
/// <param name="code">What became of the call.</param>
/// <param name="message">In words.</param>
/// <param name="tokenData">The token that was applied for, else null.</param>
public sealed class TokenAnswer(TokenApiCode code, string message, string? tokenData = null)
{
    /// <summary>Longest body that is read.</summary>
    public const int BytesMax = TokenVerifier.TokenBytesMax + 4_096;

    private static readonly JsonWriterOptions Readable = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>What became of the call; a server may have codes that are not named here.</summary>
    public TokenApiCode Code { get; } = code;

    /// <summary>In words, by the server.</summary>
    public string Message { get; } = message;

    /// <summary>The token, as the answer to a successful application.</summary>
    public string? TokenData { get; } = tokenData;

    /// <summary>Whether the call did what it should.</summary>
    public bool IsOk => Code == TokenApiCode.Ok;

    /// <summary>The answer as JSON.</summary>
    public byte[] Body()
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body, Readable))
        {
            json.WriteStartObject();
            json.WriteBoolean("success"u8, IsOk);
            json.WriteString("message"u8, Message);
            json.WriteNumber("code"u8, (int)Code);
            if (TokenData != null) json.WriteString("tokenData"u8, TokenData);
            json.WriteEndObject();
        }
        return body.WrittenSpan.ToArray();
    }

    /// <summary>
    /// Reads an answer. False if it is too long, no JSON object, a field is of another type, <c>code</c> is
    /// missing, or <c>success</c> says otherwise than the code.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> body, [NotNullWhen(true)] out TokenAnswer? answer)
    {
        answer = null;
        if (body.Length > BytesMax) return false;
        long? code = null;
        bool? success = null;
        string? message = null, token = null;
        var fields = new JsonFields(body);
        while (fields.Next())
        {
            var isRight = true;
            if (fields.IsExactly("code"u8))
            {
                isRight = fields.TryInteger(out var number) && code == null;
                code = number;
            }
            else if (fields.IsExactly("success"u8))
            {
                isRight = fields.TryBoolean(out var truth) && success == null;
                success = truth;
            }
            else if (fields.IsExactly("message"u8))
            {
                isRight = message == null && TryTextOrNull(fields, out message);
            }
            else if (fields.IsExactly("tokenData"u8))
            {
                isRight = token == null && TryTextOrNull(fields, out token);
            }
            if (!isRight) return false;
        }
        if (!fields.IsComplete || code is not (>= int.MinValue and <= int.MaxValue)) return false;
        if (success != null && success != (code == (int)TokenApiCode.Ok)) return false;
        answer = new TokenAnswer((TokenApiCode)code, message ?? "", token);
        return true;
    }

    /// <summary>Code and message.</summary>
    public override string ToString() => $"{(int)Code} {Message}";

    private static bool TryTextOrNull(in JsonFields fields, out string? text)
    {
        text = null;
        if (fields.IsNull) return true;
        if (!fields.TryText(out var utf8)) return false;
        text = Encoding.UTF8.GetString(utf8);
        return true;
    }
}
