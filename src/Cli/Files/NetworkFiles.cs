using System.Text;
using LightMq.Cli.Settings;

namespace LightMq.Cli.Files;

/// <summary>Files of systemd-networkd and wpa_supplicant, the box's name, and the firewall's rules.</summary>
internal static class NetworkFiles
{
    /// <summary>The firewall's rules.</summary>
    public const string FirewallPath = "/etc/nftables.d/lightmq.nft";

    /// <summary>The radio's networks; not there: the radio stays off.</summary>
    public const string WifiPath = "/etc/wpa_supplicant/wpa_supplicant-wlan0.conf";

    private const string Origin = "# Made from lightmq.txt by: lightmq provision.\n";

    /// <summary>Makes them.</summary>
    public static IEnumerable<BoxFile> Make(BoxSettings settings)
    {
        yield return new BoxFile("/etc/hostname", settings.HostName + "\n");
        yield return new BoxFile("/etc/hosts", $"""
            127.0.0.1 localhost
            127.0.1.1 {settings.HostName}
            ::1 localhost ip6-localhost ip6-loopback
            ff02::1 ip6-allnodes
            ff02::2 ip6-allrouters

            """);
        yield return new BoxFile("/etc/systemd/network/10-lightmq-wired.network", Wired(settings.Network));
        if (settings.Network.Wifis.Count > 0)
        {
            yield return new BoxFile("/etc/systemd/network/20-lightmq-wifi.network", Wifi(settings.Network));
            yield return new BoxFile(WifiPath, Supplicant(settings.Network), Readers.Root);
        }
        yield return new BoxFile(FirewallPath, Firewall(settings));
    }

    private static string Wired(NetworkWish network)
    {
        var text = new StringBuilder(Origin).Append("[Match]\nName=en* eth*\n\n[Network]\n");
        if (network.Address.Length == 0) text.Append("DHCP=yes\n");
        else text.Append($"Address={network.Address}\n");
        if (network.Gateway.Length > 0) text.Append($"Gateway={network.Gateway}\n");
        AppendShared(text, network);
        return text.Append("\n[DHCPv4]\nRouteMetric=100\n").ToString();
    }

    private static string Wifi(NetworkWish network)
    {
        var text = new StringBuilder(Origin).Append("[Match]\nName=wl*\n\n[Network]\nDHCP=yes\n");
        AppendShared(text, network);
        // The cable goes first where both lead somewhere.
        return text.Append("\n[DHCPv4]\nRouteMetric=600\n").ToString();
    }

    private static void AppendShared(StringBuilder text, NetworkWish network)
    {
        foreach (var server in network.NameServers) text.Append($"DNS={server}\n");
        text.Append("MulticastDNS=yes\nLLMNR=no\n");
    }

    private static string Supplicant(NetworkWish network)
    {
        var text = new StringBuilder(Origin)
            .Append("ctrl_interface=DIR=/run/wpa_supplicant\nupdate_config=0\n")
            .Append($"country={network.WifiCountry}\n");
        for (var i = 0; i < network.Wifis.Count; i++)
        {
            var (name, password) = network.Wifis[i];
            // In hex a name may hold anything; a password between marks ends with the last mark of its line.
            text.Append($"\nnetwork={{\n    ssid={Convert.ToHexStringLower(Encoding.UTF8.GetBytes(name))}\n")
                .Append("    scan_ssid=1\n").Append($"    priority={network.Wifis.Count - i}\n");
            if (password.Length == 0) text.Append("    key_mgmt=NONE\n}\n");
            else if (password.Length == 64) text.Append($"    key_mgmt=WPA-PSK\n    psk={password}\n}}\n");
            else text.Append($"    key_mgmt=WPA-PSK SAE\n    ieee80211w=1\n    psk=\"{password}\"\n}}\n");
        }
        return text.ToString();
    }

    private static string Firewall(BoxSettings settings)
    {
        var ports = settings.Listeners.Select(static listener => listener.Port).Distinct().ToList();
        if (settings.SshKeys.Count > 0) ports.Add(22);
        var open = ports.Count == 0 ? "" : $"        tcp dport {{ {string.Join(", ", ports.Order())} }} accept\n";
        return Origin + """
            table inet lightmq
            delete table inet lightmq
            table inet lightmq {
                chain input {
                    type filter hook input priority filter; policy drop;
                    iif "lo" accept
                    ct state established,related accept
                    ct state invalid drop
                    icmp type { echo-request, destination-unreachable, time-exceeded, parameter-problem } accept
                    meta l4proto ipv6-icmp accept
                    udp dport 68 accept comment "DHCP"
                    udp dport 546 accept comment "DHCPv6"
                    ip daddr 224.0.0.251 udp dport 5353 accept comment "mDNS"
                    ip6 daddr ff02::fb udp dport 5353 accept comment "mDNS"

            """ + open + """
                }
                chain forward {
                    type filter hook forward priority filter; policy drop;
                }
            }

            """;
    }
}
