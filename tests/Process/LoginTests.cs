using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using LightMq.Process.Broker;
using LightMq.Process.Clients;
using Xunit;

namespace LightMq.Process;

/// <summary>
/// Logins through the real process: local users with a hash it printed itself, and LMQ signatures.
/// </summary>
public sealed class LoginTests
{
    [Fact]
    public async Task A_password_typed_on_a_terminal_is_not_shown()
    {
        const string Script = """
            import os, pty, sys
            child, terminal = pty.fork()
            if child == 0: os.execv(sys.argv[1], ["lightmq-edgebroker", "hash-password"])
            seen = b""
            while b"Password: " not in seen: seen += os.read(terminal, 4096)
            os.write(terminal, b"hunter2\n")
            while b"pbkdf2-sha256$" not in seen: seen += os.read(terminal, 4096)
            print(seen)
            """;
        var seen = await Tool.Run("python3", "-c", Script, Repository.BrokerPath);
        Assert.DoesNotContain("hunter", seen);
    }

    [Fact]
    public void A_local_user_logs_in_with_the_password_that_was_hashed()
    {
        using var scratch = new Scratch();
        File.WriteAllText(scratch["lightmq.json"], $$"""
            {
              "Users": [
                {
                  "Name": "boiler", "PasswordHash": "{{Hash("geheim")}}",
                  "Rules": [ { "Filter": "plant/#", "Access": "readwrite" } ]
                }
              ]
            }
            """);
        using var broker = BrokerProcess.Start(scratch["data"], "--config", scratch["lightmq.json"]);
        for (var time = 0; time < 3; time++)
        {
            using var boiler = TinyClient.Connect(broker.Port, "b", user: "boiler", password: "geheim");
            Assert.Equal([(byte)1], boiler.Subscribe("plant/x", 1));
        }
        Refused("BadUserNameOrPassword", broker.Port, "boiler", "Geheim");
        Refused("BadUserNameOrPassword", broker.Port, "stranger", "geheim");
        Refused("NotAuthorized", broker.Port, null, null);
        Assert.DoesNotContain("geheim", broker.Log);
    }

    [Fact]
    public void An_lmq_client_logs_in_with_its_signature()
    {
        using var scratch = new Scratch();
        using var broker = BrokerProcess.StartWith("--data", scratch["data"], "--listen", "127.0.0.1:0",
            "--set", "Lmq:AccessKeys:0:Key=key", "--set", "Lmq:AccessKeys:0:Secret=s3cret",
            "--set", "Lmq:Groups:0=GID_one", "--set", "Lmq:Topics:0=plant");
        var signature = Convert.ToBase64String(
            HMACSHA1.HashData(Encoding.ASCII.GetBytes("s3cret"), Encoding.ASCII.GetBytes("GID_one")));
        using var device = TinyClient.Connect(
            broker.Port, "GID_one@@@device", user: "key", password: signature);
        Assert.Equal([(byte)1], device.Subscribe("plant/x", 1));
        Refused("BadUserNameOrPassword", broker.Port, "key", "s3cret", "GID_one@@@device");
        Refused("IdentifierRejected", broker.Port, "key", signature, "device");
        Assert.DoesNotContain("s3cret", broker.Log);
        Assert.DoesNotContain(signature, broker.Log);
    }

    private static void Refused(string code, int port, string? user, string? password, string id = "x") =>
        Assert.Equal($"CONNACK {code}", Assert.Throws<InvalidOperationException>(
            () => TinyClient.Connect(port, id, user: user, password: password)).Message);

    private static string Hash(string password)
    {
        using var process = System.Diagnostics.Process.Start(
            new ProcessStartInfo(Repository.BrokerPath, "hash-password")
            {
                RedirectStandardInput = true, RedirectStandardOutput = true,
            })!;
        process.StandardInput.WriteLine(password);
        process.StandardInput.Close();
        return process.StandardOutput.ReadToEnd().Trim();
    }
}
