using System.Text;
using LightMq.Lmq;
using LightMq.Service.Configuration;

namespace LightMq.Uplink.Settings;

/// <summary>Reads where tokens come from.</summary>
internal static class TokenReader
{
    private const int DaySeconds = 86_400;

    /// <summary>Another login needs none.</summary>
    public static TokenSettings? ReadNone(SettingsSection root) =>
        root.Has("Token") ? throw root.Contradiction("Token", "belongs to the login token of Central") : null;

    /// <summary>Reads the section.</summary>
    public static TokenSettings Read(SettingsSection section)
    {
        if (!section.Has("Source")) throw section.Missing("Source", "one of auth-server, app-server, file");
        var token = new TokenSettings
        {
            Source = section.Choice("Source", TokenSourceKind.File,
                ("auth-server", TokenSourceKind.AuthServer),
                ("app-server", TokenSourceKind.AppServer), ("file", TokenSourceKind.File)),
            File = section.Text("File", "", "a file name", static text => text.IndexOf('\0') < 0),
            Url = Url(section),
            CaFile = SettingsReader.FileAt(section, "CA"),
            AccessKey = section.Text("AccessKey", "", "an access key", static text => text.Length <= 64),
            SecretKey = SettingsReader.SecretIn(section, "SecretFile"),
            Actions = section.Choice("Actions", TokenActions.ReadWrite, ("RW", TokenActions.ReadWrite),
                ("W", TokenActions.Write)),
            Resources = string.Join(',', section.Texts("Resources",
                "a topic or filter of 64 characters at most",
                static text => TokenResource.IsWellFormed(Encoding.UTF8.GetBytes(text)))),
            LifeSeconds = section.Whole("LifeSeconds", DaySeconds, 61, 365 * DaySeconds),
            EnrolmentCodeFile =
                section.Text("EnrolmentCodeFile", "", "a file name", static text => text.IndexOf('\0') < 0),
        };
        section.RefuseOthers();
        var missing = token.Source switch
        {
            TokenSourceKind.File when token.File.Length == 0 => "File",
            TokenSourceKind.AuthServer or TokenSourceKind.AppServer when token.Url is null => "Url",
            TokenSourceKind.AuthServer when token.AccessKey.Length == 0 => "AccessKey",
            TokenSourceKind.AuthServer when token.SecretKey.Length == 0 => "SecretFile",
            TokenSourceKind.AuthServer when token.Resources.Length == 0 => "Resources",
            _ => null,
        };
        return missing is null ? token
            : throw section.Contradiction(missing, "is missing; this source of tokens takes it");
    }

    private static Uri? Url(SettingsSection section)
    {
        var text = section.Text("Url", "", "an http or https URL", static text => text.Length == 0
            || (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"));
        return text.Length == 0 ? null : new Uri(text);
    }
}
