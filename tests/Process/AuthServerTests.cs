using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using LightMq.Lmq;
using LightMq.Process.Broker;
using LightMq.Process.Clients;
using Xunit;

namespace LightMq.Process;

/// <summary>
/// The central's auth server and app server as others use them: curl, openssl, an edge broker (LMQ-TOK-1 to
/// TOK-8).
/// </summary>
public sealed class AuthServerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Asks the token API with curl.</summary>
    private static async Task<TokenAnswer> Curl(
        CentralSite site, TokenCall call, TokenFields fields, bool isSecure, bool isGet)
    {
        TokenRequest.Sign(call, fields, "AK", CentralSite.Secret);
        var arguments = new List<string> { "-sS" };
        if (isSecure) arguments.AddRange(["--cacert", site["data/tls/certificate.pem"]]);
        if (isGet) arguments.Add("-G");
        foreach (var field in fields.Form().Split('&')) arguments.AddRange(["--data", field]);
        arguments.Add((isSecure ? site.Https : site.Http) + TokenRequest.Path(call));
        var body = await Tool.Run("curl", [.. arguments]);
        Assert.True(TokenAnswer.TryParse(Encoding.UTF8.GetBytes(body), out var answer), body);
        return answer;
    }

    private static async Task<string> Apply(
        CentralSite site, bool isSecure = false, bool isGet = false, string clientId = "GID_AAA@@@1")
    {
        var expires = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() + 3_600_000;
        var application =
            new TokenApplication(TokenActions.ReadWrite, ["parent/#"], expires, clientId);
        var answer = await Curl(site, TokenCall.Apply, application.Fields(), isSecure, isGet);
        Assert.True(answer.IsOk, answer.ToString());
        return answer.TokenData!;
    }

    private static Task<TokenAnswer> Revoke(CentralSite site, string token) =>
        Curl(site, TokenCall.Revoke, FieldsOf(token), isSecure: true, isGet: false);

    private static TokenFields FieldsOf(string token)
    {
        var fields = new TokenFields();
        fields.Add("token", token);
        return fields;
    }

    private static TinyClient Come(BrokerProcess broker, string token, string clientId = "GID_AAA@@@1")
    {
        var client = TinyClient.Connect(broker.Port, clientId);
        client.Publish("$SYS/uploadToken",
            TokenUpload.Body(Encoding.ASCII.GetBytes(token), TokenActions.ReadWrite), 1, 1);
        client.Expect(Mqtt.PacketType.PubAck);
        return client;
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Curl_applies_for_a_token_that_logs_in_here(bool isSecure, bool isGet)
    {
        using var site = new CentralSite();
        using var central = site.Start();
        var token = await Apply(site, isSecure, isGet);
        Assert.True((await Curl(site, TokenCall.Query, FieldsOf(token), isSecure, isGet)).IsOk);
        using var client = Come(central, token);
        Assert.Equal([1], client.Subscribe("parent/x", 1));
        client.Publish("parent/x", "hello"u8.ToArray(), 1, 2);
        client.Expect(Mqtt.PacketType.PubAck);
        Assert.Single(await site.ReadAll());
        Assert.DoesNotContain(token, central.Log);
    }

    [Fact]
    public async Task A_revocation_ends_live_connections_here_and_at_an_edge_broker_within_a_second()
    {
        using var site = new CentralSite();
        using var central = site.Start();
        using var edge = new LmqBroker($"{site.Http}/token/revocations");
        File.WriteAllText(edge["keys.pem"], await Tool.Run("curl", "-sS", $"{site.Http}/token/keys"));
        using var broker = edge.Start();
        var token = await Apply(site);
        using var here = Come(central, token);
        using var there = Come(broker, token);
        var clock = Stopwatch.StartNew();
        Assert.True((await Revoke(site, token)).IsOk);
        foreach (var client in (TinyClient[])[here, there])
        {
            var notice = client.Expect(Mqtt.PacketType.Publish);
            Assert.Equal("""{"code":3,"type":"RW"}""", Encoding.UTF8.GetString(notice.Payload));
            Assert.Throws<SocketException>(() => client.Next(5_000));
        }
        Assert.InRange(clock.ElapsedMilliseconds, 0, 1_000);
    }

    [Fact]
    public async Task Keys_and_revocations_outlive_a_kill()
    {
        using var site = new CentralSite();
        string kept, revoked;
        using (var central = site.Start())
        {
            (kept, revoked) = (await Apply(site), await Apply(site));
            Assert.True((await Revoke(site, revoked)).IsOk);
            central.Kill();
        }
        using var again = site.Start();
        using var client = Come(again, kept);
        Assert.Equal(TokenApiCode.Revoked, (await Revoke(site, revoked)).Code);
        using var other = TinyClient.Connect(again.Port, "GID_AAA@@@1");
        other.Publish("$SYS/uploadToken",
            TokenUpload.Body(Encoding.ASCII.GetBytes(revoked), TokenActions.ReadWrite), 1, 1);
        Assert.Equal("""{"code":3,"type":"RW"}""",
            Encoding.UTF8.GetString(other.Expect(Mqtt.PacketType.Publish).Payload));
    }

    [Fact]
    public async Task A_device_enrols_with_openssl_and_curl_and_its_token_brings_a_stream()
    {
        using var site = new CentralSite();
        using var central = site.Start();
        var opened = await site.Ask(
            "POST", "/v1/enrolments", $$"""{"clientId":"{{CentralSite.Gateway}}"}""", "operator");
        await Tool.Run(
            "openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", site["d.key"]);
        var publicKey = await Tool.Run("openssl", "ec", "-in", site["d.key"], "-pubout");
        await Post("/device/enrol", new Dictionary<string, object>
        {
            ["code"] = opened.GetProperty("code").GetString()!, ["clientId"] = CentralSite.Gateway,
            ["publicKey"] = publicKey,
        });
        var time = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        File.WriteAllText(site["text"], $"{CentralSite.Gateway}\n{time}\nnonce-of-the-device");
        await Tool.Run(
            "openssl", "dgst", "-sha256", "-sign", site["d.key"], "-out", site["signature"], site["text"]);
        using var answer = JsonDocument.Parse(await Post("/device/token", new Dictionary<string, object>
        {
            ["clientId"] = CentralSite.Gateway, ["time"] = time, ["nonce"] = "nonce-of-the-device",
            ["signature"] = File.ReadAllBytes(site["signature"]),
        }));
        var token = answer.RootElement.GetProperty("token").GetString()!;
        using var client = Come(central, token, CentralSite.Gateway);
        client.Publish("parent/x", "hello"u8.ToArray(), 1, 2);
        client.Expect(Mqtt.PacketType.PubAck);
        Assert.Equal(CentralSite.Gateway, Assert.Single(await site.ReadAll()).Client);

        Task<string> Post(string path, Dictionary<string, object> body)
        {
            File.WriteAllText(site["body.json"], JsonSerializer.Serialize(body));
            return Tool.Run("curl", "-sS", "--fail-with-body", "--cacert",
                site["data/tls/certificate.pem"], "--data", $"@{site["body.json"]}", site.Https + path);
        }
    }
}
