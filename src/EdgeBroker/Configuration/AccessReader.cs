using System.Text;
using LightMq.Broker.Settings;
using LightMq.EdgeBroker.Passwords;
using LightMq.Mqtt;

namespace LightMq.EdgeBroker.Configuration;

/// <summary>Reads who may do what: local users, bridge sessions.</summary>
internal static class AccessReader
{
    private const string AnyText = "a text of 1 to 64 visible characters";
    private const string AnyFilter = "an MQTT topic filter";

    public static List<LocalUser> Users(SettingsSection root)
    {
        var users = root.List("Users", User);
        var twice = users.GroupBy(static user => user.Name).FirstOrDefault(static group => group.Count() > 1);
        if (twice is not null)
            throw root.Wrong("Users", twice.Key, "unique: the name is there twice");
        return users;
    }

    public static List<BridgeOptions> Bridges(SettingsSection root)
    {
        var bridges = root.List("Bridges", Bridge);
        var twice = bridges.GroupBy(static bridge => bridge.ClientId)
            .FirstOrDefault(static group => group.Count() > 1);
        if (twice is not null)
            throw root.Wrong("Bridges", twice.Key, "unique: the client id is there twice");
        return bridges;
    }

    private static LocalUser User(SettingsSection section)
    {
        var name = section.Text("Name", "", AnyText, IsShortText);
        var hash = section.Secret(
            "PasswordHash", PasswordText.Form, static text => PasswordText.TryParse(text, out _));
        _ = PasswordText.TryParse(hash, out var password);
        return new LocalUser(name, password!, section.List("Rules", Rule));
    }

    private static TopicRule Rule(SettingsSection section)
    {
        var filter = section.Text("Filter", "", AnyFilter, IsFilter);
        var (read, write) = section.Choice("Access", (false, false),
            ("read", (true, false)), ("write", (false, true)), ("readwrite", (true, true)));
        if (!read && !write) throw section.Wrong("Access", "", "one of read, write, readwrite");
        return new TopicRule(filter, read, write);
    }

    private static BridgeOptions Bridge(SettingsSection section)
    {
        var clientId = section.Text("ClientId", "", AnyText, IsShortText);
        var filters = section.Texts("Filters", AnyFilter, IsFilter);
        if (filters.Count == 0) throw section.Wrong("Filters", "", "a list of at least one topic filter");
        var user = section.Text("User", "", "a user name or access key", static text => text.Length <= 64);
        var sensors = section.Has("Sensors") ? SensorReader.Read(section.Section("Sensors")) : null;
        return new BridgeOptions(clientId, filters, user.Length == 0 ? null : user, sensors);
    }

    private static bool IsShortText(string text) =>
        text.Length is > 0 and <= 64 && text.All(static letter => letter is > ' ' and < (char)127);

    private static bool IsFilter(string text) => Topics.IsValidFilter(Encoding.UTF8.GetBytes(text));
}
