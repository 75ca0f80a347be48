using System.Globalization;
using System.Net;
using LightMq.Host.Configuration;
using LightMq.Service.Configuration;

namespace LightMq.Central.Configuration;

/// <summary>Reads the HTTP side.</summary>
internal static class HttpReader
{
    private const string AnyAddress =
        "http:// or https:// with an address and a port, as http://127.0.0.1:8080";
    private const string AnyFile = "a file name";

    private static readonly (string Word, HttpRoles Role)[] Words =
    [
        ("stream", HttpRoles.Stream), ("operator", HttpRoles.Operator), ("auth", HttpRoles.Auth),
        ("device", HttpRoles.Device),
    ];

    /// <summary>Reads it.</summary>
    public static HttpSettings Read(SettingsSection section)
    {
        var isNamed = section.Has("Listeners");
        var listeners = section.List("Listeners", Listener);
        if (!isNamed)
            listeners.Add(new HttpListenerSettings(
                new IPEndPoint(IPAddress.Loopback, 8080), HttpRoles.All, null));
        var settings = new HttpSettings(listeners,
            Bearer(section, "StreamBearerFile"), Bearer(section, "OperatorBearerFile"),
            section.Whole("ConnectionsMax", 1_024, 1, 100_000),
            section.Whole("WaitingMax", 1_024, 0, 100_000));
        section.RefuseOthers();
        return settings;
    }

    private static BearerSettings Bearer(SettingsSection section, string key) => new(
        section.KeyOf(key), section.Text(key, "", AnyFile, static text => text.IndexOf('\0') < 0));

    private static HttpListenerSettings Listener(SettingsSection section)
    {
        var address =
            section.Text("Address", "", AnyAddress, static text => TryParse(text, out _, out _));
        _ = TryParse(address, out var endPoint, out var isSecure);
        var roles = HttpRoles.None;
        section.Texts("Serves", "one of stream, operator, auth, device", text =>
        {
            var role = Words.FirstOrDefault(one => one.Word == text).Role;
            roles |= role;
            return role != HttpRoles.None;
        });
        if (roles == HttpRoles.None) roles = HttpRoles.All;
        var isOpen = section.Switch("AllowPlainFromNetwork", false);
        var bearing = roles & (HttpRoles.Stream | HttpRoles.Operator);
        if (bearing != HttpRoles.None && !isSecure && !isOpen && !IPAddress.IsLoopback(endPoint.Address))
            throw section.Contradiction("Address",
                $"with '{address}' the bearer texts of stream and operator would cross the network in clear: "
                + "take https://, take 127.0.0.1, let it serve auth and device only, or set "
                + "AllowPlainFromNetwork if that is meant");
        return new HttpListenerSettings(endPoint, roles, isSecure ? Certificate(section) : Refuse(section));
    }

    private static CertificateSettings Certificate(SettingsSection section)
    {
        if (!section.Has("Certificate") & !section.Has("Key")) return new CertificateSettings(Files: null);
        return new CertificateSettings(new CertificateFiles(
            section.KeyOf("Certificate"), section.Text("Certificate", "", AnyFile, IsFile),
            section.KeyOf("Key"), section.Text("Key", "", AnyFile, IsFile)));
    }

    private static CertificateSettings? Refuse(SettingsSection section)
    {
        foreach (var key in (ReadOnlySpan<string>)["Certificate", "Key"])
            if (section.Has(key))
                throw section.Contradiction(key, "is for https://; this listener is http://");
        return null;
    }

    private static bool TryParse(string text, out IPEndPoint endPoint, out bool isSecure)
    {
        endPoint = new IPEndPoint(IPAddress.Loopback, 0);
        isSecure = text.StartsWith("https://", StringComparison.Ordinal);
        if (!isSecure && !text.StartsWith("http://", StringComparison.Ordinal)) return false;
        var rest = text[(text.IndexOf("//", StringComparison.Ordinal) + 2)..];
        var colon = rest.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(
            rest.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            return false;
        if (!IPAddress.TryParse(rest.AsSpan(0, colon).Trim("[]"), out var address)) return false;
        endPoint = new IPEndPoint(address, port);
        return true;
    }

    private static bool IsFile(string text) => text.Length > 0 && text.IndexOf('\0') < 0;
}
