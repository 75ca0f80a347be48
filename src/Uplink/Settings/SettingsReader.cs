using System.Text;
using LightMq.Lmq;
using LightMq.Service.Configuration;
using LightMq.Uplink.Bridging;
using LightMq.Uplink.Wire;
using Microsoft.Extensions.Configuration;

namespace LightMq.Uplink.Settings;

/// <summary>Reads and checks every key; each is described in <c>uplink.sample.json</c>.</summary>
internal static class SettingsReader
{
    private const string Text64 = "1 to 64 characters without control characters";
    private const string FileName = "a file name";
    private const string Levels = "whole levels without a slash at either end and without +, # and $";
    private const int MiB = 1 << 20;

    /// <summary>Gives valid settings.</summary>
    /// <exception cref="ConfigurationError">The first key that is wrong.</exception>
    public static UplinkSettings Read(IConfiguration configuration)
    {
        var root = new SettingsSection(configuration, "");
        var clientId = root.Text("ClientId", "", Text64, IsText64);
        var local = ReadLocal(root.Section("Local"), clientId);
        var central = ReadCentral(root.Section("Central"), clientId);
        var token = central.Login.Kind == LoginKind.Token
            ? TokenReader.Read(root.Section("Token")) : TokenReader.ReadNone(root);
        var settings = new UplinkSettings(
            local, central, token, ReadCarriage(root), ReadState(root.Section("State")),
            ReadClock(root.Section("Clock")), LogReader.Read(root.Section("Log")));
        root.RefuseOthers();
        return settings;
    }

    /// <summary>The first line of a file that holds a secret; the error does not show it.</summary>
    public static string SecretIn(SettingsSection section, string key)
    {
        var path = section.Text(key, "", FileName, IsFileName);
        if (path.Length == 0) return "";
        try
        {
            var line = File.ReadLines(path).FirstOrDefault("").Trim();
            return line.Length > 0 ? line : throw section.Contradiction(key,
                $"the first line of '{path}' is empty");
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw section.Contradiction(key, $"'{path}' cannot be read: {wrong.Message}");
        }
    }

    /// <summary>A file that must be there; empty: none.</summary>
    public static string FileAt(SettingsSection section, string key)
    {
        var path = section.Text(key, "", FileName, IsFileName);
        if (path.Length > 0 && !File.Exists(path)) throw section.Contradiction(key,
            $"there is no file '{path}'");
        return path;
    }

    private static LocalSettings ReadLocal(SettingsSection section, string clientId)
    {
        var address = Address(section, "Address", section.Text("Address", "127.0.0.1:1883", LinkAddress.Form,
            static text => LinkAddress.TryParse(text, out _)));
        var local = new LocalSettings(
            address, section.Text("ClientId", clientId, Text64, IsText64),
            ReadLogin(section, clientId, hasToken: false), FileAt(section, "CA"),
            section.Whole("KeepAliveSeconds", 30, 5, 1_200));
        section.RefuseOthers();
        return local;
    }

    private static CentralSettings ReadCentral(SettingsSection section, string clientId)
    {
        var addresses = section.Texts("Addresses", LinkAddress.Form, static text =>
            LinkAddress.TryParse(text, out _));
        if (addresses.Count == 0) throw section.Missing("Addresses", "a list of addresses of the central");
        var central = new CentralSettings
        {
            Addresses = [.. addresses.Select(text => Address(section, "Addresses", text))],
            ClientId = section.Text("ClientId", clientId, Text64, IsText64),
            IsFive = section.Choice("Protocol", true, ("5.0", true), ("3.1.1", false)),
            Login = ReadLogin(section, clientId, hasToken: true),
            CaFile = FileAt(section, "CA"),
            CertificateFile = FileAt(section, "Certificate"),
            KeyFile = FileAt(section, "Key"),
            KeepAliveSeconds = section.Whole("KeepAliveSeconds", 30, 5, 1_200),
            BackoffMilliseconds = section.Whole("BackoffMilliseconds", 1_000, 10, 60_000),
            BackoffMillisecondsMax = section.Whole("BackoffMillisecondsMax", 60_000, 10, 3_600_000),
            SupersededSeconds = section.Whole("SupersededSeconds", 300, 1, 86_400),
            Filters = section.Texts("Filters", "a topic filter", IsFilter),
            PacketBytesMax = section.Whole("PacketBytesMax", MiB, 1_024, 256 * MiB),
        };
        if (central.CertificateFile.Length > 0 != central.KeyFile.Length > 0)
            throw section.Contradiction("Key", "Certificate and Key belong together");
        try
        {
            _ = TlsFiles.Authorities(central.CaFile);
            TlsFiles.Pair(central.CertificateFile, central.KeyFile)?.Dispose();
        }
        catch (LinkError wrong)
        {
            throw section.Contradiction("CA", wrong.Message);
        }
        section.RefuseOthers();
        return central;
    }

    private static LoginSettings ReadLogin(SettingsSection section, string clientId, bool hasToken)
    {
        var kind = hasToken
            ? section.Choice("Login", LoginKind.Token, ("token", LoginKind.Token),
                ("signature", LoginKind.Signature), ("password", LoginKind.Password),
                    ("none", LoginKind.None))
            : section.Choice("Login", LoginKind.None, ("none", LoginKind.None),
                ("signature", LoginKind.Signature), ("password", LoginKind.Password));
        var user = section.Text("User", "", Text64, static text => text.Length == 0 || IsText64(text));
        var secret = SecretIn(section, "SecretFile");
        if (kind is LoginKind.Signature or LoginKind.Password && (user.Length == 0 || secret.Length == 0))
            throw section.Contradiction("Login", "this login takes User and SecretFile");
        if (kind is LoginKind.None or LoginKind.Token && secret.Length > 0)
            throw section.Contradiction("SecretFile", "belongs to the logins signature and password");
        if (kind == LoginKind.Signature && !ClientIdName.TryParse(Encoding.UTF8.GetBytes(clientId), out _))
            throw section.Contradiction("Login", "signature takes a ClientId of the form GID_group@@@device");
        return new LoginSettings(kind, user, secret);
    }

    private static CarriageSettings ReadCarriage(SettingsSection root)
    {
        var window = root.Section("Window");
        var options = new BridgeOptions
        {
            WindowMax = window.Whole("MessagesMax", 2_048, 1, 60_000),
            WindowBytesMax = window.Whole("BytesMax", 16 * MiB, 1_024, 1_024 * MiB),
            Qos0BytesMax = window.Whole("Qos0BytesMax", MiB, 0, 1_024 * MiB),
            DownWindowMax = window.Whole("DownMessagesMax", 256, 1, 60_000),
            StallMilliseconds = window.Whole("StallSeconds", 30, 1, 3_600) * 1_000,
            TopicCharactersMax = root.Section("Topics").Whole("CharactersMax", 64, 1, 65_535),
        };
        window.RefuseOthers();
        var topics = root.Section("Topics");
        _ = topics.Has("CharactersMax");
        var up = topics.List("Up", Rule);
        var down = topics.List("Down", Rule);
        topics.RefuseOthers();
        if (TopicMap.Overlap(up, down) is var (one, other))
            throw topics.Contradiction("Down",
                $"'{other.From}' to '{other.To}' would bring back what Up sends from "
                + $"'{one.From}' to '{one.To}'");
        return new CarriageSettings(options, up, down);
    }

    private static TopicRule Rule(SettingsSection section) =>
        new(section.Text("From", "", Levels, IsLevels), section.Text("To", "", Levels, IsLevels));

    private static StateSettings ReadState(SettingsSection section)
    {
        var state = new StateSettings(
            section.Text("Directory", "", FileName, static text => text.Length > 0 && IsFileName(text)),
            section.Whole("RefusedBytesMax", 64L * MiB, 1_024, 1L << 40),
            section.Text("StatusFile", "", FileName, IsFileName));
        section.RefuseOthers();
        return state;
    }

    private static bool ReadClock(SettingsSection section)
    {
        var isTrusted = section.Choice("Trust", false, ("kernel", false), ("always", true));
        section.RefuseOthers();
        return isTrusted;
    }

    private static LinkAddress Address(SettingsSection section, string key, string text) =>
        LinkAddress.TryParse(text, out var address) ? address!
            : throw section.Wrong(key, text, LinkAddress.Form);

    private static bool IsText64(string text) => text.Length is > 0 and <= 64 && !text.Any(char.IsControl);

    private static bool IsFileName(string text) => text.IndexOf('\0') < 0;

    private static bool IsLevels(string text) =>
        !text.StartsWith('/') && !text.EndsWith('/') && text.IndexOfAny(['+', '#', '\0']) < 0
        && !text.StartsWith('$');

    private static bool IsFilter(string text) =>
        text.Length is > 0 and <= 65_535 && text.IndexOf('\0') < 0
        && text.Split('/') is var levels
        && levels.All(static level => level is "+" or "#" || level.IndexOfAny(['+', '#']) < 0)
        && !levels.SkipLast(1).Contains("#");
}
