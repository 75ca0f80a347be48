using System.Text;
using LightMq.Broker.Settings;
using LightMq.Host.Passwords;
using LightMq.Mqtt;
using LightMq.Service.Configuration;

namespace LightMq.Host.Configuration;

/// <summary>Reads who may do what: local users.</summary>
public static class AccessReader
{
    /// <summary>What <see cref="IsShortText"/> takes, for messages.</summary>
    public const string AnyText = "a text of 1 to 64 visible characters";
    /// <summary>What <see cref="IsFilter"/> takes, for messages.</summary>
    public const string AnyFilter = "an MQTT topic filter";

    /// <summary>Local users.</summary>
    public static List<LocalUser> Users(SettingsSection root)
    {
        var users = root.List("Users", User);
        var twice = users.GroupBy(static user => user.Name).FirstOrDefault(static group => group.Count() > 1);
        if (twice is not null)
            throw root.Wrong("Users", twice.Key, "unique: the name is there twice");
        return users;
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

    /// <summary>Whether a text may be a name or a client id.</summary>
    public static bool IsShortText(string text) =>
        text.Length is > 0 and <= 64 && text.All(static letter => letter is > ' ' and < (char)127);

    /// <summary>Whether a text is a filter.</summary>
    public static bool IsFilter(string text) => Topics.IsValidFilter(Encoding.UTF8.GetBytes(text));
}
