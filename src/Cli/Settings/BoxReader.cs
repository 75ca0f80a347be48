using System.Text;
using LightMq.Cli.Sheet;
using LightMq.Lmq;

namespace LightMq.Cli.Settings;

/// <summary>
/// Makes settings of a sheet. All mistakes are found in one go, so that a person carries the card once.
/// </summary>
internal static class BoxReader
{
    private const string HostNameForm = "a name of letters, digits and hyphens, at most 63";
    private const string GroupForm = "GID_ and letters or digits, 7 to 32 characters, as GID_plant";

    /// <summary>Reads a sheet with all its secrets; only to be used if no mistake was added.</summary>
    /// <param name="sheet">The sheet; certificates are in it as text.</param>
    /// <param name="zones">Folder of the database of time zones; any name goes where it does not exist.</param>
    /// <param name="mistakes">Where mistakes go.</param>
    public static BoxSettings Read(SettingsSheet sheet, string zones, List<Mistake> mistakes)
    {
        var facts = new SheetFacts(sheet, mistakes);
        var settings = new BoxSettings
        {
            Group = facts.Text("group", GroupForm,
                static text => ClientIdName.IsGroupWellFormed(Encoding.UTF8.GetBytes(text))),
            AccessKey = facts.Text("access-key", "a key of 1 to 64 visible characters", IsVisible),
            SecretKey = facts.Text("secret-key", "a key of 1 to 256 characters",
                static text => text.Length <= 256),
            Network = NetworkReader.Read(facts),
        };
        settings = ReadNames(facts, settings);
        settings = settings with { Central = CentralReader.Read(facts, settings) };
        if (!facts.Has("central")) CentralReader.RefuseWithout(facts);
        settings = ListenerReader.Read(facts, settings);
        settings = SensorReader.Read(facts, settings);
        if (facts.Has("secret-key") && !facts.Has("access-key"))
            facts.Wrong(facts.LineOf("secret-key"), "secret-key belongs to an access-key, which is missing");
        return KeepingReader.Read(facts, settings, zones);
    }

    /// <summary>Visible ASCII, 1 to 64 characters.</summary>
    public static bool IsVisible(string text) =>
        text.Length is > 0 and <= 64 && text.All(static letter => letter is > ' ' and < (char)127);

    /// <summary>Whether a text may be a host's name without a domain.</summary>
    public static bool IsHostName(string text) =>
        text.Length is > 0 and <= 63 && text[0] != '-' && text[^1] != '-'
        && text.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter == '-');

    private static BoxSettings ReadNames(SheetFacts facts, BoxSettings settings)
    {
        var host = facts.Text("hostname", HostNameForm, IsHostName).ToLowerInvariant();
        var device = facts.Text("device", "a name of visible characters without spaces and without @@@",
            text => IsVisible(text) && ClientIdName.TryParse(Encoding.UTF8.GetBytes("GID_abc@@@" + text), out _));
        if (device.Length == 0 && !facts.Has("device")) device = host;
        if (host.Length == 0 && IsHostName(device)) host = device.ToLowerInvariant();
        settings = settings with { Device = device, HostName = host.Length > 0 ? host : "lightmq" };
        if (settings.ClientId.Length > 0
            && !ClientIdName.TryParse(Encoding.UTF8.GetBytes(settings.ClientId), out _))
            facts.Wrong(facts.LineOf("device"), $"device: the gateway's name would be '{settings.ClientId}', which "
                + $"has more than {ClientIdName.CharactersMax} characters; take a shorter one");
        return settings;
    }
}
