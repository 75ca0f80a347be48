using System.Text;
using LightMq.Central.Auth;
using LightMq.Central.Configuration;
using LightMq.Central.Http;
using LightMq.Lmq;

namespace LightMq.Central.Devices;

/// <summary>
/// The app server of gateways: <c>/device/enrol</c> takes a code once and the public key of the device,
/// <c>/device/token</c> gives tokens to whoever signs with that key.
/// </summary>
/// <param name="desk">The devices.</param>
/// <param name="grants">What their tokens grant.</param>
/// <param name="auth">Makes tokens.</param>
/// <param name="settings">Bounds.</param>
/// <param name="time">The clock.</param>
internal sealed class DeviceApi(
    DeviceDesk desk, DeviceGrants grants, AuthServer auth, DeviceSettings settings, TimeProvider time)
{
    /// <summary>The access key that devices' tokens name; it is registered nowhere.</summary>
    public const string AccessKey = "app-server";

    private const int BodyBytesMax = 8_192, ClockMillisecondsMax = 300_000, NoncesMax = 1_000_000;
    private const int NonceCharactersMin = 16, NonceCharactersMax = 64;

    private readonly AttemptLimit _enrolments = new(settings.EnrolPerMinuteMax, time);
    private readonly AttemptLimit _tokens = new(settings.TokensPerMinuteMax, time);
    private readonly NonceTable _nonces = new(NoncesMax);
    private readonly long _began = time.GetTimestamp();

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Whether a path is this API's.</summary>
    public static bool Takes(string[] path) => path is ["device", _];

    /// <summary>Answers.</summary>
    public Task AnswerAsync(HttpCall call)
    {
        if (call.Path[1] is not ("enrol" or "token"))
            throw new HttpRefusal(404, "there are /device/enrol and /device/token");
        if (call.Method != "POST") throw HttpRefusal.Method(call.Method, "POST");
        return call.Path[1] == "enrol" ? EnrolAsync(call) : TokenAsync(call);
    }

    private async Task EnrolAsync(HttpCall call)
    {
        _enrolments.Count(call.Address);
        var body = await call.ReadJsonAsync(BodyBytesMax, DeviceJson.Default.EnrolBody);
        var clientId = ClientIdOf(body.ClientId);
        if (string.IsNullOrEmpty(body.Code)) throw HttpRefusal.Wrong("code", null, "an enrolment code");
        if (string.IsNullOrEmpty(body.PublicKey))
            throw HttpRefusal.Wrong("publicKey", null, "a public key on P-256 in PEM");
        desk.Enrol(clientId, body.Code, body.PublicKey);
        await call.WriteAsync(200, new EnrolledBody(clientId, Now), DeviceJson.Default.EnrolledBody);
    }

    private async Task TokenAsync(HttpCall call)
    {
        _tokens.Count(call.Address);
        var body = await call.ReadJsonAsync(BodyBytesMax, DeviceJson.Default.TokenBody);
        var clientId = ClientIdOf(body.ClientId);
        if (body.Time is not { } at) throw HttpRefusal.Wrong("time", null, "milliseconds since 1970");
        if (body.Nonce is not { Length: >= NonceCharactersMin and <= NonceCharactersMax } nonce
            || !nonce.All(static letter => letter is > ' ' and <= '~'))
            throw HttpRefusal.Wrong("nonce", body.Nonce,
                $"{NonceCharactersMin} to {NonceCharactersMax} visible characters that are used once");
        if (body.Signature is null) throw HttpRefusal.Wrong("signature", null, "a signature in Base64");
        // First who it is: strangers fill no table, and are told no time.
        if (!desk.IsSigned(clientId, Encoding.UTF8.GetBytes($"{clientId}\n{at}\n{nonce}"), body.Signature))
            throw new HttpRefusal(401, "the device is unknown, or the signature is not that of its key");
        JudgeTime(at);
        switch (_nonces.Take(clientId, nonce, Now, at + ClockMillisecondsMax))
        {
            case NonceFate.Repeated: throw new HttpRefusal(409, "the nonce was used already: take another");
            case NonceFate.NoRoom: throw new HttpRefusal(429, "too many requests at present: try later");
        }
        await call.WriteAsync(200, MakeTokens(clientId), DeviceJson.Default.TokenAnswerBody);
    }

    /// <summary>What was signed before this process began may have been answered by the one before.</summary>
    private void JudgeTime(long at)
    {
        var now = Now;
        // By the clock as it is now: it may have been set since.
        var began = now - (long)time.GetElapsedTime(_began).TotalMilliseconds;
        if (Math.Abs(now - at) <= ClockMillisecondsMax && at >= began) return;
        throw new HttpRefusal(409,
            $"the time is more than {ClockMillisecondsMax / 1000} s off, or before this server's start: sign "
            + "again with the time of this answer")
        { Time = now };
    }

    private TokenAnswerBody MakeTokens(string clientId)
    {
        var now = Now;
        var expires = now + settings.TokenSeconds * 1_000L;
        if (grants.Of(clientId) is not { Count: > 0 } all)
            throw new HttpRefusal(403, "the device's group is not registered, or granted nothing");
        try
        {
            var tokens = all.Select(grant => new OneTokenBody(
                auth.Issue(new TokenApplication(grant.Actions, grant.Filters, expires, clientId), AccessKey),
                grant.Actions.Text(), expires)).ToList();
            return new TokenAnswerBody(tokens[0].Token, tokens[0].Type, expires, now, tokens);
        }
        catch (ArgumentException wrong)
        {
            throw new HttpRefusal(409, $"no token can say what the device is granted: {wrong.Message}");
        }
    }

    private static string ClientIdOf(string? text) =>
        text is not null && ClientIdName.TryParse(Encoding.UTF8.GetBytes(text), out _)
            ? text : throw HttpRefusal.Wrong("clientId", text, "GroupID@@@DeviceID (LMQ-ID-1)");
}
