using System.Text;
using LightMq.Central.Http;
using LightMq.Lmq;

namespace LightMq.Central.Auth;

/// <summary>
/// The auth server over HTTP (LMQ-TOK-1, LMQ-TOK-4): <c>/token/apply</c>, <c>/token/revoke</c> and
/// <c>/token/query</c> by GET and POST, always with status 200; what was revoked, and the public keys, for
/// brokers.
/// </summary>
internal sealed class AuthApi(
    AuthServer server, Revocations revocations, WaitingPlaces places, TimeProvider time)
{
    private const int WaitSecondsMax = 60;

    /// <summary>Whether a path is this API's.</summary>
    public static bool Takes(string[] path) => path is ["token", _];

    /// <summary>Answers.</summary>
    public Task AnswerAsync(HttpCall call) => call.Path[1] switch
    {
        "apply" => CallAsync(call, TokenCall.Apply),
        "revoke" => CallAsync(call, TokenCall.Revoke),
        "query" => CallAsync(call, TokenCall.Query),
        "revocations" => RevocationsAsync(call),
        "keys" => KeysAsync(call),
        _ => throw new HttpRefusal(404,
            "there are /token/apply, /token/revoke, /token/query, /token/revocations and /token/keys"),
    };

    private async Task CallAsync(HttpCall call, TokenCall which)
    {
        if (call.Method is not ("GET" or "POST")) throw HttpRefusal.Method(call.Method, "GET and POST");
        var answer = await FieldsOfAsync(call) is { } fields
            ? server.Answer(which, fields)
            : new TokenAnswer(TokenApiCode.BadParameter,
                $"a form has at most {TokenFields.CountMax} fields and {TokenFields.CharactersMax} "
                + "characters");
        await call.WriteAsync(200, answer.Body());
    }

    /// <summary>Of a POST the form; else the query.</summary>
    private static async Task<TokenFields?> FieldsOfAsync(HttpCall call)
    {
        var form = call.Query;
        if (call.Method == "POST")
        {
            var body = await call.ReadAsync(TokenFields.CharactersMax);
            if (body.Length > 0) form = Encoding.UTF8.GetString(body);
        }
        return TokenFields.TryParse(form, out var fields) ? fields : null;
    }

    private async Task RevocationsAsync(HttpCall call)
    {
        if (call.Method != "GET") throw HttpRefusal.Method(call.Method, "GET");
        var since = call.Number("since", 0, 0, long.MaxValue);
        var wait = TimeSpan.FromSeconds(call.Number("wait", 0, 0, WaitSecondsMax));
        var changed = revocations.Changed.Next;
        var body = revocations.Body(since, out var isNews);
        if (!isNews && wait > TimeSpan.Zero && places.TryTake() is { } place)
            using (place)
            {
                await call.WaitAsync(changed, wait, time);
                body = revocations.Body(since, out _);
            }
        await call.WriteAsync(200, body);
    }

    private async Task KeysAsync(HttpCall call)
    {
        if (call.Method != "GET") throw HttpRefusal.Method(call.Method, "GET");
        await call.WriteAsync(200, Encoding.ASCII.GetBytes(server.PublicKeySet));
    }
}
