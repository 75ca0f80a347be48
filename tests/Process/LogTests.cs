using System.Net.Sockets;
using System.Text;
using LightMq.Process.Broker;
using LightMq.Process.Clients;
using Xunit;

namespace LightMq.Process;

/// <summary>What peers choose cannot forge lines of the log, and refusals cannot flood it.</summary>
public sealed class LogTests
{
    [Fact]
    public void A_client_id_forges_no_line()
    {
        using var scratch = new Scratch();
        using var broker = BrokerProcess.Start(scratch["data"], "--set", "Log:Level=debug");
        const string Forger = "a\n2026-01-01 00:00:00.000 ERR forged \u001b[2J\u009b2J\u2028x";
        TinyClient.Connect(broker.Port, Forger).Disconnect();
        Assert.Equal(0, broker.Terminate());
        Assert.Contains("a\\u000a2026", broker.Log);
        Assert.Contains("\\u001b[2J\\u009b2J\\u2028x", broker.Log);
        Assert.DoesNotContain(broker.Log.Split('\n'), static line => line.StartsWith("2026-01-01 "));
        Assert.DoesNotContain('\u001b', broker.Log);
    }

    [Fact]
    public void A_client_that_breaks_the_standard_is_named_with_the_clause_at_the_default_level()
    {
        using var scratch = new Scratch();
        using var broker = BrokerProcess.Start(scratch["data"]);
        for (var i = 0; i < 10; i++)
        {
            using var peer = TinyClient.Connect(broker.Port, "faulty");
            peer.Send([0xC1, 0]);
            Assert.ThrowsAny<SocketException>(() => peer.Next(10_000));
        }
        Assert.Equal(0, broker.Terminate());
        var line = Assert.Single(broker.Log.Split('\n'), static line => line.Contains(" was closed: "));
        Assert.Contains("Client faulty at 127.0.0.1:", line);
        Assert.Contains("ProtocolError: ", line);
        Assert.Contains("MQTT-2.2.2", line);
    }

    [Fact]
    public void A_flood_of_refusals_is_one_line_per_address()
    {
        using var scratch = new Scratch();
        using var broker = BrokerProcess.Start(scratch["data"]);
        for (var i = 0; i < 50; i++)
        {
            using var peer = TinyClient.Open(broker.Port);
            // An empty client id without a clean session: CONNACK 2 (MQTT-3.1.3-8).
            peer.Send([0x10, 12, 0, 4, .. Encoding.ASCII.GetBytes("MQTT"), 4, 0, 0, 0, 0, 0]);
            Assert.NotNull(peer.Next(10_000));
        }
        Assert.Equal(0, broker.Terminate());
        Assert.Single(broker.Log.Split('\n'), static line => line.Contains(" refused: "));
    }
}
