using System.Net.Http.Json;
using System.Text.Json;
using LightMq.Lmq;
using LightMq.Process.Chain;
using LightMq.Process.Load;
using Xunit;

namespace LightMq.Process;

/// <summary>An uplink that logs in with tokens at a real central (LMQ-TOK-1 to TOK-8).</summary>
public sealed class ChainTokenTests(ITestOutputHelper output)
{
    private const string ByToken = """ "Login": "token" """;

    private static readonly string AuthServer = $$"""
        "Token": {
          "Source": "auth-server", "Url": "WEB", "AccessKey": "{{CentralSite.Key}}", "SecretFile": "SECRET",
          "Resources": [ "plant/#", "cmd/#" ], "LifeSeconds": 75
        },
        """;

    private static CancellationToken Patience => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tokens_renewed_every_few_seconds_under_load_never_cost_a_connection()
    {
        // Tokens live for little more than a minute: over that the first one could not have served.
        var seconds = Environment.GetEnvironmentVariable("LIGHTMQ_LONG") is null ? 130 : 600;
        var directory = Directory.CreateTempSubdirectory("lightmq-token-");
        var file = Path.Combine(directory.FullName, "token");
        using var site = new ChainSite(login: ByToken, uplink: $$"""
            "Token": { "Source": "file", "File": "{{file}}" },
            """);
        using var http = new HttpClient();
        var auth = new TokenApiClient(http, new Uri($"http://127.0.0.1:{site.Central.HttpPort}"),
            CentralSite.Key, CentralSite.Secret, TimeProvider.System);
        await Renew();
        site.Uplink.Start();
        using var load = new ChainLoad(site);
        load.Publish(sensors: 4);
        for (var second = 0; second < seconds; second += 4)
        {
            await Task.Delay(4_000, Patience);
            await Renew();
        }
        await load.Finish(seconds: 30, Patience);
        var renewals = site.Uplink.Process.Log.Split("token renewed on the live link").Length - 1;
        output.WriteLine($"{renewals} renewals, {load.Arrived.Count} messages");
        Assert.InRange(renewals, seconds / 5, seconds / 4 + 2);
        Assert.Equal(1, site.Link.Connections);
        load.Verify();
        directory.Delete(recursive: true);

        async Task Renew()
        {
            var expires = DateTimeOffset.UtcNow.AddSeconds(62).ToUnixTimeMilliseconds();
            var answer = await auth.ApplyAsync(new TokenApplication(
                TokenActions.ReadWrite, ["plant/#"], expires, EdgeSite.Uplink), Patience);
            Assert.True(answer.IsOk, $"{answer}");
            await File.WriteAllTextAsync(file + ".new", answer.TokenData + "\n", Patience);
            File.SetUnixFileMode(file + ".new", UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.Move(file + ".new", file, overwrite: true);
        }
    }

    [Fact]
    public async Task An_auth_server_that_is_away_stops_nothing_while_the_token_lives()
    {
        using var site = new ChainSite(login: ByToken, uplink: AuthServer);
        site.Uplink.Start();
        using var load = new ChainLoad(site);
        load.Publish(sensors: 2);
        await ChainTests.Until(() => site.Uplink.Process.Log.Contains("token obtained"), 20);
        await ChainTests.Until(() => StateOf(site) == "healthy", 20);
        site.Web.IsDown = true;
        site.Web.Cut();
        await Task.Delay(2_000, Patience);
        // Started again without the auth server: the token that was kept serves.
        site.Uplink.Process.Kill();
        site.Uplink.Start();
        await ChainTests.Until(() => StateOf(site) == "healthy", 20);
        await load.Finish(seconds: 30, Patience);
        load.Verify();
        Assert.DoesNotContain(CentralSite.Secret, site.Uplink.Process.Log);
    }

    [Fact]
    public async Task A_box_enrols_once_and_fetches_its_token_with_a_key_of_its_own()
    {
        using var site = new ChainSite(login: ByToken, uplink: """
            "Token": { "Source": "app-server", "Url": "WEB", "EnrolmentCodeFile": "SECRET" },
            """);
        using var operators = site.Central.Operator();
        using var opened = await operators.PostAsync("v1/enrolments",
            new StringContent($$"""{"clientId":"{{EdgeSite.Uplink}}"}"""), Patience);
        Assert.True(opened.IsSuccessStatusCode, await opened.Content.ReadAsStringAsync(Patience));
        var code = (await opened.Content.ReadFromJsonAsync<JsonElement>(Patience)).GetProperty("code");
        await File.WriteAllTextAsync(site.Uplink["secret"], code.GetString() + "\n", Patience);
        site.Uplink.Start();
        using var load = new ChainLoad(site);
        load.Publish(sensors: 1);
        await ChainTests.Until(() => StateOf(site) == "healthy", 30);
        // The code is used up; the key pair is not.
        site.Uplink.Process.Kill();
        site.Uplink.Start();
        await ChainTests.Until(() => StateOf(site) == "healthy", 30);
        await load.Finish(seconds: 30, Patience);
        load.Verify();
        Assert.DoesNotContain(code.GetString()!, site.Uplink.Process.Log);
        using var stranger = new UplinkSite(site.Edge.Port, site.Link.Port, ByToken, """
            "Token": { "Source": "app-server", "Url": "WEB", "EnrolmentCodeFile": "SECRET" },
            """.Replace("WEB", $"http://127.0.0.1:{site.Web.Port}"));
        await File.WriteAllTextAsync(stranger["secret"], code.GetString() + "\n", Patience);
        stranger.Start();
        await ChainTests.Until(() => stranger.Process.Log.Contains("there is no token"), 30);
    }

    private static string StateOf(ChainSite site) =>
        site.Uplink.Status().TryGetProperty("state", out var state) ? state.GetString()! : "";
}
