using System.Text;
using LightMq.Lmq;
using LightMq.Unit.Lmq;
using Xunit;

namespace LightMq.Unit.Central;

/// <summary>The auth server over real HTTP: each call, each code (LMQ-TOK-1 to TOK-5).</summary>
public sealed class AuthServerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static long In(int seconds) => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() + seconds * 1_000L;

    private static TokenApplication Application(int seconds = 3_600, string? clientId = null) =>
        new(TokenActions.ReadWrite, ["parent/#", "second/a"], In(seconds), clientId);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_token_is_made_found_valid_and_revoked_by_GET_and_by_POST(bool usesGet)
    {
        await using var central = await RunningCentral.StartAsync();
        var api = central.Tokens(usesGet: usesGet);
        var made = await api.ApplyAsync(Application(clientId: "GID_AAA@@@1"), Cancel);
        Assert.Equal(TokenApiCode.Ok, made.Code);
        using var keys = TokenKeys.Read((await central.AskAsync("GET", "/token/keys")).Body);
        var grant = TokenVerifier.Verify(Encoding.ASCII.GetBytes(made.TokenData!), keys).Grant!;
        Assert.Equal("AK", grant.AccessKey);
        Assert.Equal("GID_AAA@@@1"u8, grant.ClientId!);
        Assert.Equal(["parent/#", "second/a"], grant.Filters.ToArray().Select(Encoding.UTF8.GetString));
        Assert.Equal(TokenApiCode.Ok, (await api.QueryAsync(made.TokenData!, Cancel)).Code);
        Assert.Equal(TokenApiCode.Ok, (await api.RevokeAsync(made.TokenData!, Cancel)).Code);
        Assert.Equal(TokenApiCode.Revoked, (await api.QueryAsync(made.TokenData!, Cancel)).Code);
        Assert.Equal(TokenApiCode.Revoked, (await api.RevokeAsync(made.TokenData!, Cancel)).Code);
    }

    [Fact]
    public async Task Each_fault_has_its_code_and_status_200()
    {
        var time = new MovedTime();
        await using var central = await RunningCentral.StartAsync(time: time);
        Assert.Equal(TokenApiCode.BadSignature,
            (await central.Tokens(secret: "wrong").ApplyAsync(Application(), Cancel)).Code);
        Assert.Equal(TokenApiCode.BadSignature,
            (await central.Tokens(key: "nobody").ApplyAsync(Application(), Cancel)).Code);
        Assert.Equal(TokenApiCode.BadParameter,
            (await central.Tokens().ApplyAsync(Application(seconds: 30), Cancel)).Code);
        var foreign = Application(clientId: "GID_GATE@@@1");
        Assert.Equal(TokenApiCode.NotCreated,
            (await central.Tokens("OTHER", "other secret").ApplyAsync(foreign, Cancel)).Code);
        var long_ = Application() with { Resources = [.. Enumerable.Range(0, 128).Select(LongTopic)] };
        Assert.Equal(TokenApiCode.NotCreated, (await central.Tokens().ApplyAsync(long_, Cancel)).Code);
        Assert.Equal(TokenApiCode.Forged,
            (await central.Tokens().QueryAsync(TokenTexts.Foreign, Cancel)).Code);
        Assert.Equal(TokenApiCode.Forged, (await central.Tokens().RevokeAsync("nonsense", Cancel)).Code);
        var token = (await central.Tokens().ApplyAsync(Application(seconds: 90), Cancel)).TokenData!;
        Assert.Equal(TokenApiCode.NotRevoked,
            (await central.Tokens("OTHER", "other secret").RevokeAsync(token, Cancel)).Code);
        time.By = TimeSpan.FromSeconds(120);
        Assert.Equal(TokenApiCode.Expired, (await central.Tokens().QueryAsync(token, Cancel)).Code);
        Assert.Equal(TokenApiCode.Expired, (await central.Tokens().RevokeAsync(token, Cancel)).Code);

        static string LongTopic(int number) => $"{number:d3}{new string('\u6c34', 61)}";
    }

    [Theory]
    [InlineData("GET", "/token/apply", "", "actions is missing")]
    [InlineData("POST", "/token/query", "token=x&accessKey=AK", "signature is missing")]
    [InlineData("POST", "/token/revoke", "{\"token\":1}", "token is missing")]
    public async Task What_is_missing_is_named(string method, string path, string form, string message)
    {
        await using var central = await RunningCentral.StartAsync();
        var answer = await central.JsonAsync(method, path, method == "POST" ? form : null);
        Assert.Equal(400, answer.GetProperty("code").GetInt32());
        Assert.Equal(message, answer.GetProperty("message").GetString());
        Assert.False(answer.GetProperty("success").GetBoolean());
    }

    [Fact]
    public async Task What_is_no_request_of_the_API_is_refused_in_words()
    {
        await using var central = await RunningCentral.StartAsync();
        Assert.Equal(405, (await central.AskAsync("DELETE", "/token/apply")).Status);
        Assert.Equal(405, (await central.AskAsync("POST", "/token/keys", "")).Status);
        Assert.Equal(404, (await central.AskAsync("GET", "/token/else")).Status);
        Assert.Equal(413, (await central.AskAsync("POST", "/token/apply", new string('x', 200_000))).Status);
        Assert.Contains("since: 'x' is not a whole number",
            (await central.AskAsync("GET", "/token/revocations?since=x")).Body);
        var fields = string.Join('&', Enumerable.Range(0, 40).Select(static i => $"f{i}=1"));
        Assert.Contains("32 fields", (await central.AskAsync("POST", "/token/apply", fields)).Body);
    }

    [Fact]
    public async Task Revocations_are_numbered_waited_for_and_there_after_a_restart()
    {
        var directory = Directory.CreateTempSubdirectory("lightmq-").FullName;
        string kept, keys;
        await using (var central = await RunningCentral.StartAsync(directory))
        {
            keys = (await central.AskAsync("GET", "/token/keys")).Body;
            var api = central.Tokens();
            var first = (await api.ApplyAsync(Application(), Cancel)).TokenData!;
            var second = (await api.ApplyAsync(Application(), Cancel)).TokenData!;
            await api.RevokeAsync(first, Cancel);
            var waiting = central.JsonAsync("GET", "/token/revocations?since=1&wait=60");
            await api.RevokeAsync(second, Cancel);
            var news = await waiting.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
            Assert.Equal(2, news.GetProperty("version").GetInt32());
            Assert.Equal(1, news.GetProperty("since").GetInt32());
            Assert.Single(news.GetProperty("revoked").EnumerateObject());
            kept = second;
        }
        await using (var central = await RunningCentral.StartAsync(directory))
        {
            Assert.Equal(keys, (await central.AskAsync("GET", "/token/keys")).Body);
            Assert.Equal(TokenApiCode.Revoked, (await central.Tokens().QueryAsync(kept, Cancel)).Code);
            var all = await central.JsonAsync("GET", "/token/revocations?since=0&wait=60");
            Assert.Equal(2, all.GetProperty("revoked").EnumerateObject().Count());
            // Whoever has come further than this list belongs to another: it is told everything.
            var other = await central.JsonAsync("GET", "/token/revocations?since=9&wait=60");
            Assert.Equal(0, other.GetProperty("since").GetInt32());
        }
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task The_signing_key_is_its_owners_alone()
    {
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException();
        await using var central = await RunningCentral.StartAsync();
        foreach (var name in (string[])["token.key", "stream.bearer", "operator.bearer"])
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite,
                File.GetUnixFileMode(Path.Combine(central.Directory, name)));
    }
}
