using System.Text;
using LightMq.Lmq;

namespace LightMq.Cli.Settings;

/// <summary>Reads under which names stock sensors go up (LMQ-AUTH-5).</summary>
internal static class SensorReader
{
    private const string TopicForm = "a filter, an arrow and the name above, as tele/+/SENSOR -> plant/tele/+";

    private static readonly string[] Arrows = ["->", "→", "=>"];

    /// <summary>Reads it.</summary>
    public static BoxSettings Read(SheetFacts facts, BoxSettings settings)
    {
        var group = facts.Text("sensors-group", "GID_ and letters or digits, 7 to 32 characters, as GID_sensors",
            static text => ClientIdName.IsGroupWellFormed(Encoding.UTF8.GetBytes(text)));
        var topics = facts.Items("sensors-topic");
        var pairs = new List<(string Filter, string Topic)>();
        foreach (var item in topics)
        {
            var parts = item.Text.Split(Arrows, 2, StringSplitOptions.TrimEntries);
            if (parts.Length < 2 || !ListenerReader.IsFilter(parts[0]) || parts[0][0] == '$'
                || !IsTopic(parts[1], parts[0].Split('/')))
                facts.Wrong(item.Line, $"sensors-topic: '{item.Text}' is not {TopicForm}; the name above has at "
                    + "most 64 characters and no + or # that the filter lacks");
            else if (pairs.Find(pair => Overlap(pair.Filter, parts[0])).Filter is { } other)
                facts.Wrong(item.Line, $"sensors-topic: '{parts[0]}' is not apart from '{other}': a topic could "
                    + "match both; make one of them narrower");
            else pairs.Add((parts[0], parts[1]));
        }
        if (group.Length > 0 && settings.Central is null)
            facts.Wrong(facts.LineOf("sensors-group"),
                "sensors-group is of no use without a line central = ADDRESS; add that, or leave this out");
        if (topics.Count > 0) facts.Missing("sensors-group",
            "with sensors-topic it names sensors above; take a group that nothing else has", "GID_sensors");
        if (group.Length > 0 && settings.LmqGroups.Contains(group))
            facts.Wrong(facts.LineOf("sensors-group"), $"sensors-group: '{group}' is a group of LMQ clients too, "
                + "which could be taken for sensors; take one that nothing else has");
        return settings with { SensorsGroup = group, SensorTopics = pairs };
    }

    private static bool IsTopic(string text, string[] filter)
    {
        if (!ListenerReader.IsFilter(text) || text[0] is '$' or '+' or '#' or '/') return false;
        var levels = text.Split('/');
        if (levels.Count(static level => level == "+") > filter.Count(static level => level == "+")) return false;
        if (levels[^1] == "#" && filter[^1] != "#") return false;
        var shortest = string.Join('/', levels.Where(static level => level != "#")).Replace("+", "");
        return TopicNames.IsLengthAllowed(Encoding.UTF8.GetBytes(shortest));
    }

    // Whether a topic can match both filters, as the broker judges it.
    private static bool Overlap(string one, string other)
    {
        var (a, b) = (one.Split('/'), other.Split('/'));
        for (var i = 0; ; i++)
        {
            if ((i < a.Length && a[i] == "#") || (i < b.Length && b[i] == "#")) return true;
            if (i == a.Length || i == b.Length) return a.Length == b.Length;
            if (a[i] != "+" && b[i] != "+" && a[i] != b[i]) return false;
        }
    }
}
