using System.Net;
using System.Net.Sockets;
using LightMq.Lmq;
using Xunit;

namespace LightMq.Unit.Lmq;

/// <summary>What is asked of the auth server over HTTP (LMQ-TOK-1).</summary>
public sealed class TokenApiClientTests : IDisposable
{
    private const string Secret = "very-secret";
    private const string Token = "aaaa.bbbb.cccc";

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private readonly ScriptedHttp _server = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _http.Dispose();
        _server.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_token_is_applied_for(bool usesGet)
    {
        var wanted = new TokenApplication(
            TokenActions.ReadWrite, ["a/#", "b"], 1_790_000_000_000, "GID_AAA@@@1");
        var asked = Client(usesGet).ApplyAsync(wanted, Cancel);
        var request = await _server.AnswerAsync(ScriptedHttp.Ok(
            $$"""{"success":true,"message":"ok","code":200,"tokenData":"{{Token}}"}"""));
        var answer = await asked;
        Assert.True(answer.IsOk);
        Assert.Equal(Token, answer.TokenData);
        var fields = Fields(request, usesGet, "/base/token/apply");
        Assert.Null(TokenApplication.TryRead(fields, 0, out var application));
        Assert.Equal("GID_AAA@@@1", application!.ClientId);
        Assert.True(TokenRequest.IsSigned(TokenCall.Apply, fields, Secret));
    }

    [Theory]
    [InlineData(false, TokenCall.Revoke, 3)]
    [InlineData(true, TokenCall.Revoke, 200)]
    [InlineData(false, TokenCall.Query, 1)]
    [InlineData(true, TokenCall.Query, 407)]
    public async Task A_token_is_revoked_and_asked_about(bool usesGet, TokenCall call, int code)
    {
        var client = Client(usesGet);
        var asked = call == TokenCall.Revoke
            ? client.RevokeAsync(Token, Cancel)
            : client.QueryAsync(Token, Cancel);
        var request = await _server.AnswerAsync(ScriptedHttp.Ok($$"""{"message":"m","code":{{code}}}"""));
        var answer = await asked;
        Assert.Equal((code, "m", code == 200), ((int)answer.Code, answer.Message, answer.IsOk));
        var fields = Fields(request, usesGet, "/base" + TokenRequest.Path(call));
        Assert.Null(TokenRequest.Missing(call, fields));
        Assert.Equal((Token, "AK"), (fields["token"], fields["accessKey"]));
        Assert.True(TokenRequest.IsSigned(call, fields, Secret));
    }

    [Theory]
    [InlineData("HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\n{}", "status 500")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n", "status 302")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnope", "not one of the token API")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "not one of the token API")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"code\":200", "cannot be asked")]
    [InlineData("HTTP/1.1 200", "cannot be asked")]
    [InlineData("nonsense\r\n\r\n", "cannot be asked")]
    public async Task Any_other_answer_is_one_error_without_secrets(string response, string expected)
    {
        foreach (var usesGet in (bool[])[false, true])
        {
            var asked = Client(usesGet).QueryAsync(Token, Cancel);
            await _server.AnswerAsync(response);
            var fault = await Assert.ThrowsAsync<TokenApiException>(() => asked);
            Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
            ShowsNothing(fault);
        }
    }

    [Fact]
    public async Task A_server_that_goes_without_a_word_is_an_error_without_secrets()
    {
        var asked = Client(usesGet: true).QueryAsync(Token, Cancel);
        await _server.AnswerAsync("", () =>
        {
            _server.Dispose();
            return Task.CompletedTask;
        });
        ShowsNothing(await Assert.ThrowsAsync<TokenApiException>(() => asked));
    }

    [Fact]
    public async Task A_good_application_without_a_token_is_no_answer()
    {
        var asked = Client().ApplyAsync(new TokenApplication(TokenActions.Read, ["a"], 1), Cancel);
        await _server.AnswerAsync(ScriptedHttp.Ok("""{"code":200}"""));
        await Assert.ThrowsAsync<TokenApiException>(() => asked);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public async Task An_answer_is_bounded(int more, bool isRead)
    {
        var body = """{"code":3}""".PadRight(TokenAnswer.BytesMax + more);
        var asked = Client().QueryAsync(Token, Cancel);
        await _server.AnswerAsync(ScriptedHttp.Ok(body));
        if (isRead) Assert.Equal(TokenApiCode.Revoked, (await asked).Code);
        else await Assert.ThrowsAsync<TokenApiException>(() => asked);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"code\"")]
    public async Task Silence_ends_with_the_timeout(string beginning)
    {
        var time = new FiredTime();
        var asked = Client(time: time).QueryAsync(Token, Cancel);
        await _server.AnswerAsync(beginning, async () =>
        {
            time.Fire();
            var fault = await Assert.ThrowsAsync<TokenApiException>(() => asked);
            Assert.Contains("within 10000 ms", fault.Message, StringComparison.Ordinal);
            ShowsNothing(fault);
        });
        Assert.Equal(TimeSpan.FromSeconds(10), time.DueTime);
    }

    [Fact]
    public async Task The_caller_may_cancel()
    {
        using var cancel = new CancellationTokenSource();
        var asked = Client().QueryAsync(Token, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
    }

    [Fact]
    public async Task Nobody_there_is_an_error_without_secrets()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        listener.Dispose();
        var client = new TokenApiClient(_http, address, "AK", Secret, TimeProvider.System) { UsesGet = true };
        ShowsNothing(await Assert.ThrowsAsync<TokenApiException>(() => client.QueryAsync(Token, Cancel)));
    }

    private static void ShowsNothing(Exception fault)
    {
        Assert.DoesNotContain(Secret, fault.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Token, fault.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("signature", fault.ToString(), StringComparison.Ordinal);
    }

    private static TokenFields Fields((string Line, string Body) request, bool usesGet, string path)
    {
        Assert.StartsWith(usesGet ? $"GET {path}?" : $"POST {path} ", request.Line, StringComparison.Ordinal);
        var form = usesGet ? request.Line.Split('?', ' ')[2] : request.Body;
        Assert.Equal(usesGet, request.Body.Length == 0);
        Assert.True(TokenFields.TryParse(form, out var fields));
        return fields;
    }

    private TokenApiClient Client(bool usesGet = false, TimeProvider? time = null) =>
        new(_http, _server.Address, "AK", Secret, time ?? TimeProvider.System) { UsesGet = usesGet };

    /// <summary>A clock whose one timer is due when the test says.</summary>
    private sealed class FiredTime : TimeProvider
    {
        private Action _fire = () => { };

        public TimeSpan DueTime { get; private set; }

        public void Fire() => _fire();

        public override ITimer CreateTimer(
            TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _fire = () => callback(state);
            DueTime = dueTime;
            return new Timer(_ => { });
        }
    }
}
