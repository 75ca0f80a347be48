using System.Text;
using LightMq.Broker.Settings;
using LightMq.Lmq;
using LightMq.Service;

namespace LightMq.Central.Auth;

/// <summary>
/// Makes, revokes and judges tokens (LMQ-TOK-1 to TOK-5) for whoever has an access key of the registry. For
/// any thread.
/// </summary>
/// <param name="pair">Signs; stays its owner's.</param>
/// <param name="registry">The registry as it stands.</param>
/// <param name="revocations">What was revoked.</param>
/// <param name="time">The clock.</param>
internal sealed class AuthServer(
    TokenKeyPair pair, Func<LmqRegistry> registry, Revocations revocations, TimeProvider time) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly TokenKeys _keys = TokenKeys.Read(pair.Issuer.PublicKeySet);

    /// <summary>The public keys as a JSON Web Key Set.</summary>
    public string PublicKeySet => pair.Issuer.PublicKeySet;

    /// <summary>Answers a call.</summary>
    /// <param name="call">Which.</param>
    /// <param name="fields">What came with it.</param>
    public TokenAnswer Answer(TokenCall call, TokenFields fields)
    {
        TokenApplication? application = null;
        var wrong = call == TokenCall.Apply
            ? TokenApplication.TryRead(fields, Now, out application)
            : TokenRequest.Missing(call, fields) is { } missing ? $"{missing} is missing" : null;
        if (wrong is not null) return new TokenAnswer(TokenApiCode.BadParameter, wrong);
        var name = fields[TokenRequest.AccessKeyField]!;
        var key = registry().AccessKeys.FirstOrDefault(one => one.Key == name);
        // Who does not know a secret does not learn which keys there are.
        if (!TokenRequest.IsSigned(call, fields, key?.Secret ?? "?") || key is null)
            return new TokenAnswer(TokenApiCode.BadSignature,
                "the signature is wrong, or the access key is unknown");
        return application is not null
            ? Apply(application, key) : Judge(call, fields[TokenRequest.TokenField]!, key);
    }

    /// <summary>Makes a token.</summary>
    /// <exception cref="ArgumentException">No broker would take it.</exception>
    public string Issue(TokenApplication application, string accessKey)
    {
        Span<byte> id = stackalloc byte[16];
        Chance.Fill(id);
        var filters = application.Resources.Select(Encoding.UTF8.GetBytes).ToArray();
        lock (_gate)
            return pair.Issuer.Issue(new TokenGrant
            {
                Id = Convert.ToHexStringLower(id),
                AccessKey = accessKey,
                ClientId = application.ClientId is { } clientId ? Encoding.UTF8.GetBytes(clientId) : null,
                Actions = application.Actions,
                Filters = filters,
                IssuedMilliseconds = Now,
                ExpiresMilliseconds = application.ExpiresMilliseconds,
            });
    }

    /// <inheritdoc/>
    public void Dispose() => _keys.Dispose();

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private TokenAnswer Apply(TokenApplication application, AccessKey key)
    {
        if (application.ClientId is { } clientId && key.Groups is { } groups
            && !groups.Contains(clientId[..clientId.IndexOf("@@@", StringComparison.Ordinal)]))
            return new TokenAnswer(
                TokenApiCode.NotCreated, "the access key is not for the group of this clientId");
        try
        {
            return new TokenAnswer(TokenApiCode.Ok, "done", Issue(application, key.Key));
        }
        catch (ArgumentException wrong)
        {
            return new TokenAnswer(TokenApiCode.NotCreated, wrong.Message);
        }
    }

    private TokenAnswer Judge(TokenCall call, string token, AccessKey key)
    {
        TokenVerdict verdict;
        lock (_gate) verdict = TokenVerifier.Verify(Encoding.UTF8.GetBytes(token), _keys);
        if (verdict.Grant is not { } grant) return new TokenAnswer(TokenApiCode.Forged, verdict.Cause);
        if (revocations.Contains(grant.Id))
            return new TokenAnswer(TokenApiCode.Revoked, "the token is revoked");
        if (grant.Judge(Now, isClockTrusted: true) != TokenFault.None)
            return new TokenAnswer(TokenApiCode.Expired, "the token has expired");
        return call == TokenCall.Query ? new TokenAnswer(TokenApiCode.Ok, "the token is valid")
            : Revoke(grant, key);
    }

    private TokenAnswer Revoke(TokenGrant grant, AccessKey key)
    {
        if (grant.AccessKey != key.Key)
            return new TokenAnswer(
                TokenApiCode.NotRevoked, "another access key applied for the token, and may revoke it");
        try
        {
            return revocations.Revoke(grant.Id, grant.ExpiresMilliseconds)
                ? new TokenAnswer(TokenApiCode.Ok, "the token is revoked everywhere within a moment")
                : new TokenAnswer(TokenApiCode.NotRevoked,
                    $"{RevocationList.EntriesMax} revoked tokens that have not expired are the most");
        }
        catch (IOException)
        {
            return new TokenAnswer(
                TokenApiCode.NotRevoked, "the disk does not take it: nothing is revoked, try again");
        }
    }
}
