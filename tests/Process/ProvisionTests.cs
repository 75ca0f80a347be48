using System.Net;
using System.Net.Sockets;
using LightMq.Process.Broker;
using LightMq.Process.Chain;
using LightMq.Process.Clients;
using Xunit;
using CentralSite = LightMq.Process.Chain.CentralSite;

namespace LightMq.Process;

/// <summary>
/// <c>lightmq provision</c> makes a box of a sheet: broker and uplink run with its files, and a stock sensor's
/// message reaches the central.
/// </summary>
public sealed class ProvisionTests
{
    [Fact]
    public async Task A_sheet_makes_a_box_whose_sensors_reach_the_central()
    {
        using var scratch = new Scratch();
        using var central = new CentralSite();
        central.Start();
        var (sensors, local) = (FreePort(), FreePort());
        Directory.CreateDirectory(scratch["card"]);
        File.WriteAllText(Path.Combine(scratch["card"], "lightmq.txt"), $"""
            group = GID_gate
            device = 7
            central = tcp://127.0.0.1:{central.Port}
            access-key = {CentralSite.Key}
            secret-key = {CentralSite.Secret}
            upward = plant/#
            mqtt = plain {sensors}
            user = boiler
            password = the-boiler-password
            topics = write plant/boiler/#
            sensors-group = GID_sensors
            trusted-clock = yes
            """);
        await Provision(scratch);
        Assert.DoesNotContain("the-boiler-password", File.ReadAllText(Path.Combine(scratch["card"], "lightmq.txt")));
        using var broker = ProgramProcess.Start("lightmq-edgebroker", "EdgeBroker", "--config",
            Rebased(scratch, "lightmq.json", local), "--data", scratch["store"]);
        broker.PortOf("ready tcp");
        using var uplink = ProgramProcess.Start("lightmq-uplink", "Uplink", "--config",
            Rebased(scratch, "uplink.json", local), "--set", $"State:Directory={scratch["state"]}");
        await Publish(sensors, "the-boiler-password", "plant/boiler/temperature");
        using var reader = central.Reader();
        var messages = await reader.ReadUntil("plant", static all => all.Count > 0, 60, CancellationToken.None);
        Assert.True(messages.Count == 1, $"{messages.Count} messages\n{broker.Log}\n{uplink.Log}");
        Assert.Equal(("GID_sensors@@@boiler-1", "plant/boiler/temperature", "21.5"),
            (messages[0].Client, messages[0].Topic, System.Text.Encoding.UTF8.GetString(messages[0].Payload)));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Publish(sensors, "a guess", "plant/boiler/x"));
        Assert.Equal(0, uplink.Terminate());
        Assert.Equal(0, broker.Terminate());
    }

    [Fact]
    public async Task A_sheet_with_mistakes_ends_with_78_and_says_them()
    {
        using var scratch = new Scratch();
        Directory.CreateDirectory(scratch["card"]);
        File.WriteAllText(Path.Combine(scratch["card"], "lightmq.txt"), "groop = GID_gate\r\nmqtt = maybe\r\n");
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => Provision(scratch));
        Assert.Contains("exit 78", failure.Message);
        Assert.Contains("Line 1: there is no key 'groop'; is 'group' meant?\r\n",
            File.ReadAllText(Path.Combine(scratch["card"], "lightmq-errors.txt")));
        Assert.True(File.Exists(scratch["box/etc/lightmq/lightmq.json"]));
    }

    private static Task<string> Provision(Scratch scratch) => Tool.Run(Repository.PathOf("lightmq", "Cli"),
        "provision", "--root", scratch["box"], "--boot", scratch["card"]);

    private static Task Publish(int port, string password, string topic) => Tool.Run("mosquitto_pub",
        "-h", "127.0.0.1", "-p", $"{port}", "-i", "boiler-1", "-u", "boiler", "-P", password, "-q", "1",
        "-t", topic, "-m", "21.5");

    // The files say where things are on a box; here it is in a folder, beside others.
    private static string Rebased(Scratch scratch, string name, int localPort)
    {
        var text = File.ReadAllText(scratch["box/etc/lightmq/" + name])
            .Replace("\"/etc/", $"\"{scratch["box"]}/etc/").Replace("127.0.0.1:11883", $"127.0.0.1:{localPort}")
            .Replace("/run/lightmq-edgebroker/admin.sock", scratch["admin.sock"]);
        File.WriteAllText(scratch[name], text);
        return scratch[name];
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
