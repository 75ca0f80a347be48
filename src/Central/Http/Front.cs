using LightMq.Central.Auth;
using LightMq.Central.Configuration;
using LightMq.Central.Devices;
using LightMq.Central.Operators;
using LightMq.Central.Streaming;
using LightMq.Service;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LightMq.Central.Http;

/// <summary>What a listener answers; a feature of its connections.</summary>
/// <param name="Roles">Its roles.</param>
internal sealed record ListenerRoles(HttpRoles Roles);

/// <summary>The APIs behind HTTP.</summary>
/// <param name="Stream">The core.</param>
/// <param name="Operator">Operators.</param>
/// <param name="Auth">The auth server.</param>
/// <param name="Device">The app server.</param>
/// <param name="StreamBearer">What the stream API asks for.</param>
/// <param name="OperatorBearer">What the operators' API asks for.</param>
internal sealed record Apis(StreamApi Stream, OperatorApi Operator, AuthApi Auth, DeviceApi Device,
    BearerText StreamBearer, BearerText OperatorBearer);

/// <summary>
/// Where each request comes in: finds the API of its path, asks for the bearer text, and turns what is
/// refused into one clear error as JSON.
/// </summary>
internal sealed class Front(Apis apis, TimeProvider time, ILogger log, CancellationToken stopping)
{
    private readonly LineLimit _lines = new(time);

    /// <summary>Answers a request.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        var call = new HttpCall(context, stopping);
        try
        {
            var roles = context.Features.Get<ListenerRoles>()!.Roles;
            await AnswerAsync(call, roles, context.Request.Headers.Authorization.ToString());
        }
        catch (HttpRefusal wrong)
        {
            await RefuseAsync(context, call, wrong);
        }
        catch (OperationCanceledException) when (call.Gone.IsCancellationRequested)
        {
            // Nobody is there any more.
        }
        // Of the disk under us, for what comes from the peer is a BadHttpRequestException.
        catch (IOException wrong) when (
            wrong is not BadHttpRequestException && !call.Gone.IsCancellationRequested)
        {
            lock (_lines)
                if (_lines.IsDue(out var held)) Log.RequestFailed(log, wrong.Message, held);
            await RefuseAsync(context, call, new HttpRefusal(503,
                "the disk does not do what it must: nothing was changed, try again later"));
        }
    }

    private Task AnswerAsync(HttpCall call, HttpRoles roles, string authorization)
    {
        var path = call.Path;
        if (roles.HasFlag(HttpRoles.Auth) && AuthApi.Takes(path)) return apis.Auth.AnswerAsync(call);
        if (roles.HasFlag(HttpRoles.Device) && DeviceApi.Takes(path)) return apis.Device.AnswerAsync(call);
        if (roles.HasFlag(HttpRoles.Stream) && StreamApi.Takes(path))
        {
            Need(apis.StreamBearer, authorization, call);
            return apis.Stream.AnswerAsync(call);
        }
        if (roles.HasFlag(HttpRoles.Operator) && OperatorApi.Takes(path))
        {
            Need(apis.OperatorBearer, authorization, call);
            return apis.Operator.AnswerAsync(call);
        }
        throw new HttpRefusal(404, "this listener has nothing at this path");
    }

    private void Need(BearerText bearer, string authorization, HttpCall call)
    {
        if (bearer.IsBorneBy(authorization)) return;
        lock (_lines)
            if (_lines.IsDue(out var held)) Log.RequestWithoutBearer(log, call.Address, held);
        throw new HttpRefusal(401, "the request must bear the text of this API's bearer file");
    }

    private static async Task RefuseAsync(HttpContext context, HttpCall call, HttpRefusal wrong)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }
        if (wrong.Status == 401) context.Response.Headers.WWWAuthenticate = "Bearer";
        await call.WriteAsync(wrong.Status,
            new ErrorBody(wrong.Message, wrong.Time > 0 ? wrong.Time : null), HttpJson.Readable.ErrorBody);
    }
}
