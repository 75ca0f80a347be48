using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using LightMq.Process.Uplink;
using MQTTnet.Packets;
using MQTTnet.Protocol;
using Xunit;

namespace LightMq.Process;

/// <summary>How the uplink shows who it is, and whom it believes.</summary>
public sealed class UplinkTokenTests
{
    private const string FileSource = """ "Token": { "Source": "file", "File": "SCRATCH/token.txt" }, """;

    [Fact]
    public async Task A_token_is_uploaded_first_and_a_new_one_on_the_live_link()
    {
        using var central = new ScriptedCentral();
        using var rig = new UplinkRig(central, """ "Filters": [ "cmd/#" ] """, FileSource).Start();
        await rig.WaitForState("waiting-for-token");
        File.WriteAllText(rig["token.txt"], Token(1));
        rig.Publish("plant/a", "one");
        using var peer = await central.Welcome();
        Assert.Equal(Token(1), await Uploaded(peer));
        var subscribe = await peer.Read<MqttSubscribePacket>();
        Assert.Equal(("cmd/#", true), (subscribe.TopicFilters[0].Topic, subscribe.TopicFilters[0].NoLocal));
        peer.Send(new MqttSubAckPacket
        {
            PacketIdentifier = subscribe.PacketIdentifier,
            ReasonCodes = [MqttSubscribeReasonCode.GrantedQoS1],
        });
        Assert.Equal("one", (await peer.Take()).ConvertPayload());
        for (var i = 2; i < 5; i++)
        {
            File.WriteAllText(rig["token.txt"], Token(i));
            Assert.Equal(Token(i), await Uploaded(peer));
        }
        rig.Publish("plant/a", "two");
        Assert.Equal("two", (await peer.Take()).ConvertPayload());
        Assert.DoesNotContain(Token(1).Split('.')[1], rig.Uplink.Log);
        await rig.WaitForLog("token renewed on the live link");
        Assert.Equal(2, rig.Uplink.Log.Split("connected; MQTT 5.0").Length);
    }

    [Fact]
    public async Task Tokens_that_come_fast_are_uploaded_one_after_the_other()
    {
        using var central = new ScriptedCentral();
        using var rig = new UplinkRig(central, """ "Filters": [] """, FileSource);
        File.WriteAllText(rig["token.txt"], Token(1));
        rig.Start();
        using var peer = await central.Welcome();
        await Uploaded(peer);
        File.WriteAllText(rig["token.txt"], Token(2));
        var first = await peer.Take(acknowledges: false);
        File.WriteAllText(rig["token.txt"], Token(3));
        // Meanwhile messages go on, and no second upload comes with the first one's packet id.
        await Task.Delay(4_000, TestContext.Current.CancellationToken);
        rig.Publish("plant/a", "one");
        Assert.Equal("one", (await peer.Take()).ConvertPayload());
        peer.Acknowledge(first.PacketIdentifier);
        Assert.Equal(Token(3), await Uploaded(peer));
    }

    [Theory]
    [InlineData(1, "its key is not known")]
    [InlineData(2, "has expired")]
    [InlineData(3, "is revoked")]
    [InlineData(8, "signature is wrong")]
    [InlineData(-1, "account is not permitted")]
    public async Task A_refused_token_is_given_up_and_another_one_let_in(int code, string words)
    {
        using var central = new ScriptedCentral();
        using var rig = new UplinkRig(central, """ "Filters": [] """, FileSource);
        File.WriteAllText(rig["token.txt"], Token(1));
        rig.Start();
        rig.Publish("plant/a", "one");
        using (var refusing = await central.Welcome())
        {
            await refusing.Read<MqttPublishPacket>();
            Notice(refusing, code);
            refusing.Leave(0x87);
        }
        await rig.WaitForLog(words);
        File.WriteAllText(rig["token.txt"], Token(2));
        using var peer = await central.Welcome();
        Assert.Equal(Token(2), await Uploaded(peer));
        Assert.Equal("one", (await peer.Take()).ConvertPayload());
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task A_message_that_no_token_covers_is_refused_and_only_after_another_token_was_tried(
        int code)
    {
        using var central = new ScriptedCentral();
        using var rig = new UplinkRig(central, """ "Filters": [] """, FileSource);
        File.WriteAllText(rig["token.txt"], Token(1));
        rig.Start();
        rig.Publish("plant/a", "secret");
        rig.Publish("plant/b", "fine");
        var closes = 0;
        while (true)
        {
            using var peer = await central.Welcome();
            await Uploaded(peer);
            var publish = await peer.Take(acknowledges: false);
            if (publish.Topic == "plant/a")
            {
                closes++;
                Notice(peer, code);
                peer.Leave(0x87);
                continue;
            }
            Assert.Equal("$SYS/bridge/gap", publish.Topic);
            peer.Acknowledge(publish.PacketIdentifier);
            Assert.Equal("fine", (await peer.Take()).ConvertPayload());
            break;
        }
        Assert.InRange(closes, 2, 50);
        Assert.Contains("plant/a", rig.Refused("list"));
    }

    [Fact]
    public async Task Passwords_and_signatures_log_in_and_are_never_shown()
    {
        using var central = new ScriptedCentral();
        using var rig = new UplinkRig(central,
            """ "Login": "signature", "User": "AK", "SecretFile": "SCRATCH/secret" """);
        File.WriteAllText(rig["secret"], "deep secret\n");
        rig.Start();
        using var peer = await central.Accept();
        var connect = await peer.Read<MqttConnectPacket>();
        Assert.Equal("AK", connect.Username);
        Assert.Equal(LightMq.Lmq.Signature.Login("deep secret", "GID_plant"),
            Encoding.ASCII.GetString(connect.Password));
        peer.Send(new MqttConnAckPacket { ReasonCode = MqttConnectReasonCode.BadUserNameOrPassword });
        await rig.WaitForState("refused");
        Assert.DoesNotContain("deep secret", rig.Uplink.Log);
        Assert.DoesNotContain(Encoding.ASCII.GetString(connect.Password), rig.Uplink.Log);
    }

    [Fact]
    public async Task Only_a_certificate_of_whom_we_trust_for_the_right_name_and_time_is_taken()
    {
        using var right = Certificate("localhost", 0);
        using var stranger = Certificate("localhost", 0);
        using var renamed = Certificate("elsewhere", 0);
        using var old = Certificate("localhost", -800);
        (X509Certificate2 Shown, X509Certificate2 Trusted, string? Complaint)[] cases =
        [
            (stranger, right, "not signed by whom we trust"), (renamed, renamed, "for another name"),
            (old, old, "its certificate is valid from"), (right, right, null),
        ];
        foreach (var (shown, trusted, complaint) in cases)
        {
            using var central = new ScriptedCentral(shown);
            using var scratch = new Broker.Scratch();
            File.WriteAllText(scratch["ca.pem"], trusted.ExportCertificatePem());
            using var rig = new UplinkRig($"\"Addresses\": [ \"tls://localhost:{central.Port}\" ], "
                + $"\"Login\": \"none\", \"CA\": \"{scratch["ca.pem"]}\"").Start();
            if (complaint is null)
            {
                using var peer = await central.Welcome();
                await rig.WaitForState("healthy");
            }
            else
            {
                await Assert.ThrowsAnyAsync<Exception>(() => central.Welcome());
                await rig.WaitForLog(complaint);
            }
        }
    }

    [Fact]
    public async Task An_auth_server_that_fails_talks_html_or_is_slow_is_asked_until_it_answers()
    {
        using var central = new ScriptedCentral();
        using var server = new ScriptedAuthServer();
        using var rig = new UplinkRig(central, """ "Filters": [] """, $$"""
            "Token": { "Source": "auth-server", "Url": "{{server.Url}}", "AccessKey": "AK",
              "SecretFile": "SCRATCH/secret", "Resources": [ "plant/#" ] },
            """);
        File.WriteAllText(rig["secret"], "deep secret\n");
        server.Answer = ("500 Internal Server Error", "");
        rig.Start();
        await rig.WaitForLog("the auth server answered with HTTP status 500");
        server.Answer = ("200 OK", "<html>welcome</html>");
        await rig.WaitForLog("not one of the token API");
        server.Answer = ("200 OK", """{"success":false,"code":407,"message":"bad signature"}""");
        await rig.WaitForLog("it says 407: bad signature");
        server.Answer = ("200 OK", $$"""{"success":true,"code":200,"tokenData":"{{Token(1)}}"}""");
        using var peer = await central.Welcome();
        Assert.Equal(Token(1), await Uploaded(peer));
        Assert.Contains("clientId=GID_plant%40%40%40up", server.Asked);
        Assert.DoesNotContain("deep secret", rig.Uplink.Log + server.Asked);
        // An outage of the auth server is no outage of the link, and of a restart neither.
        server.Dispose();
        rig.Start();
        using var again = await central.Welcome();
        Assert.Equal(Token(1), await Uploaded(again));
    }

    private static async Task<string> Uploaded(ScriptedPeer peer)
    {
        var upload = await peer.Take();
        Assert.Equal("$SYS/uploadToken", upload.Topic);
        using var json = System.Text.Json.JsonDocument.Parse(upload.ConvertPayload());
        return json.RootElement.GetProperty("token").GetString()!;
    }

    private static void Notice(ScriptedPeer peer, int code) => peer.Send(new MqttPublishPacket
    {
        Topic = "$SYS/tokenInvalidNotice",
        PayloadSegment = Encoding.ASCII.GetBytes($$"""{"code":{{code}},"type":"RW"}"""),
    });

    // What it says of itself is all that the uplink looks at.
    private static string Token(int number)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds() / 86_400 * 86_400;
        var claims = $$"""{"jti":"t{{number}}","iat":{{now}},"exp":{{now + 1_000_000}}}""";
        return $"e30.{System.Buffers.Text.Base64Url.EncodeToString(Encoding.ASCII.GetBytes(claims))}.c2ln";
    }

    private static X509Certificate2 Certificate(string name, int days)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var from = DateTimeOffset.UtcNow.AddDays(days - 1);
        using var made = request.CreateSelfSigned(from, from.AddDays(365));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}
