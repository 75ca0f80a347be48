using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LightMq.Process.Broker;
using LightMq.Process.Clients;
using MQTTnet;
using Xunit;

namespace LightMq.Process;

/// <summary>TLS of the real process with clients of others (LMQ-NET-4).</summary>
public sealed class TlsTests
{
    [Fact]
    public async Task A_first_start_makes_a_pair_and_the_second_keeps_it()
    {
        using var scratch = new Scratch();
        var certificate = Path.Combine(scratch["data"], "tls", "certificate.pem");
        string print;
        using (var first = Start(scratch["data"]))
        {
            await Publish(first.Port, certificate);
            print = await Fingerprint(first.Port);
            Assert.StartsWith("-rw-------", await Shell($"ls -l {scratch["data"]}/tls/key.pem"));
            Assert.Contains(print, first.Log);
            first.Terminate();
        }
        using var second = Start(scratch["data"]);
        await Publish(second.Port, certificate);
        Assert.Equal(print, await Fingerprint(second.Port));
    }

    [Fact]
    public void A_damaged_pair_of_its_own_is_not_replaced()
    {
        using var scratch = new Scratch();
        using (var first = Start(scratch["data"])) first.Terminate();
        var key = Path.Combine(scratch["data"], "tls", "key.pem");
        foreach (var damage in (Action[])[() => File.WriteAllText(key, "rubbish"), () => File.Delete(key)])
        {
            damage();
            var (code, error) = BrokerProcess.Fail(
                "--data", scratch["data"], "--listen", "tls://127.0.0.1:0", "--dialect", "plain");
            Assert.Equal(78, code);
            Assert.Contains("key.pem", error);
            Assert.Contains("or delete the folder", error);
        }
    }

    [Theory]
    [InlineData("-tls1_2", true)]
    [InlineData("-tls1_3", true)]
    [InlineData("-tls1_1", false)]
    [InlineData("-tls1", false)]
    public async Task Versions(string version, bool isSpoken)
    {
        using var scratch = new Scratch();
        using var broker = Start(scratch["data"]);
        var answer = await Shell($"openssl s_client -connect 127.0.0.1:{broker.Port} {version} "
            + "-cipher ALL:@SECLEVEL=0 </dev/null 2>&1 || true");
        Assert.Equal(isSpoken, answer.Contains("BEGIN CERTIFICATE"));
        if (!isSpoken) Assert.Contains("alert protocol version", answer);
    }

    [Theory]
    [InlineData("Certificate=nowhere.pem", "there is no file 'nowhere.pem'")]
    [InlineData("ClientCertificates=required", "ClientCA: is missing")]
    [InlineData("ClientCertificates=perhaps", "'perhaps' is not one of off, optional, required")]
    public void A_wrong_setting_ends_the_start(string setting, string line)
    {
        using var scratch = new Scratch();
        var (code, error) = BrokerProcess.Fail("--data", scratch["data"],
            "--set", "Listeners:0:Address=tls://127.0.0.1:0", "--set", "Listeners:0:Dialect=plain",
            "--set", "Listeners:0:Anonymous=true", "--set", "Listeners:0:Key=key.pem",
            "--set", "Listeners:0:Certificate=certificate.pem", "--set", $"Listeners:0:{setting}");
        Assert.Equal(78, code);
        Assert.Contains(line, error);
        Assert.Contains("Listeners:0:", error);
    }

    [Fact]
    public async Task Names_choose_certificates_and_changed_files_are_taken_over()
    {
        using var scratch = new Scratch();
        Write(scratch, "one", "one.test");
        Write(scratch, "two", "two.test");
        using var broker = BrokerProcess.StartWith("--data", scratch["data"],
            "--set", "Listeners:0:Address=tls://127.0.0.1:0", "--set", "Listeners:0:Dialect=plain",
            "--set", "Listeners:0:Anonymous=true",
            "--set", $"Listeners:0:Certificate={scratch["one.pem"]}",
            "--set", $"Listeners:0:Key={scratch["one.key"]}",
            "--set", $"Listeners:0:Certificates:0:Certificate={scratch["two.pem"]}",
            "--set", $"Listeners:0:Certificates:0:Key={scratch["two.key"]}");
        Assert.Contains("one.test", await Subject(broker.Port, "other.test"));
        Assert.Contains("two.test", await Subject(broker.Port, "two.test"));
        using var client = await Connect(broker.Port);

        // A key that does not fit changes nothing.
        Write(scratch, "other", "other.test");
        File.Copy(scratch["other.key"], scratch["one.key"], overwrite: true);
        await Until(() => broker.Log.Contains("keeps its old certificates"));
        Assert.Contains("one.test", await Subject(broker.Port, "other.test"));
        File.Copy(scratch["other.pem"], scratch["one.pem"], overwrite: true);
        await Until(() => broker.Log.Contains("has new certificates"));
        Assert.Contains("other.test", await Subject(broker.Port, "other.test"));
        await client.PingAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_client_certificate_is_its_user_s_login_and_without_one_nobody_comes_in()
    {
        using var scratch = new Scratch();
        Write(scratch, "server", "localhost");
        WriteClient(scratch, "boiler");
        using var broker = BrokerProcess.StartWith("--data", scratch["data"],
            "--set", "Listeners:0:Address=tls://127.0.0.1:0", "--set", "Listeners:0:Dialect=plain",
            "--set", $"Listeners:0:Certificate={scratch["server.pem"]}",
            "--set", $"Listeners:0:Key={scratch["server.key"]}",
            "--set", "Listeners:0:ClientCertificates=required",
            "--set", $"Listeners:0:ClientCA={scratch["authority.pem"]}",
            "--set", "Listeners:0:ClientCertificateUser=common-name",
            "--set", "Users:0:Name=boiler", "--set", "Users:0:PasswordHash=pbkdf2-sha256$100000$"
                + "c2FsdHNhbHRzYWx0c2FsdA==$Yt2LoT3JHfzVtZVHrGeWYXKDYtPJY2yDxmkMCPQ+C3g=",
            "--set", "Users:0:Rules:0:Filter=plant/#", "--set", "Users:0:Rules:0:Access=write");
        string[] client = ["-h", "localhost", "-p", $"{broker.Port}", "--cafile", scratch["server.pem"],
            "-V", "mqttv5", "-q", "1", "-m", "x", "-t", "plant/boiler"];
        string[] own = ["--cert", scratch["boiler.pem"], "--key", scratch["boiler.key"]];
        await Tool.Run("mosquitto_pub", [.. client, .. own]);
        await Assert.ThrowsAsync<InvalidOperationException>(() => Tool.Run("mosquitto_pub", client));
        await Until(() => broker.Log.Contains("(ClientCertificate)"));
    }

    [Fact]
    public async Task Plain_bytes_on_the_TLS_port_get_a_line_and_nothing_else()
    {
        using var scratch = new Scratch();
        using var broker = Start(scratch["data"]);
        await Shell($"mosquitto_pub -p {broker.Port} -t x -m plain 2>&1 || true");
        await Until(() => broker.Log.Contains("switch TLS on in the client"));
    }

    private static BrokerProcess Start(string data) =>
        BrokerProcess.StartWith("--data", data, "--listen", "tls://127.0.0.1:0", "--dialect", "plain");

    private static Task Publish(int port, string authority) => Tool.Run("mosquitto_pub", "-h", "localhost",
        "-p", $"{port}", "--cafile", authority, "-q", "1", "-t", "x", "-m", "y");

    private static async Task<string> Fingerprint(int port)
    {
        var line = await Shell($"openssl s_client -connect 127.0.0.1:{port} </dev/null 2>/dev/null "
            + "| openssl x509 -noout -fingerprint -sha256");
        return line[(line.IndexOf('=') + 1)..].Trim();
    }

    private static Task<string> Subject(int port, string name) => Shell(
        $"openssl s_client -connect 127.0.0.1:{port} -servername {name} </dev/null 2>/dev/null "
        + "| openssl x509 -noout -subject");

    private static Task<string> Shell(string line) => Tool.Run("sh", "-c", line);

    private static async Task<IMqttClient> Connect(int port)
    {
        var client = new MqttClientFactory().CreateMqttClient();
        await client.ConnectAsync(new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", port)
            .WithTlsOptions(static tls => tls.UseTls().WithCertificateValidationHandler(static _ => true))
            .Build(), TestContext.Current.CancellationToken);
        return client;
    }

    private static async Task Until(Func<bool> isSo)
    {
        for (var i = 0; i < 200 && !isSo(); i++) await Task.Delay(100);
        Assert.True(isSo());
    }

    private static void WriteClient(Scratch scratch, string name)
    {
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var asked = new CertificateRequest("CN=authority", authorityKey, HashAlgorithmName.SHA256);
        asked.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var authority = asked.CreateSelfSigned(From, To);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        using var certificate = request.Create(authority, From, To, [1, 2, 3]);
        File.WriteAllText(scratch["authority.pem"], authority.ExportCertificatePem());
        File.WriteAllText(scratch[$"{name}.pem"], certificate.ExportCertificatePem());
        File.WriteAllText(scratch[$"{name}.key"], key.ExportPkcs8PrivateKeyPem());
    }

    private static DateTimeOffset From => new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static DateTimeOffset To => new(2049, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static void Write(Scratch scratch, string file, string host)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(From, To);
        File.WriteAllText(scratch[$"{file}.pem"], certificate.ExportCertificatePem());
        File.WriteAllText(scratch[$"{file}.key"], key.ExportPkcs8PrivateKeyPem());
    }
}
