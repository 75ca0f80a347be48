using LightMq.Broker.Settings;
using LightMq.Service.Configuration;

namespace LightMq.Host.Configuration;

/// <summary>Reads the registry of lmq listeners, and how their tokens are verified.</summary>
public static class RegistryReader
{
    private const string AnyFile = "a file name";

    /// <summary>The registry as the configuration has it: the base of what the admin API changes.</summary>
    public static LmqRegistry Read(SettingsSection section)
    {
        var registry = new LmqRegistry(
            section.List("AccessKeys", Key),
            section.Mixed("Groups", RegistryRules.GroupAllowed, RegistryRules.IsGroup,
                static name => new LmqGroup(name), Group),
            section.Mixed("Topics", RegistryRules.TopicAllowed, RegistryRules.IsTopic,
                static name => new ParentTopic(name), Topic));
        RefuseTwice(section, "AccessKeys", registry.AccessKeys.Select(static key => key.Key));
        RefuseTwice(section, "Groups", registry.Groups.Select(static group => group.Name));
        RefuseTwice(section, "Topics", registry.ParentTopics.Select(static topic => topic.Name));
        return registry;
    }

    /// <summary>How tokens are verified; no key file: there are none.</summary>
    public static TokenSettings Tokens(SettingsSection section)
    {
        var tokens = new TokenSettings(
            section.KeyOf("KeyFiles"),
            section.Texts("KeyFiles", AnyFile, static text => text.Length > 0 && text.IndexOf('\0') < 0),
            section.Text("RevocationUrl", "", "an http or https URL", IsUrl),
            section.Whole("WaitSecondsMax", 30, 1, 3_600));
        if (tokens.KeyFiles.Count == 0 && tokens.RevocationUrl.Length > 0)
            throw section.Missing("KeyFiles",
                "files of public keys: RevocationUrl is of no use where no token can be verified");
        section.RefuseOthers();
        return tokens;
    }

    /// <summary>Without these nobody could log in or publish, and nobody could change that.</summary>
    public static void Need(LmqRegistry registry, bool hasTokens, bool hasAdmin)
    {
        const string Help = "is empty, but a listener of dialect lmq needs it; set it, or take dialect plain";
        if (hasAdmin) return;
        if (registry.AccessKeys.Count == 0 && !hasTokens)
            throw new ConfigurationError("Lmq:AccessKeys", Help);
        if (registry.Groups.Count == 0) throw new ConfigurationError("Lmq:Groups", Help);
        if (registry.ParentTopics.Count == 0) throw new ConfigurationError("Lmq:Topics", Help);
    }

    private static AccessKey Key(SettingsSection section)
    {
        var key = section.Text("Key", "", RegistryRules.KeyAllowed, RegistryRules.IsKey);
        var secret = section.Secret("Secret", RegistryRules.SecretAllowed, RegistryRules.IsSecret);
        var isNamed = section.Has("Groups");
        var groups = section.Texts("Groups", RegistryRules.GroupAllowed, RegistryRules.IsGroup);
        return new AccessKey(key, secret, isNamed ? groups : null);
    }

    private static LmqGroup Group(SettingsSection section)
    {
        var name = section.Text("Name", "", RegistryRules.GroupAllowed, RegistryRules.IsGroup);
        var isNamed = section.Has("Grants");
        var grants = section.List("Grants", Grant);
        return new LmqGroup(name, isNamed ? grants : null);
    }

    /// <summary>What may be done under a parent topic.</summary>
    public static TopicGrant Grant(SettingsSection section)
    {
        var topic = section.Text("Topic", "", RegistryRules.TopicAllowed, RegistryRules.IsTopic);
        var access = section.Text("Access", "", RegistryRules.AccessAllowed,
            static word => RegistryRules.TryAccess(word, out _, out _));
        _ = RegistryRules.TryAccess(access, out var read, out var write);
        return new TopicGrant(topic, read, write);
    }

    private static ParentTopic Topic(SettingsSection section)
    {
        var name = section.Text("Name", "", RegistryRules.TopicAllowed, RegistryRules.IsTopic);
        var word = section.Text("Type", RegistryRules.WordOf(TopicType.Normal), RegistryRules.TypeAllowed,
            static word => RegistryRules.TryType(word, out _));
        _ = RegistryRules.TryType(word, out var type);
        return new ParentTopic(name, type, section.Switch("Spread", false));
    }

    private static void RefuseTwice(SettingsSection section, string key, IEnumerable<string> names)
    {
        var twice = names.GroupBy(static name => name).FirstOrDefault(static same => same.Count() > 1);
        if (twice is not null) throw section.Wrong(key, twice.Key, "unique: the name is there twice");
    }

    private static bool IsUrl(string text) => text.Length == 0
        || (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            && url.Query.Length == 0 && url.UserInfo.Length == 0);
}
