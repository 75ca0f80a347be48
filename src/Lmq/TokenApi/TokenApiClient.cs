using System.Net;
using System.Text;

namespace LightMq.Lmq;

/// <summary>The auth server gave no answer that could be used. Names neither secrets nor tokens.</summary>
public sealed class TokenApiException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// Asks an auth server for tokens (LMQ-TOK-1, LMQ-TOK-2, LMQ-TOK-4): what an app server does, or a gateway
/// that has an access key. When to try again is the caller's to say.
/// </summary>
/// <param name="http">Does the asking: TLS, proxies and its disposal are its owner's.</param>
/// <param name="address">The auth server, with what comes before <c>/token</c>.</param>
/// <param name="accessKey">The account's access key.</param>
/// <param name="secretKey">Its secret, which is never sent.</param>
/// <param name="time">Measures the timeout.</param>
public sealed class TokenApiClient(
    HttpClient http, Uri address, string accessKey, string secretKey, TimeProvider time)
{
    private const int TimeoutMillisecondsDefault = 10_000;
    private readonly string _root = address.GetLeftPart(UriPartial.Path).TrimEnd('/');

    /// <summary>Longest wait for an answer, to its last byte.</summary>
    public int TimeoutMilliseconds { get; init; } = TimeoutMillisecondsDefault;

    /// <summary>
    /// Whether fields go in the address of a GET, as the manual allows for tests; else in the form of a POST.
    /// Addresses end up in logs of proxies and servers, tokens with them.
    /// </summary>
    public bool UsesGet { get; init; }

    /// <summary>Applies for a token. It is in the answer if that is ok.</summary>
    /// <exception cref="TokenApiException">No answer, or one that could not be used.</exception>
    public Task<TokenAnswer> ApplyAsync(TokenApplication application, CancellationToken cancel) =>
        AskAsync(TokenCall.Apply, application.Fields(), cancel);

    /// <summary>Revokes a token.</summary>
    /// <exception cref="TokenApiException">No answer, or one that could not be used.</exception>
    public Task<TokenAnswer> RevokeAsync(string token, CancellationToken cancel) =>
        AskAsync(TokenCall.Revoke, Fields(token), cancel);

    /// <summary>Asks whether a token is valid.</summary>
    /// <exception cref="TokenApiException">No answer, or one that could not be used.</exception>
    public Task<TokenAnswer> QueryAsync(string token, CancellationToken cancel) =>
        AskAsync(TokenCall.Query, Fields(token), cancel);

    private static TokenFields Fields(string token)
    {
        var fields = new TokenFields();
        fields.Add(TokenRequest.TokenField, token);
        return fields;
    }

    private async Task<TokenAnswer> AskAsync(TokenCall call, TokenFields fields, CancellationToken cancel)
    {
        TokenRequest.Sign(call, fields, accessKey, secretKey);
        using var request = Request(call, fields.Form());
        using var timer = new CancellationTokenSource(TimeSpan.FromMilliseconds(TimeoutMilliseconds), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, timer.Token);
        try
        {
            using var response = await http.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (response.StatusCode != HttpStatusCode.OK)
                throw new TokenApiException(
                    $"the auth server answered with HTTP status {(int)response.StatusCode}");
            var body = await ReadAsync(response, either.Token);
            return TokenAnswer.TryParse(body.Span, out var answer)
                && (call != TokenCall.Apply || !answer.IsOk || !string.IsNullOrEmpty(answer.TokenData))
                ? answer
                : throw new TokenApiException("the auth server's answer is not one of the token API");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new TokenApiException($"the auth server did not answer within {TimeoutMilliseconds} ms");
        }
        catch (Exception wrong) when (wrong is HttpRequestException or IOException)
        {
            throw new TokenApiException($"the auth server cannot be asked: {wrong.Message}", wrong);
        }
    }

    private HttpRequestMessage Request(TokenCall call, string form)
    {
        var path = _root + TokenRequest.Path(call);
        return UsesGet
            ? new HttpRequestMessage(HttpMethod.Get, $"{path}?{form}")
            : new HttpRequestMessage(HttpMethod.Post, path)
            {
                Content = new StringContent(form, Encoding.ASCII, "application/x-www-form-urlencoded"),
            };
    }

    // One byte more than an answer may have shows that it is longer, without reading the rest.
    private static async Task<ReadOnlyMemory<byte>> ReadAsync(
        HttpResponseMessage response, CancellationToken cancel)
    {
        var body = new byte[TokenAnswer.BytesMax + 1];
        await using var stream = await response.Content.ReadAsStreamAsync(cancel);
        var bytes = await stream.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancel);
        return body.AsMemory(0, bytes);
    }
}
