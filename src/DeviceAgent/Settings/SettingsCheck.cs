using LightMq.Service.Configuration;

namespace LightMq.DeviceAgent.Settings;

/// <summary>What can only be seen of all settings together.</summary>
internal static class SettingsCheck
{
    private const int ItemsMax = 64;

    /// <summary>Characters of a topic on lmq listeners (LMQ-ID-3).</summary>
    private const int LmqTopicCharactersMax = 64;

    /// <exception cref="ConfigurationError">Something is there twice, or too much of it, or too long.
    /// </exception>
    public static void Whole(SettingsSection root, AgentSettings settings)
    {
        if (settings.Sensors.Count > ItemsMax)
            throw root.Contradiction("Sensors", $"at most {ItemsMax} are taken");
        if (settings.Outputs.Count > ItemsMax)
            throw root.Contradiction("Outputs", $"at most {ItemsMax} are taken");
        if (Twice(settings.Sensors.Select(static sensor => sensor.Name)) is { } sensor)
            throw root.Contradiction("Sensors", $"'{sensor}' is there twice");
        if (Twice(settings.Outputs.Select(static output => output.Name)) is { } output)
            throw root.Contradiction("Outputs", $"'{output}' is there twice");
        if (Twice(Lines(settings).Select(static line => $"line {line.Line} of chip {line.Chip}")) is { } line)
            throw root.Contradiction("Outputs", $"{line} is used twice");
        if (settings.Board.UplinkFile.Length == 0
            && settings.Outputs.Any(static one => one.Contact == ContactKind.Central))
            throw root.Contradiction("Outputs", "Contact central takes Board:UplinkFile");
        var topics = Topics(settings).ToList();
        if (topics.Contains(settings.Commands.Topic))
            throw root.Contradiction("Commands", "Topic is one that the agent publishes to");
        if (settings.Broker.Login == LoginKind.Signature
            && topics.Append(settings.Commands.Topic).MaxBy(static topic => topic.Length) is
            { Length: > LmqTopicCharactersMax } longest)
            throw root.Contradiction("BaseTopic",
                $"'{longest}' has more than {LmqTopicCharactersMax} characters: an lmq listener refuses it");
    }

    private static IEnumerable<string> Topics(AgentSettings settings) =>
        settings.Sensors.Select(static sensor => sensor.Publish.Topic)
            .Concat(settings.Outputs.Select(static output => output.Topic))
            .Concat([settings.Commands.ResultTopic, settings.Board.Topic, settings.BaseTopic + "/event"]);

    private static IEnumerable<LineSettings> Lines(AgentSettings settings)
    {
        foreach (var sensor in settings.Sensors)
            if (sensor.Line is { } line) yield return line;
        foreach (var output in settings.Outputs) yield return output.Line;
        foreach (var led in settings.Leds)
            if (led.Line is { } line) yield return line;
        if (settings.Button is { } button) yield return button.Line;
    }

    private static string? Twice(IEnumerable<string> names) =>
        names.GroupBy(static name => name, StringComparer.Ordinal)
            .FirstOrDefault(static group => group.Count() > 1)?.Key;
}
