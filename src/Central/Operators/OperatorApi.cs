using System.Text;
using LightMq.Broker.Settings;
using LightMq.Central.Configuration;
using LightMq.Central.Core;
using LightMq.Central.Devices;
using LightMq.Central.Http;
using LightMq.Lmq;

namespace LightMq.Central.Operators;

/// <summary>
/// What an operator looks at and decides: <c>/v1/enrolments</c>, <c>/v1/devices</c>, <c>/v1/gateways</c> and
/// <c>/v1/gaps</c>.
/// </summary>
/// <param name="log">The core.</param>
/// <param name="desk">The devices.</param>
/// <param name="registry">The registry as it stands.</param>
/// <param name="requests">Asks the engine.</param>
/// <param name="settings">How long codes live.</param>
internal sealed class OperatorApi(CoreLog log, DeviceDesk desk, Func<LmqRegistry> registry,
    RequestDesk requests, DeviceSettings settings)
{
    private const int BodyBytesMax = 4_096, StreamsShownMax = 100, EnrolmentSecondsMax = 31_536_000;

    /// <summary>Whether a path is this API's.</summary>
    public static bool Takes(string[] path) =>
        path is ["v1", "enrolments" or "devices" or "gateways" or "gaps", ..];

    /// <summary>Answers.</summary>
    public Task AnswerAsync(HttpCall call) => call.Path switch
    {
        ["v1", "enrolments"] => EnrolmentsAsync(call),
        ["v1", "devices"] => DevicesAsync(call),
        ["v1", "devices", var clientId] => DeviceAsync(call, clientId),
        ["v1", "gateways"] => GatewaysAsync(call),
        ["v1", "gateways", var gateway, "allow"] => AllowAsync(call, gateway),
        ["v1", "gaps"] => GapsAsync(call),
        _ => throw new HttpRefusal(404,
            "there are /v1/enrolments, /v1/devices, /v1/devices/CLIENT, /v1/gateways, "
            + "/v1/gateways/CLIENT/allow and /v1/gaps"),
    };

    private async Task EnrolmentsAsync(HttpCall call)
    {
        if (call.Method != "POST") throw HttpRefusal.Method(call.Method, "POST");
        var body = await call.ReadJsonAsync(BodyBytesMax, OperatorJson.Default.EnrolmentBody);
        if (body.ClientId is not { } clientId
            || !ClientIdName.TryParse(Encoding.UTF8.GetBytes(clientId), out _))
            throw HttpRefusal.Wrong("clientId", body.ClientId, "GroupID@@@DeviceID (LMQ-ID-1)");
        var group = clientId[..clientId.IndexOf("@@@", StringComparison.Ordinal)];
        if (!registry().Groups.Any(one => one.Name == group))
            throw new HttpRefusal(409, $"clientId: the group '{group}' is not registered: register it first");
        var seconds = body.Seconds ?? settings.EnrolmentSeconds;
        if (seconds is < 1 or > EnrolmentSecondsMax)
            throw HttpRefusal.Wrong(
                "seconds", $"{seconds}", $"a whole number from 1 to {EnrolmentSecondsMax}");
        var (code, expires) = desk.Open(clientId, seconds);
        await call.WriteAsync(201, new OpenedBody(clientId, code, expires), OperatorJson.Default.OpenedBody);
    }

    private Task DevicesAsync(HttpCall call)
    {
        if (call.Method != "GET") throw HttpRefusal.Method(call.Method, "GET");
        var all = desk.All.Select(static one => new DeviceBody(one.ClientId,
            one.PublicKey is null ? null : one.EnrolledAt, one.CodeHash is null ? null : one.CodeExpires));
        return call.WriteAsync(200, new DevicesBody([.. all]), OperatorJson.Default.DevicesBody);
    }

    private Task DeviceAsync(HttpCall call, string clientId)
    {
        if (call.Method != "DELETE") throw HttpRefusal.Method(call.Method, "DELETE");
        if (!desk.Remove(clientId)) throw new HttpRefusal(404, "there is no such device");
        return call.WriteEmptyAsync();
    }

    private async Task GatewaysAsync(HttpCall call)
    {
        if (call.Method != "GET") throw HttpRefusal.Method(call.Method, "GET");
        var request = CentralRequest.List();
        await requests.AskAsync(call, request, refusedStatus: 503);
        var known = request.Gateways.ToDictionary(static one => one.ClientId, StringComparer.Ordinal);
        var streams = log.Streams.ToLookup(static one => one.Key.Gateway, StringComparer.Ordinal);
        var names = known.Keys.Union(streams.Select(static one => one.Key)).Order(StringComparer.Ordinal);
        var all = names.Select(name => BodyOf(name, known.GetValueOrDefault(name), [.. streams[name]]));
        await call.WriteAsync(200, new GatewaysBody([.. all]), OperatorJson.Default.GatewaysBody);
    }

    private async Task AllowAsync(HttpCall call, string gateway)
    {
        if (call.Method != "POST") throw HttpRefusal.Method(call.Method, "POST");
        var body = await call.ReadJsonAsync(BodyBytesMax, OperatorJson.Default.AllowBody);
        if (string.IsNullOrEmpty(body.Installation))
            throw HttpRefusal.Wrong("installation", null, "one that GET /v1/gateways shows as superseded");
        await requests.AskAsync(call,
            CentralRequest.Allow(Encoding.UTF8.GetBytes(gateway), body.Installation), refusedStatus: 409);
        await call.WriteEmptyAsync();
    }

    private static GatewayBody BodyOf(
        string name, KnownGateway? known, List<KeyValuePair<StreamName, StreamMark>> streams) => new(
            name, known?.IsConnected ?? false,
            known is { Installation.Length: > 0 } ? known.Installation : null, known?.Superseded ?? [],
            streams.Count, [.. streams.OrderByDescending(static one => one.Value.SeenAt)
                .Take(StreamsShownMax).Select(static one => new StreamBody(
                    one.Key.Client, one.Key.Epoch.ToString(), one.Value.Last, one.Value.SeenAt))]);

    private Task GapsAsync(HttpCall call)
    {
        if (call.Method != "GET") throw HttpRefusal.Method(call.Method, "GET");
        var gaps = log.Gaps.Select(static one => new GapBody(one.Stream.Gateway, one.Stream.Client,
            one.Stream.Epoch.ToString(), one.From, one.To, one.Reason, one.DeclaredAt));
        return call.WriteAsync(200, new GapsBody([.. gaps]), OperatorJson.Default.GapsBody);
    }
}
