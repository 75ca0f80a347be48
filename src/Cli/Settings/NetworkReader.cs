using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using LightMq.Cli.Sheet;

namespace LightMq.Cli.Settings;

/// <summary>Reads the wired and the wireless network.</summary>
internal static class NetworkReader
{
    private const string AddressForm = "dhcp, or an address with the length of its network, as "
        + "192.168.1.5/24";

    /// <summary>Reads it.</summary>
    public static NetworkWish Read(SheetFacts facts)
    {
        var address = facts.Text("address", AddressForm, static text => IsDhcp(text) || IsNetwork(text));
        if (IsDhcp(address)) address = "";
        var gateway = facts.Text("gateway", "an IP address, as 192.168.1.1", IsIp);
        if (facts.Has("gateway") && address.Length == 0 && !HasMistake(facts, "address"))
            facts.Wrong(facts.LineOf("gateway"),
                "gateway belongs to an address of your own, as address = 192.168.1.5/24; DHCP brings its "
                    + "own");
        if (gateway.Length > 0 && address.Length > 0 && !IsWithin(gateway, address))
            facts.Wrong(facts.LineOf("gateway"), $"gateway: '{gateway}' is not in the network of "
                + $"'{address}'");
        var wifis = facts.Sheet.All("wifi").Select(entry => Wifi(facts, entry)).ToList();
        var country = facts.Text("wifi-country", "a country in two letters, as DE", static text =>
            text.Length == 2 && text.All(char.IsAsciiLetter)).ToUpperInvariant();
        if (wifis.Count > 0) facts.Missing("wifi-country",
            "it decides which channels may be used", "DE");
        return new NetworkWish
        {
            Address = address, Gateway = gateway, Wifis = wifis, WifiCountry = country,
            NameServers = [.. facts.Items("dns", "an IP address, as 192.168.1.1", IsIp)
                .Select(static item => item.Text)],
        };
    }

    private static WifiWish Wifi(SheetFacts facts, SheetEntry entry)
    {
        if (Encoding.UTF8.GetByteCount(entry.Value) > 32) facts.Wrong(entry, "a name of at most 32 bytes");
        if (facts.Sheet.All("wifi").Any(other => other.Value == entry.Value && other.Line < entry.Line))
            facts.Wrong(entry.Line, $"wifi: '{entry.Value}' stands here twice; leave one of them out");
        var password = facts.Sheet.Find("wifi-password", entry);
        if (password is null)
            facts.Wrong(entry.Line, $"wifi: '{entry.Value}' has no password, and the box has none for it; "
                + "write "
                + "below it: wifi-password = ..., or wifi-password = none if it is open");
        else if (!IsNone(password.Value) && !IsPassword(password.Value))
            facts.Wrong(password, "a password of 8 to 63 letters, digits and signs, or none");
        return new WifiWish(entry.Value, password is null || IsNone(password.Value) ? "" : password.Value);
    }

    private static bool IsNone(string text) => text.Equals("none", StringComparison.OrdinalIgnoreCase);

    // WPA: 8 to 63 visible characters, or the key itself in hex.
    private static bool IsPassword(string text) =>
        (text.Length is >= 8 and <= 63 && text.All(static letter => letter is >= ' ' and < (char)127))
        || (text.Length == 64 && text.All(char.IsAsciiHexDigit));

    private static bool HasMistake(SheetFacts facts, string key) => facts.Has(key)
        && !IsDhcp(facts.Text(key)) && !IsNetwork(facts.Text(key));

    private static bool IsDhcp(string text) => text.Equals("dhcp", StringComparison.OrdinalIgnoreCase)
        || text.Equals("auto", StringComparison.OrdinalIgnoreCase);

    // What .NET takes beyond dotted quads (0x7f.1, 10) and of IPv6 beyond its digits ([::1]:80, fe80::1%eth0)
    // is a slip of the pen here.
    private static bool IsIp(string text) => IPAddress.TryParse(text, out var address)
        && (address.AddressFamily == AddressFamily.InterNetworkV6 ? !text.AsSpan().ContainsAny("%[]")
            : text.Split('.') is { Length: 4 } parts && address.ToString() == text && parts.All(
                static part => part.Length > 0));

    private static bool IsNetwork(string text) => TryNetwork(text, out _, out _);

    private static bool TryNetwork(string text, out IPAddress address, out int length)
    {
        (address, length) = (IPAddress.None, 0);
        var at = text.IndexOf('/');
        if (at < 0 || !IsIp(text[..at])) return false;
        address = IPAddress.Parse(text[..at]);
        var bits = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        return int.TryParse(text.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out length)
            && length >= 1 && length <= bits;
    }

    private static bool IsWithin(string gateway, string network)
    {
        _ = TryNetwork(network, out var address, out var length);
        // A router of IPv6 names itself by the address that each cable has of its own (RFC 4861, 4.2).
        if (address.AddressFamily == AddressFamily.InterNetworkV6
            && IPAddress.Parse(gateway).IsIPv6LinkLocal) return true;
        var (one, other) = (IPAddress.Parse(gateway).GetAddressBytes(), address.GetAddressBytes());
        if (one.Length != other.Length) return false;
        for (var bit = 0; bit < length; bit++)
            if (((one[bit / 8] ^ other[bit / 8]) >> (7 - bit % 8) & 1) != 0) return false;
        return true;
    }
}
