using System.Text;
using LightMq.Broker.Settings;
using LightMq.Host.Configuration;
using LightMq.Lmq;
using LightMq.Mqtt;
using LightMq.Service.Configuration;

namespace LightMq.EdgeBroker.Configuration;

/// <summary>Reads under which LMQ names stock sensors go up to a bridge (LMQ-AUTH-5).</summary>
internal static class SensorReader
{
    private const string AnyFilter = "an MQTT topic filter that does not begin with $";

    private const string AnyTopic =
        "a topic of at most 64 characters with a name as its first level and no wildcard that its filter "
        + "lacks";

    public static SensorOptions Read(SettingsSection section)
    {
        var group = section.Text("Group", "", RegistryRules.GroupAllowed, RegistryRules.IsGroup);
        var rules = section.List("Topics", Rule);
        for (var i = 0; i < rules.Count; i++)
            for (var before = 0; before < i; before++)
                if (Overlap(rules[before].Filter, rules[i].Filter))
                    throw section.Contradiction($"Topics:{i}:Filter",
                        $"'{rules[i].Filter}' is not apart from '{rules[before].Filter}' of Topics:{before}: "
                        + "no topic may match two filters");
        section.RefuseOthers();
        return new SensorOptions(group, rules);
    }

    /// <summary>
    /// A group that LMQ clients have here would make two clients of one name at the other end.
    /// </summary>
    public static void RefuseRegistered(SettingsSection root, BrokerOptions options)
    {
        for (var i = 0; i < options.Bridges.Count; i++)
            if (options.Bridges[i].Sensors is { } sensors
                && options.Lmq.Groups.Any(group => group.Name == sensors.Group))
                throw root.Contradiction($"Bridges:{i}:Sensors:Group",
                    $"'{sensors.Group}' is not a group of its own: it is one of Lmq:Groups, whose clients "
                    + "could be taken for sensors");
    }

    private static SensorTopic Rule(SettingsSection section)
    {
        var filter = section.Text("Filter", "", AnyFilter,
            static text => Topics.IsValidFilter(Encoding.UTF8.GetBytes(text)) && text[0] != '$');
        return new SensorTopic(
            filter, section.Text("Topic", "", AnyTopic, text => IsTopic(text, filter.Split('/'))));
    }

    private static bool IsTopic(string text, string[] filter)
    {
        if (!Topics.IsValidFilter(Encoding.UTF8.GetBytes(text))) return false;
        if (text[0] is '$' or '+' or '#' or '/') return false;
        var levels = text.Split('/');
        if (CountAny(levels) > CountAny(filter)) return false;
        if (levels[^1] == "#" && filter[^1] != "#") return false;
        // What a wildcard matches may be empty.
        var shortest = string.Join('/', levels.Where(static level => level != "#")).Replace("+", "");
        return TopicNames.IsLengthAllowed(Encoding.UTF8.GetBytes(shortest));
    }

    private static int CountAny(string[] levels) => levels.Count(static level => level == "+");

    /// <summary>Whether a topic can match both filters.</summary>
    internal static bool Overlap(string one, string other)
    {
        var (a, b) = (one.Split('/'), other.Split('/'));
        for (var i = 0; ; i++)
        {
            // A # matches the level before it as well.
            if ((i < a.Length && a[i] == "#") || (i < b.Length && b[i] == "#")) return true;
            if (i == a.Length || i == b.Length) return a.Length == b.Length;
            if (a[i] != "+" && b[i] != "+" && a[i] != b[i]) return false;
        }
    }
}
