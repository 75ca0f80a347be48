using System.Text;
using LightMq.Broker.Settings;
using LightMq.EdgeBroker.Passwords;
using LightMq.Lmq;
using LightMq.Mqtt;

namespace LightMq.EdgeBroker.Configuration;

/// <summary>Reads who may do what: local users, the LMQ registry, bridge sessions.</summary>
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

    public static LmqRegistry Registry(SettingsSection section)
    {
        var registry = new LmqRegistry(
            section.List("AccessKeys", AccessKey),
            section.Texts("Groups", "GID_ and letters or digits, 7 to 32 characters (LMQ-ID-2)",
                static text => ClientIdName.IsGroupWellFormed(Encoding.UTF8.GetBytes(text))),
            section.Texts("Topics", "one topic level without wildcards, at most 64 characters (LMQ-ID-3)",
                static text => text.Length <= 64 && !text.Contains('/') && !text.StartsWith('$')
                    && Topics.IsValidName(Encoding.UTF8.GetBytes(text))));
        section.RefuseOthers();
        return registry;
    }

    /// <summary>Without these nobody could log in or publish.</summary>
    public static void NeedRegistry(LmqRegistry registry)
    {
        const string Help = "is empty, but a listener of dialect lmq needs it; set it, or take dialect plain";
        if (registry.AccessKeys.Count == 0) throw new ConfigurationError("Lmq:AccessKeys", Help);
        if (registry.Groups.Count == 0) throw new ConfigurationError("Lmq:Groups", Help);
        if (registry.ParentTopics.Count == 0) throw new ConfigurationError("Lmq:Topics", Help);
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

    private static AccessKey AccessKey(SettingsSection section) => new(
        section.Text("Key", "", AnyText, IsShortText),
        section.Secret(
            "Secret", "a text of 1 to 256 characters", static text => text.Length is > 0 and <= 256));

    private static BridgeOptions Bridge(SettingsSection section)
    {
        var clientId = section.Text("ClientId", "", AnyText, IsShortText);
        var filters = section.Texts("Filters", AnyFilter, IsFilter);
        if (filters.Count == 0) throw section.Wrong("Filters", "", "a list of at least one topic filter");
        var user = section.Text("User", "", "a user name or access key", static text => text.Length <= 64);
        return new BridgeOptions(clientId, filters, user.Length == 0 ? null : user);
    }

    private static bool IsShortText(string text) =>
        text.Length is > 0 and <= 64 && text.All(static letter => letter is > ' ' and < (char)127);

    private static bool IsFilter(string text) => Topics.IsValidFilter(Encoding.UTF8.GetBytes(text));
}
