using System.Net;
using System.Text.RegularExpressions;
using LightMq.Broker.Settings;
using LightMq.Cli.Provision;
using LightMq.Host.Configuration;
using LightMq.Net;
using LightMq.Service.Configuration;
using LightMq.Uplink.Settings;
using Xunit;

namespace LightMq.Unit.Cli;

/// <summary>
/// Whatever a sheet says that has no mistakes, broker and uplink take the files made of it, and nobody gets
/// in whom it does not let in.
/// </summary>
public sealed partial class RealReaderTests
{
    private const string Hash =
        "pbkdf2-sha256$1000$c2FsdHNhbHRzYWx0c2FsdA==$Yt2LoT3JHfzVtZVHrGeWYXKDYtPJY2yDxmkMCPQ+C3g=";

    // One of each line is drawn; most combinations go together.
    private static readonly string[][] Lines =
    [
        ["", "hostname = box", "hostname = BOX-7"],
        ["", "central = central.example", "central = tcp://10.0.0.5:1884, tls://[fe80::1]:8883\ncentral = "
            + "c2.example:1"],
        ["group = GID_plant\ndevice = g7", "group = GID_plant\ndevice = "
            + "a-name-of-44-visible-characters!$%&()*+,-.<>"],
        ["upward = #", "upward = plant/#, GID_plant_MQTT", "upward = plant/+/x\nupward = office"],
        ["", "downward = cmd/#", "downward = cmd/+, p"],
        ["access-key = k\nsecret-key = \"s # \\\" s\"",
            "access-key = k\nsecret-key = s\nauth-server = https://auth.example/api/",
            "enrolment-code = c0de\napp-server = http://10.0.0.5:8443",
            "access-key = k\nsecret-key = s\nenrolment-code = c0de\napp-server = https://a.example"],
        ["", "central-ca =\nPEM", "central-ca = plant-ca.cer", "central-ca = PLANT-CA.PEM\nserver-ca = "
            + "system"],
        ["", "mqtt = plain", "mqtt = lmq", "mqtt = plain, lmq 1884", "mqtts = lmq\nmqtt = off",
            "ws = plain 8080\nwss = plain", "mqtt = off", "mqtt = plain\nmqtts = plain\nws = lmq\nwss = lmq"],
        ["", $"user = boiler\npassword = {Hash}", "user = boiler\npassword = a-long-password\ntopics = "
            + "plant/#, read cmd/+",
            $"user = a\npassword = {Hash}\nuser = b\ntopics = write x\npassword = {Hash}"],
        ["", "anonymous = yes", "anonymous = no"],
        ["", "lmq-groups = GID_office, GID_plant\nlmq-topics = office", "lmq-topics = plant"],
        ["", "sensors-group = GID_sensors",
            "sensors-group = GID_sensors\nsensors-topic = tele/+/SENSOR -> plant/tele/+\nsensors-topic = "
                + "shellies/# → plant/s/#"],
        ["", "full-disk = drop-oldest", "full-disk = DROP-NEWEST"],
        ["", "trusted-clock = yes"],
        ["", "wifi = Müller\nwifi-password = none\nwifi-country = de\nwifi = \"b\"\nwifi-password = "
            + "\"12345678\""],
        ["", "address = 192.168.1.5/24\ngateway = 192.168.1.1\ndns = 9.9.9.9", "address = fd00::5/64"],
    ];

    [Fact]
    public void Broker_and_uplink_take_what_is_made_of_any_sheet_without_mistakes()
    {
        var chance = new Random(91);
        var (taken, ups) = (0, 0);
        for (var i = 0; i < 700; i++)
        {
            var sheet = string.Join('\n', Lines.Select(lines => lines[chance.Next(lines.Length)]));
            using var box = new BoxRig();
            File.WriteAllText(Path.Combine(box.Paths.Boot, "plant-ca.pem"), TestAuthority.Pem);
            File.WriteAllBytes(Path.Combine(box.Paths.Boot, "plant-ca.cer"), TestAuthority.Bytes);
            var report = box.Run(sheet.Replace("PEM", sheet.Contains("PLANT-CA") ? "PEM"
                : TestAuthority.Pem));
            if (report.Outcome == ProvisionOutcome.Mistakes) continue;
            taken++;
            AssertGuarded(ReadBroker(box), box, sheet);
            if (!sheet.Contains("central = ")) Assert.Equal("", box["/etc/lightmq/uplink.json"]);
            else
            {
                ups++;
                Assert.Equal(sheet.Contains("trusted-clock = yes"), ReadUplink(box).IsClockTrusted);
            }
        }
        Assert.True(taken > 150 && ups > 60, $"{taken} sheets without mistakes, {ups} with a central");
    }

    [Fact]
    public void A_gateway_with_the_least_lines_lets_nobody_in_from_the_network_and_signs_its_login()
    {
        using var box = new BoxRig();
        Assert.Equal(ProvisionOutcome.Ready, box.Run(BoxRig.Gateway).Outcome);
        var broker = ReadBroker(box);
        Assert.True(IPAddress.IsLoopback(Assert.Single(broker.Listeners).EndPoint.Address));
        var bridge = Assert.Single(broker.Broker.Bridges);
        Assert.Equal(("GID_plant@@@gateway7", "lightmq-uplink"), (bridge.ClientId, bridge.User));
        var uplink = ReadUplink(box);
        Assert.Equal((LoginKind.Signature, "my-key", "my-secret"),
            (uplink.Central.Login.Kind, uplink.Central.Login.User, uplink.Central.Login.Secret));
        Assert.Equal("tls://central.example:8883", uplink.Central.Addresses[0].ToString());
    }

    [Fact]
    public void Users_open_the_usual_ways_in_and_their_rules_arrive()
    {
        using var box = new BoxRig();
        box.Run("user = boiler\npassword = a-long-password\ntopics = plant/#, read cmd/+");
        var broker = ReadBroker(box);
        Assert.Equal([(ListenerTransport.Tcp, 1883), (ListenerTransport.Tls, 8883)],
            broker.Listeners.Skip(1).Select(listener => (listener.Transport, listener.EndPoint.Port)));
        var user = broker.Broker.Users.Single(user => user.Name == "boiler");
        Assert.Equal([("plant/#", true, true), ("cmd/+", true, false)],
            user.Rules.Select(rule => (rule.Filter, rule.Read, rule.Write)));
        Assert.Contains("tcp dport { 1883, 8883 } accept", box[LightMq.Cli.Files.NetworkFiles.FirewallPath]);
    }

    private static void AssertGuarded(BrokerSettings broker, BoxRig box, string sheet)
    {
        var open = broker.Listeners.Where(listener =>
            !IPAddress.IsLoopback(listener.EndPoint.Address)).ToArray();
        Assert.All(open, listener => Assert.Equal(IPAddress.IPv6Any, listener.EndPoint.Address));
        foreach (var listener in open.Where(listener => listener.Options.Dialect == Dialect.Plain))
            Assert.Equal(sheet.Contains("anonymous = yes"), listener.Options.Anonymous);
        var ports = open.Select(listener => listener.EndPoint.Port).Order().ToArray();
        var rule = Ports().Match(box[LightMq.Cli.Files.NetworkFiles.FirewallPath]);
        Assert.Equal(string.Join(", ", ports), rule.Success ? rule.Groups[1].Value : "");
        Assert.DoesNotContain(broker.Broker.Users, user => user.Name == "admin");
    }

    private static BrokerSettings ReadBroker(BoxRig box) =>
        LightMq.EdgeBroker.Configuration.SettingsReader.Read(
        Sources.Read(Rebased(box, "/etc/lightmq/lightmq.json"), new Dictionary<string, string>(),
            new Dictionary<string, string?> { ["Store:Directory"] = "store" }));

    private static UplinkSettings ReadUplink(BoxRig box) => LightMq.Uplink.Settings.SettingsReader.Read(
        Sources.Read(Rebased(box, "/etc/lightmq/uplink.json"), new Dictionary<string, string>(),
            new Dictionary<string, string?> { ["State:Directory"] = "state" }));

    // The files name others by where they are on the box.
    private static string Rebased(BoxRig box, string path)
    {
        var copy = box.Paths.At(path) + ".rebased";
        File.WriteAllText(copy, box[path].Replace("\"/etc/", $"\"{box.Paths.Root}/etc/"));
        return copy;
    }

    [GeneratedRegex(@"tcp dport \{ (.*) \} accept")]
    private static partial Regex Ports();
}
