using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using LightMq.Lmq;
using LightMq.Process.Broker;
using LightMq.Process.Clients;
using Xunit;

namespace LightMq.Process;

/// <summary>The admin API of the real process: registry, secrets, and who may ask (LMQ-ID-6).</summary>
[SupportedOSPlatform("linux")]
public sealed class AdminTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private const string Secret = "a secret that must not lie about";

    [Fact]
    public async Task Changes_survive_a_kill_and_secrets_lie_nowhere_in_clear()
    {
        using var edge = new LmqBroker();
        string log;
        using (var broker = edge.Start())
        {
            Assert.Equal(HttpStatusCode.Created, (await edge.Ask("PUT", "v1/topics/made", "{}")).Status);
            Assert.Equal(HttpStatusCode.Created, (await edge.Ask("PUT", "v1/groups/GID_NEW",
                """{"grants":[{"topic":"made","access":"readwrite"}]}""")).Status);
            Assert.Equal(HttpStatusCode.Created, (await edge.Ask("PUT", "v1/keys/NEW",
                $$"""{"secret":"{{Secret}}","groups":["GID_NEW"]}""")).Status);
            Assert.Equal(HttpStatusCode.NoContent, (await edge.Ask("DELETE", "v1/groups/GID_AAA")).Status);
            broker.Kill();
            log = broker.Log;
        }
        using (var broker = edge.Start())
        {
            using var device = LogIn(broker, "GID_NEW@@@1");
            Assert.Equal([(byte)1], device.Subscribe("made/x", 1));
            Assert.Equal("CONNACK NotAuthorized", Assert.Throws<InvalidOperationException>(
                () => TinyClient.Connect(broker.Port, "GID_AAA@@@1", user: "AK",
                    password: Signature.Login(LmqBroker.Secret, "GID_AAA"))).Message);
            var (_, keys) = await edge.Ask("GET", "v1/keys");
            Assert.Equal(
                """{"keys":[{"key":"AK","groups":null},{"key":"NEW","groups":["GID_NEW"]}]}""", keys);
            Assert.Equal(0, broker.Terminate());
            log += broker.Log;
        }
        Assert.Contains("stand over the configuration", log);
        Assert.DoesNotContain(Secret, log);
        foreach (var file in Directory.GetFiles(edge["data"], "*", SearchOption.AllDirectories))
            Assert.True(File.ReadAllBytes(file).AsSpan().IndexOf(Encoding.UTF8.GetBytes(Secret)) < 0, file);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite,
            File.GetUnixFileMode(Path.Combine(edge["data"], "secret.key")));
    }

    [Fact]
    public async Task A_key_file_that_is_open_to_others_missing_or_foreign_ends_the_start()
    {
        using var edge = new LmqBroker();
        using (edge.Start())
            await edge.Ask("PUT", "v1/keys/NEW", $$"""{"secret":"{{Secret}}"}""");
        var key = Path.Combine(edge["data"], "secret.key");
        File.SetUnixFileMode(key, File.GetUnixFileMode(key) | UnixFileMode.GroupRead);
        Fails(edge, "has mode 0640", "chmod 600");
        var bytes = File.ReadAllBytes(key);
        File.Delete(key);
        Fails(edge, "is missing, but the store holds secrets", "put the file back from a backup");
        File.WriteAllBytes(key, new byte[32]);
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Fails(edge, "is not the key that the store's secrets were sealed with");
        File.WriteAllBytes(key, bytes);
        using var broker = edge.Start();
        using var device = LogIn(broker, "GID_AAA@@@1");
    }

    [Theory]
    [InlineData("PUT", "v1/topics/a%2Fb", "{}", 400, "topic: 'a/b' is not one topic level")]
    [InlineData("PUT", "v1/topics/made", """{"type":"odd"}""", 400, "type: 'odd' is not one of normal, ")]
    [InlineData("PUT", "v1/topics/made", """{"type":"normal","type":"normal"}""", 400, "at $.type")]
    [InlineData("PUT", "v1/topics/made", """{"colour":1}""", 400, "at $.colour")]
    [InlineData("PUT", "v1/topics/made", """{"spread":"yes"}""", 400, "at $.spread")]
    [InlineData("PUT", "v1/topics/made", "{", 400, "the body is not")]
    [InlineData("PUT", "v1/topics/made", "", 400, "the body is not")]
    [InlineData("PUT", "v1/topics/made", "null", 400, "the body is")]
    [InlineData("PUT", "v1/groups/GID-X", "{}", 400, "group: 'GID-X' is not GID_ and letters")]
    [InlineData(
        "PUT", "v1/groups/GID_X01", """{"grants":[{"topic":"none","access":"read"}]}""", 409, "'none'")]
    [InlineData("PUT", "v1/groups/GID_X01", """{"grants":[{"topic":"parent","access":"all"}]}""", 400,
        "access: 'all' is not one of read, write, readwrite")]
    [InlineData("PUT", "v1/keys/NEW", "{}", 400, "secret is missing")]
    [InlineData("PUT", "v1/keys/NEW", """{"secret":""}""", 400, "secret: (hidden) is not")]
    [InlineData("PUT", "v1/keys/NEW", """{"secret":"x","groups":["GID_NONE"]}""", 409, "register it first")]
    [InlineData("DELETE", "v1/keys/none", null, 404, "'none' is not registered")]
    [InlineData("GET", "v1/groups/GID_NONE", null, 404, "'GID_NONE' is not registered")]
    [InlineData("GET", "v1/other", null, 404, "there are /v1/keys")]
    [InlineData("POST", "v1/keys", "{}", 405, "POST is not for this path")]
    public async Task A_wrong_request_is_told_what_is_allowed(
        string method, string path, string? body, int status, string words)
    {
        var (edge, _) = Shared.Value;
        var answer = await edge.Ask(method, path, body);
        Assert.Equal((HttpStatusCode)status, answer.Status);
        Assert.Contains(words, answer.Body);
    }

    [Fact]
    public async Task A_body_too_long_is_refused()
    {
        var (edge, _) = Shared.Value;
        var (status, _) = await edge.Ask("PUT", "v1/topics/made", "{" + new string(' ', 300_000) + "}");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
    }

    [Theory]
    [InlineData("GET /v1/keys HTTP/2\r\n\r\n", "HTTP/1.1 400 ")]
    [InlineData("GET v1/keys HTTP/1.1\r\n\r\n", "HTTP/1.1 400 ")]
    [InlineData("GET /v1/keys HTTP/1.1\r\nbroken\r\n\r\n", "HTTP/1.1 400 ")]
    [InlineData("PUT /v1/topics/x HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 400 ")]
    [InlineData("PUT /v1/topics/x HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
        "HTTP/1.1 400 ")]
    [InlineData("PUT /v1/topics/x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 411 ")]
    [InlineData("GET /v1/keys HTTP/1.1\r\nX: *\r\n\r\n", "HTTP/1.1 431 ")]
    [InlineData("GET /v1/keys HTTP/1.1\r\n", "")]
    [InlineData("PUT /v1/topics/x HTTP/1.1\r\nContent-Length: 9\r\n\r\n{}", "")]
    [InlineData("GET /v1/topics?all=1 HTTP/1.0\r\n\r\n", "HTTP/1.1 200 ")]
    public async Task Bytes_that_are_no_request_are_answered_and_harm_nobody(string request, string answer)
    {
        var (edge, _) = Shared.Value;
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(edge["admin.sock"]), Cancel);
        await socket.SendAsync(
            Encoding.ASCII.GetBytes(request.Replace("*", new string('x', 9_000))), Cancel);
        using var stream = new StreamReader(new NetworkStream(socket));
        socket.Shutdown(SocketShutdown.Send);
        var said = await stream.ReadToEndAsync(Cancel);
        Assert.StartsWith(answer, said);
        if (answer.Length == 0) Assert.Empty(said);
        Assert.Equal(HttpStatusCode.OK, (await edge.Ask("GET", "v1/topics")).Status);
    }

    [Fact]
    public async Task The_port_wants_the_bearer_text_and_the_socket_its_mode()
    {
        var port = FreePort();
        using var edge = new LmqBroker(
            more: $", \"Port\": {port}, \"BearerFile\": \"{Path.GetTempPath()}none\"");
        var file = edge["bearer"];
        string[] options = ["--set", $"Admin:BearerFile={file}"];
        Assert.Contains(
            "cannot be read", BrokerProcess.Fail(["--config", edge["lightmq.json"], .. options]).Error);
        File.WriteAllText(file, "a long text that nobody guesses\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        var failure = BrokerProcess.Fail(["--config", edge["lightmq.json"], .. options]);
        Assert.Equal(78, failure.ExitCode);
        Assert.Contains("chmod 600", failure.Error);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using var broker = edge.Start(options);
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(edge["admin.sock"]));
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/") };
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync("v1/keys", Cancel)).StatusCode);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "another text");
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync("v1/keys", Cancel)).StatusCode);
        http.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Bearer", "a long text that nobody guesses");
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("v1/keys", Cancel)).StatusCode);
        Assert.DoesNotContain("nobody guesses", broker.Log);
    }

    private static readonly Lazy<(LmqBroker, BrokerProcess)> Shared = new(static () =>
    {
        var edge = new LmqBroker();
        var broker = edge.Start();
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            broker.Dispose();
            edge.Dispose();
        };
        return (edge, broker);
    });

    private static TinyClient LogIn(BrokerProcess broker, string clientId) => TinyClient.Connect(
        broker.Port, clientId, user: "NEW",
        password: Signature.Login(Secret, clientId[..clientId.IndexOf('@')]));

    private static void Fails(LmqBroker edge, params string[] words)
    {
        var (code, error) = BrokerProcess.Fail("--config", edge["lightmq.json"]);
        Assert.Equal(78, code);
        foreach (var word in words) Assert.Contains(word, error);
        Assert.DoesNotContain(Secret, error);
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
