using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using LightMq.Lmq;
using Xunit;

namespace LightMq.Process.Broker;

/// <summary>A data directory and configuration of a central, and its HTTP side.</summary>
internal sealed class CentralSite : IDisposable
{
    public const string Secret = "configured secret", Gateway = "GID_GATE@@@g1";
    public const int Partitions = 4;

    private readonly Scratch _scratch = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        // The central is killed now and then, and its connections with it.
        PooledConnectionLifetime = TimeSpan.Zero,
    });

    public CentralSite() => File.WriteAllText(this["central.json"], $$"""
        {
          "Listeners": [ { "Address": "127.0.0.1:0" } ],
          "Store": { "Directory": "{{this["data"]}}" },
          "Clock": { "Trust": "always" },
          "Central": { "GatewayGroups": [ "GID_GATE" ], "Partitions": {{Partitions}} },
          "Http": { "Listeners": [
            { "Address": "http://127.0.0.1:0" },
            { "Address": "https://127.0.0.1:0", "Serves": [ "auth", "device" ] } ] },
          "Lmq": {
            "AccessKeys": [ { "Key": "AK", "Secret": "{{Secret}}" } ],
            "Groups": [ "GID_AAA", "GID_GATE" ], "Topics": [ "parent" ]
          }
        }
        """);

    public string this[string name] => _scratch[name];

    /// <summary>Of the HTTP listener, after a start.</summary>
    public string Http { get; private set; } = "";

    /// <summary>Of the HTTPS listener.</summary>
    public string Https { get; private set; } = "";

    public BrokerProcess Start()
    {
        var central = BrokerProcess.StartCentral(this["central.json"]);
        Http = $"http://127.0.0.1:{central.NextPort()}";
        Https = $"https://127.0.0.1:{central.NextPort()}";
        return central;
    }

    /// <summary>Password of a client of a group.</summary>
    public static string PasswordOf(string group) => Signature.Login(Secret, group);

    /// <summary>Asks with the bearer text of an API; fails unless the answer is good.</summary>
    public async Task<JsonElement> Ask(string method, string path, string? body, string bearer)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), Http + path);
        if (body is not null) request.Content = new StringContent(body);
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Bearer", (await File.ReadAllTextAsync(this[$"data/{bearer}.bearer"])).Trim());
        using var answer = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}: {text}");
        using var json = JsonDocument.Parse(text);
        return json.RootElement.Clone();
    }

    /// <summary>All messages of a topic: gateway, client, number, payload, each partition in order.</summary>
    public async Task<List<(string Gateway, string Client, long Sequence, string Payload)>> ReadAll(
        string topic = "parent")
    {
        var all = new List<(string, string, long, string)>();
        for (var partition = 0; partition < Partitions; partition++)
            for (var offset = 0L; ;)
            {
                var path = $"/v1/topics/{topic}/partitions/{partition}/messages?offset={offset}&max=500";
                var answer = await Ask("GET", path, null, "stream");
                foreach (var one in answer.GetProperty("messages").EnumerateArray())
                {
                    Assert.Equal(offset++, one.GetProperty("offset").GetInt64());
                    var properties = one.GetProperty("properties");
                    all.Add((Text(properties, "lmq-gateway"), Text(properties, "lmq-client"),
                        properties.TryGetProperty("lmq-seq", out var number) ? number.GetInt64() : 0,
                        Encoding.UTF8.GetString(one.GetProperty("payload").GetBytesFromBase64())));
                }
                if (offset == answer.GetProperty("end").GetInt64()) break;
            }
        return all;
    }

    public void Dispose()
    {
        _http.Dispose();
        _scratch.Dispose();
    }

    private static string Text(JsonElement properties, string name) =>
        properties.TryGetProperty(name, out var value) ? value.GetString()! : "";
}
