using System.Text.RegularExpressions;
using LightMq.Cli.Files;
using LightMq.Cli.Provision;
using LightMq.Cli.Settings;
using Xunit;

namespace LightMq.Unit.Cli;

/// <summary>What becomes of a box's addresses, ports, time servers and time zone.</summary>
public sealed partial class NetworkFilesTests
{
    private const string Wired = "/etc/systemd/network/10-lightmq-wired.network";
    private const string User = "user = boiler\npassword = a-long-password\n";

    [Theory]
    [InlineData("hostname = a", "DHCP=yes")]
    [InlineData("address = DHCP\ndns = 9.9.9.9, fd00::1", "DHCP=yes\nDNS=9.9.9.9\nDNS=fd00::1")]
    [InlineData("address = 192.168.1.5/24", "Address=192.168.1.5/24")]
    [InlineData("address = 192.168.1.5/24\ngateway = 192.168.1.1\ndns = 192.168.1.1\ndns = 9.9.9.9",
        "Address=192.168.1.5/24\nGateway=192.168.1.1\nDNS=192.168.1.1\nDNS=9.9.9.9")]
    [InlineData("address = fd00::5/64\ngateway = fd00::1\ndns = fd00::53",
        "Address=fd00::5/64\nGateway=fd00::1\nDNS=fd00::53")]
    [InlineData("address = fd00::5/64\ngateway = fe80::1", "Address=fd00::5/64\nGateway=fe80::1")]
    public void The_cable_gets_the_address_gateway_and_name_servers_of_the_sheet(string sheet, string lines)
    {
        using var box = new BoxRig();
        Assert.Equal(ProvisionOutcome.Ready, box.Run(sheet).Outcome);
        Assert.Equal($"""
            # Made from lightmq.txt by: lightmq provision.
            [Match]
            Name=en* eth*

            [Network]
            {lines}
            MulticastDNS=yes
            LLMNR=no

            [DHCPv4]
            RouteMetric=100

            """, box[Wired]);
    }

    [Theory]
    [InlineData("address = [fd00::5]/64")]
    [InlineData("address = fd00::5%eth0/64")]
    [InlineData("address = fd00::5/129")]
    [InlineData("address = 192.168.1.5/33")]
    [InlineData("address = 10.1/8")]
    [InlineData("address = fd00::5/64\ngateway = fd01::1")]
    [InlineData("address = fd00::5/64\ngateway = 192.168.1.1")]
    [InlineData("address = 192.168.1.5/24\ngateway = fe80::1")]
    [InlineData("address = 192.168.1.5/24\ngateway = 192.168.2.1")]
    [InlineData("dns = [fd00::53]:53")]
    public void What_is_no_address_or_no_gateway_of_it_is_a_mistake(string sheet) =>
        Assert.Single(BoxRig.MistakesOf(sheet));

    [Theory]
    [InlineData("address = fd00::5/64")]
    [InlineData("address = 192.168.1.5/24")]
    [InlineData("address = dhcp")]
    public void Whatever_the_address_is_listeners_face_IPv6_and_IPv4(string address)
    {
        using var box = new BoxRig();
        Assert.Equal(ProvisionOutcome.Ready, box.Run($"{User}{address}").Outcome);
        Assert.Equal(["127.0.0.1:11883", "tcp://[::]:1883", "tls://[::]:8883"],
            Address().Matches(box["/etc/lightmq/lightmq.json"]).Select(match => match.Groups[1].Value));
    }

    [Theory]
    [InlineData("mqtt = plain 79", "below 80")]
    [InlineData("mqtts = plain 22", "below 80")]
    [InlineData("mqtt = plain 0", "below 80")]
    [InlineData("ws = lmq 1", "below 80")]
    [InlineData("mqtt = plain 11883", "the box's own")]
    [InlineData("mqtt = plain 65536", "with a port behind it")]
    [InlineData("mqtt = plain -1", "with a port behind it")]
    public void A_port_that_the_broker_cannot_have_is_a_mistake_that_says_why(string line, string words)
    {
        const string Lmq =
            "lmq-groups = GID_plant\nlmq-topics = a\naccess-key = k\nsecret-key = s\nwss = lmq\n";
        var mistake = Assert.Single(BoxRig.MistakesOf(User + Lmq + line));
        Assert.Equal(8, mistake.Line);
        Assert.Contains(line.Split(' ')[^1], mistake.Text);
        Assert.Contains(words, mistake.Text);
    }

    [Theory]
    [InlineData(80)]
    [InlineData(65_535)]
    public void The_ports_at_the_ends_of_what_it_can_have_are_opened(int port)
    {
        using var box = new BoxRig();
        Assert.Equal(ProvisionOutcome.Ready, box.Run($"{User}mqtt = plain {port}").Outcome);
        Assert.Contains($"tcp dport {{ {port} }} accept", box[NetworkFiles.FirewallPath]);
    }

    [Fact]
    public void The_lowest_port_is_what_the_image_opens_to_services()
    {
        var opened = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "61-lightmq-ports.conf"))
            .Single(line => line.StartsWith("net.ipv4.ip_unprivileged_port_start"));
        Assert.Equal($"{ListenerReader.PortMin}", opened.Split('=')[1].Trim());
    }

    // The table is of both families; without these IPv6 knows neither neighbours nor routers.
    [Fact]
    public void The_firewall_lets_IPv6_find_its_neighbours_routers_and_DHCP()
    {
        var rules = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "nftables.conf"));
        foreach (var words in (string[])["table inet lightmq", "nd-neighbor-solicit", "nd-neighbor-advert",
            "nd-router-advert", "udp sport 547 udp dport 546 accept", "include \"/etc/nftables.d/*.nft\""])
            Assert.Contains(words, rules);
        using var box = new BoxRig();
        box.Run(User);
        Assert.Contains("add rule inet lightmq input tcp dport", box[NetworkFiles.FirewallPath]);
    }

    [Fact]
    public void Time_servers_and_time_zone_arrive_and_go_again()
    {
        const string Servers = "/etc/systemd/timesyncd.conf.d/lightmq.conf";
        using var box = new BoxRig();
        box.Run("ntp = ptbtime1.ptb.de, 192.168.1.1\nntp = fd00::1\ntime-zone = Europe/Berlin");
        Assert.Equal("[Time]\nNTP=ptbtime1.ptb.de 192.168.1.1 fd00::1\n", box[Servers]);
        Assert.Equal("/usr/share/zoneinfo/Europe/Berlin", LocalTime(box));
        Assert.Equal("Europe/Berlin\n", box["/etc/timezone"]);
        box.Run("hostname = a");
        Assert.Equal("", box[Servers]);
        Assert.Equal("/usr/share/zoneinfo/UTC", LocalTime(box));
        Assert.Equal("UTC\n", box["/etc/timezone"]);
    }

    private static string? LocalTime(BoxRig box) => new FileInfo(box.Paths.At("/etc/localtime")).LinkTarget;

    [GeneratedRegex("\"Address\": \"(.*)\"")]
    private static partial Regex Address();
}
