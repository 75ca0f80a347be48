using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using LightMq.Lmq;

namespace LightMq.Process.Broker;

/// <summary>
/// A data directory and configuration of an lmq broker: admin API, public keys, revocations.
/// </summary>
internal sealed class LmqBroker : IDisposable
{
    private readonly Scratch _scratch = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly HttpClient _admin;

    public LmqBroker(
        string revocationUrl = "", string more = "", string clock = "always", string sections = "")
    {
        Issuer = new TokenIssuer(_key);
        File.WriteAllText(this["keys.pem"], _key.ExportSubjectPublicKeyInfoPem());
        File.WriteAllText(this["lightmq.json"], $$"""
            {
              "Listeners": [ { "Address": "127.0.0.1:0" } ],
              "Store": { "Directory": "{{this["data"]}}" },
              "Clock": { "Trust": "{{clock}}" },
              {{sections}}
              "Admin": { "Socket": "{{this["admin.sock"]}}" {{more}} },
              "Lmq": {
                "AccessKeys": [ { "Key": "AK", "Secret": "{{Secret}}" } ],
                "Groups": [ "GID_AAA" ], "Topics": [ "parent" ],
                "Tokens": { "KeyFiles": [ "{{this["keys.pem"]}}" ], "RevocationUrl": "{{revocationUrl}}" }
              }
            }
            """);
        _admin = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancel) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(this["admin.sock"]), cancel);
                return new NetworkStream(socket, ownsSocket: true);
            },
            // The broker is killed now and then, and its connections with it.
            PooledConnectionLifetime = TimeSpan.Zero,
        })
        { BaseAddress = new Uri("http://broker/") };
    }

    public const string Secret = "configured secret";

    public TokenIssuer Issuer { get; }

    public string this[string name] => _scratch[name];

    public BrokerProcess Start(params string[] options) =>
        BrokerProcess.StartWith(["--config", this["lightmq.json"], .. options]);

    /// <summary>Asks the admin API; status and body.</summary>
    public async Task<(HttpStatusCode Status, string Body)> Ask(
        string method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null) request.Content = new StringContent(body);
        using var answer = await _admin.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    public string Token(string id, TokenActions actions = TokenActions.ReadWrite, int lifeSeconds = 3_600,
        string? clientId = null, int startsInSeconds = 0, TokenIssuer? issuer = null) =>
        (issuer ?? Issuer).Issue(new TokenGrant
        {
            Id = id,
            AccessKey = "AK",
            ClientId = clientId is null ? null : Encoding.ASCII.GetBytes(clientId),
            Actions = actions,
            Filters = (byte[][])["parent/#"u8.ToArray()],
            IssuedMilliseconds = Now,
            NotBeforeMilliseconds = startsInSeconds == 0 ? 0 : Now + startsInSeconds * 1_000,
            ExpiresMilliseconds = Now + lifeSeconds * 1_000,
        });

    private static long Now => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    public void Dispose()
    {
        _admin.Dispose();
        _key.Dispose();
        _scratch.Dispose();
    }
}
