using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LightMq.Lmq;
using Xunit;

namespace LightMq.Unit.Central;

/// <summary>The app server of gateways: a code once, then tokens for whoever has the key.</summary>
public sealed class DeviceTests
{
    private const string Gateway = "GID_GATE@@@1", Reader = "GID_AAA@@@1";

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private static async Task<string> OpenAsync(
        RunningCentral central, string clientId = Gateway, int seconds = 600) =>
        (await central.JsonAsync("POST", "/v1/enrolments",
            $$"""{"clientId":"{{clientId}}","seconds":{{seconds}}}""", "operator", 201))
        .GetProperty("code").GetString()!;

    private static string Enrolment(string code, ECDsa key, string clientId = Gateway) =>
        JsonSerializer.Serialize(new { code, clientId, publicKey = key.ExportSubjectPublicKeyInfoPem() });

    private string Request(long time, string nonce, string clientId = Gateway, ECDsa? key = null,
        DSASignatureFormat format = DSASignatureFormat.Rfc3279DerSequence)
    {
        var text = Encoding.UTF8.GetBytes($"{clientId}\n{time}\n{nonce}");
        var signature = (key ?? _key).SignData(text, HashAlgorithmName.SHA256, format);
        return JsonSerializer.Serialize(new { clientId, time, nonce, signature });
    }

    [Theory]
    [InlineData(DSASignatureFormat.Rfc3279DerSequence)]
    [InlineData(DSASignatureFormat.IeeeP1363FixedFieldConcatenation)]
    public async Task A_device_enrols_once_and_fetches_tokens_also_after_a_restart(DSASignatureFormat format)
    {
        var time = new MovedTime();
        var directory = Directory.CreateTempSubdirectory("lightmq-").FullName;
        await using (var central = await RunningCentral.StartAsync(directory, time))
        {
            var code = await OpenAsync(central);
            await central.JsonAsync("POST", "/device/enrol", Enrolment(code.ToLowerInvariant(), _key));
            // The answer may be lost on its way: the same again is answered again.
            await central.JsonAsync("POST", "/device/enrol", Enrolment(code, _key));
            using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            Assert.Equal(403,
                (await central.AskAsync("POST", "/device/enrol", Enrolment(code, other))).Status);
        }
        await using (var central = await RunningCentral.StartAsync(directory, time))
        {
            var answer = await central.JsonAsync("POST", "/device/token",
                Request(time.Milliseconds, "0123456789abcdef", format: format));
            Assert.Equal("RW", answer.GetProperty("type").GetString());
            using var keys = TokenKeys.Read((await central.AskAsync("GET", "/token/keys")).Body);
            var token = Encoding.ASCII.GetBytes(answer.GetProperty("token").GetString()!);
            var grant = TokenVerifier.Verify(token, keys).Grant!;
            Assert.Equal(Encoding.ASCII.GetBytes(Gateway), grant.ClientId);
            Assert.Equal("#"u8, Assert.Single(grant.Filters.ToArray()));
        }
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task Codes_that_are_wrong_old_or_of_another_device_enrol_nobody()
    {
        var time = new MovedTime();
        await using var central = await RunningCentral.StartAsync(time: time);
        var code = await OpenAsync(central);
        var open = Enrolment(code, _key);
        Assert.Equal(403, (await central.AskAsync("POST", "/device/enrol", Enrolment("x", _key))).Status);
        Assert.Equal(403, (await central.AskAsync(
            "POST", "/device/enrol", Enrolment(code, _key, "GID_GATE@@@2"))).Status);
        time.By = TimeSpan.FromSeconds(601);
        Assert.Equal(403, (await central.AskAsync("POST", "/device/enrol", open)).Status);
        time.By = TimeSpan.Zero;
        // The one that was open before ends with the next.
        await OpenAsync(central);
        Assert.Equal(403, (await central.AskAsync("POST", "/device/enrol", open)).Status);
    }

    [Fact]
    public async Task A_nonce_is_taken_once_and_nothing_that_was_signed_before_the_start()
    {
        var time = new MovedTime();
        var directory = Directory.CreateTempSubdirectory("lightmq-").FullName;
        string request;
        await using (var central = await RunningCentral.StartAsync(directory, time))
        {
            await central.JsonAsync("POST", "/device/enrol", Enrolment(await OpenAsync(central), _key));
            request = Request(time.Milliseconds, "a nonce once".Replace(' ', '-') + "-0001");
            await central.JsonAsync("POST", "/device/token", request);
            var again = await central.AskAsync("POST", "/device/token", request);
            Assert.Equal(409, again.Status);
            Assert.Contains("nonce", again.Body);
        }
        time.By = TimeSpan.FromSeconds(1);
        await using (var central = await RunningCentral.StartAsync(directory, time))
            Assert.Equal(409, (await central.AskAsync("POST", "/device/token", request)).Status);
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task A_clock_that_is_off_is_told_the_time_and_a_stranger_nothing()
    {
        var time = new MovedTime();
        await using var central = await RunningCentral.StartAsync(time: time);
        await central.JsonAsync("POST", "/device/enrol", Enrolment(await OpenAsync(central), _key));
        var off = await central.JsonAsync(
            "POST", "/device/token", Request(1_000, "0123456789abcdef"), status: 409);
        Assert.InRange(off.GetProperty("time").GetInt64(), time.Milliseconds - 60_000, time.Milliseconds);
        await central.JsonAsync("POST", "/device/token",
            Request(off.GetProperty("time").GetInt64(), "0123456789abcdef"));
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var stranger = await central.AskAsync("POST", "/device/token",
            Request(time.Milliseconds, "0123456789abcdefg", key: other));
        Assert.Equal(401, stranger.Status);
        Assert.DoesNotContain("time\":", stranger.Body);
    }

    [Fact]
    public async Task Tokens_grant_what_the_group_or_the_configuration_says_and_no_more()
    {
        var time = new MovedTime();
        await using var central = await RunningCentral.StartAsync(null, time,
            ("Gateways:0:ClientId", Gateway), ("Gateways:0:Grants:0:Topic", "second"),
            ("Gateways:0:Grants:0:Access", "write"));
        await central.JsonAsync(
            "POST", "/device/enrol", Enrolment(await OpenAsync(central, Reader), _key, Reader));
        await central.JsonAsync("POST", "/device/enrol", Enrolment(await OpenAsync(central), _key));
        using var keys = TokenKeys.Read((await central.AskAsync("GET", "/token/keys")).Body);
        Assert.Equal(["RW second/#", "R parent/#"], await GrantsOf(Reader, "0123456789abcdef"));
        Assert.Equal(["W second/#"], await GrantsOf(Gateway, "0123456789abcdef"));

        async Task<IEnumerable<string>> GrantsOf(string clientId, string nonce)
        {
            var answer = await central.JsonAsync(
                "POST", "/device/token", Request(time.Milliseconds, nonce, clientId));
            return answer.GetProperty("tokens").EnumerateArray().Select(one =>
            {
                var token = Encoding.ASCII.GetBytes(one.GetProperty("token").GetString()!);
                var grant = TokenVerifier.Verify(token, keys).Grant!;
                Assert.Equal(grant.Actions.Text(), one.GetProperty("type").GetString());
                return $"{grant.Actions.Text()} {Encoding.UTF8.GetString(grant.Filters[0])}";
            }).ToList();
        }
    }

    [Fact]
    public async Task Who_tries_codes_is_stopped_and_a_removed_device_gets_no_more_tokens()
    {
        var time = new MovedTime();
        await using var central =
            await RunningCentral.StartAsync(null, time, ("Devices:EnrolPerMinuteMax", "3"));
        await central.JsonAsync("POST", "/device/enrol", Enrolment(await OpenAsync(central), _key));
        await central.JsonAsync("POST", "/device/token", Request(time.Milliseconds, "0123456789abcdef"));
        Assert.Equal(204, (await central.AskAsync(
            "DELETE", $"/v1/devices/{Gateway}", bearer: "operator")).Status);
        Assert.Equal(401, (await central.AskAsync(
            "POST", "/device/token", Request(time.Milliseconds, "0123456789abcdeg"))).Status);
        for (var i = 0; i < 2; i++)
            Assert.Equal(403, (await central.AskAsync("POST", "/device/enrol", Enrolment("x", _key))).Status);
        Assert.Equal(429, (await central.AskAsync("POST", "/device/enrol", Enrolment("x", _key))).Status);
    }

    [Theory]
    [InlineData("/device/enrol", "{}", "clientId is missing")]
    [InlineData("/device/enrol", """{"clientId":"me","code":"x","publicKey":"y"}""", "GroupID@@@DeviceID")]
    [InlineData("/device/enrol", """{"clientId":"GID_GATE@@@1","code":"x","publicKey":"y"}""", "PEM")]
    [InlineData("/device/enrol", "[", "not one JSON object")]
    [InlineData("/device/token", """{"clientId":"GID_GATE@@@1"}""", "time is missing")]
    [InlineData("/device/token", """{"clientId":"GID_GATE@@@1","time":1,"nonce":"short"}""", "16 to 64")]
    [InlineData("/device/token", """{"clientId":"GID_GATE@@@1","time":1,"more":1}""", "$.more")]
    public async Task Bad_input_is_one_clear_error(string path, string body, string error)
    {
        await using var central = await RunningCentral.StartAsync();
        var answer = await central.JsonAsync("POST", path, body, status: 400);
        Assert.Contains(error, answer.GetProperty("error").GetString());
    }

    [Fact]
    public async Task A_key_on_another_curve_or_a_private_one_is_refused()
    {
        await using var central = await RunningCentral.StartAsync();
        var code = await OpenAsync(central);
        using var wide = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Assert.Equal(400, (await central.AskAsync("POST", "/device/enrol", Enrolment(code, wide))).Status);
        var secret = JsonSerializer.Serialize(
            new { code, clientId = Gateway, publicKey = _key.ExportPkcs8PrivateKeyPem() });
        Assert.Equal(400, (await central.AskAsync("POST", "/device/enrol", secret)).Status);
    }
}
