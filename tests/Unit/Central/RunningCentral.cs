using System.Net.Http.Headers;
using System.Text.Json;
using LightMq.Central;
using LightMq.Central.Configuration;
using LightMq.Central.Core;
using LightMq.Central.Http;
using LightMq.Host;
using LightMq.Lmq;
using LightMq.Service.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace LightMq.Unit.Central;

/// <summary>A whole central in this process: loop, core, Kestrel on a port of the system's choice.</summary>
internal sealed class RunningCentral : IAsyncDisposable
{
    public const string Secret = "sample secret";

    private readonly string _directory;
    private readonly bool _isOwner;
    private readonly CentralParts _parts;
    private readonly BrokerService _broker;
    private readonly HttpService _http;

    private RunningCentral(string directory, bool isOwner, CentralSettings settings, TimeProvider time)
    {
        (_directory, _isOwner) = (directory, isOwner);
        var cluster = ClusterName.Find(directory);
        _parts = new CentralParts(settings, cluster, time, NullLogger.Instance);
        var program = new BrokerProgram("Central", "0")
        {
            Extend = _parts.Open, Answered = _parts.Answered, Ended = _parts.Close,
        };
        _broker = new BrokerService(
            settings.BrokerOf(cluster.Id), program, time, NullLogger.Instance, systemd: null);
        _http = new HttpService(settings.Http, directory, _parts.MakeApis, time, NullLogger.Instance);
    }

    /// <summary>Asks it over HTTP.</summary>
    public HttpClient Http { get; private set; } = null!;

    public string Directory => _directory;

    /// <summary>Starts one; null: in a directory of its own that goes with it.</summary>
    public static async Task<RunningCentral> StartAsync(
        string? directory = null, TimeProvider? time = null, params (string Key, string Value)[] more)
    {
        var isOwner = directory is null;
        directory ??= System.IO.Directory.CreateTempSubdirectory("lightmq-").FullName;
        var settings = SettingsReader.Read(Sources.Read(null, new Dictionary<string, string>(),
            CentralKeys.Of(directory, more)));
        var central = new RunningCentral(directory, isOwner, settings, time ?? TimeProvider.System);
        await central._broker.StartAsync(CancellationToken.None);
        await central._http.StartAsync(CancellationToken.None);
        central.Http = new HttpClient { BaseAddress = new Uri(central._http.Addresses[0]) };
        return central;
    }

    /// <summary>Asks with the bearer text of an API; gives status and body.</summary>
    public async Task<(int Status, string Body)> AskAsync(
        string method, string path, string? body = null, string? bearer = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null) request.Content = new StringContent(body);
        if (bearer is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue(
                "Bearer", (await File.ReadAllTextAsync(Path.Combine(_directory, $"{bearer}.bearer"))).Trim());
        using var answer = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)answer.StatusCode,
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>The same, with the answer's JSON.</summary>
    public async Task<JsonElement> JsonAsync(
        string method, string path, string? body = null, string? bearer = null, int status = 200)
    {
        var (given, text) = await AskAsync(method, path, body, bearer);
        Assert.True(given == status, $"{given}: {text}");
        using var json = JsonDocument.Parse(text);
        return json.RootElement.Clone();
    }

    /// <summary>Asks as an app server does.</summary>
    public TokenApiClient Tokens(string key = "AK", string secret = Secret, bool usesGet = false) =>
        new(Http, Http.BaseAddress!, key, secret, TimeProvider.System) { UsesGet = usesGet };

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _http.StopAsync(CancellationToken.None);
        await _broker.StopAsync(CancellationToken.None);
        _http.Dispose();
        _broker.Dispose();
        _parts.Dispose();
        if (_isOwner) System.IO.Directory.Delete(_directory, recursive: true);
    }
}

/// <summary>Configurations of a central.</summary>
internal static class CentralKeys
{
    public static Dictionary<string, string?> Of(string directory, params (string Key, string Value)[] more)
    {
        var keys = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["Store:Directory"] = directory,
            ["Clock:Trust"] = "always",
            ["Listeners:0:Address"] = "127.0.0.1:0",
            ["Http:Listeners:0:Address"] = "http://127.0.0.1:0",
            ["Central:GatewayGroups:0"] = "GID_GATE",
            ["Central:Partitions"] = "2",
            ["Lmq:AccessKeys:0:Key"] = "AK",
            ["Lmq:AccessKeys:0:Secret"] = RunningCentral.Secret,
            ["Lmq:AccessKeys:1:Key"] = "OTHER",
            ["Lmq:AccessKeys:1:Secret"] = "other secret",
            ["Lmq:AccessKeys:1:Groups:0"] = "GID_AAA",
            ["Lmq:Groups:0"] = "GID_GATE",
            ["Lmq:Groups:1:Name"] = "GID_AAA",
            ["Lmq:Groups:1:Grants:0:Topic"] = "parent",
            ["Lmq:Groups:1:Grants:0:Access"] = "read",
            ["Lmq:Groups:1:Grants:1:Topic"] = "second",
            ["Lmq:Groups:1:Grants:1:Access"] = "readwrite",
            ["Lmq:Topics:0"] = "parent",
            ["Lmq:Topics:1"] = "second",
        };
        foreach (var (key, value) in more) keys[key] = value;
        return keys;
    }

    public static CentralSettings Read(params (string Key, string Value)[] more) => SettingsReader.Read(
        Sources.Read(null, new Dictionary<string, string>(), Of("/var/lib/lightmq", more)));

    /// <summary>The line that a wrong configuration is answered with.</summary>
    public static string Error(params (string Key, string Value)[] more) =>
        Assert.Throws<ConfigurationError>(() => Read(more)).Message;
}

/// <summary>The system's clock, put forward or back.</summary>
internal sealed class MovedTime : TimeProvider
{
    public TimeSpan By { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + By;

    public long Milliseconds => GetUtcNow().ToUnixTimeMilliseconds();
}
