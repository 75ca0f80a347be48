using System.Text.Json.Nodes;
using LightMq.Cli.Settings;
using LightMq.Lmq;

namespace LightMq.Cli.Files;

/// <summary>
/// The agent's configuration, <c>agent.json</c>: where its broker is and how it logs in. Sensors and all else
/// are an engineer's, and stay as they are.
/// </summary>
internal static class AgentFile
{
    /// <summary>Where it is.</summary>
    public const string Path = "/etc/lightmq/agent.json";

    // With the agent's own levels behind it a topic has at most 64 characters.
    private const int BaseTopicMax = 32;

    /// <summary>Makes it.</summary>
    public static BoxFile Make(BoxSettings settings)
    {
        var (ours, topic) = (Ours(settings), BaseTopic(settings));
        return new BoxFile(Path, JsonText.Origin + Put([], ours, topic), Readers.Services)
        {
            Merge = (there, out complaint) =>
                JsonText.Read(there, out complaint) is { } agent ? Put(agent, ours, topic) : null,
        };
    }

    private static JsonObject Ours(BoxSettings settings) => new()
    {
        ["ClientId"] = ClientId(settings),
        ["Broker"] = new JsonObject
        {
            ["Address"] = $"127.0.0.1:{ListenerReader.LocalPort}",
            ["Login"] = "password",
            ["User"] = LocalUsers.AgentName,
            ["SecretFile"] = LocalUsers.PathOf("agent-password"),
        },
        ["Clock"] = new JsonObject { ["Trust"] = settings.IsClockTrusted ? "always" : "kernel" },
    };

    // A name of the gateway's group, so that what it sends goes up as an LMQ client's.
    private static string ClientId(BoxSettings settings)
    {
        const string End = "-agent";
        var name = settings.ClientId.Length > 0 ? settings.ClientId : settings.HostName;
        return name[..Math.Min(name.Length, ClientIdName.CharactersMax - End.Length)] + End;
    }

    // Under a first level that goes up with all that is in it.
    private static string? BaseTopic(BoxSettings settings)
    {
        var level = settings.Central?.Upward.Select(static filter => filter.Split('/'))
            .FirstOrDefault(static levels => levels is [not ("+" or "#" or ""), "#"])?[0];
        var topic = $"{level}/{settings.HostName}";
        return level is not null && topic.Length <= BaseTopicMax ? topic : null;
    }

    // Topics that are there are an engineer's.
    private static string Put(JsonObject there, JsonObject ours, string? topic)
    {
        foreach (var (key, value) in ours)
            if (value is JsonObject section && there[key] is JsonObject into)
                foreach (var (name, inner) in section) into[name] = inner?.DeepClone();
            else there[key] = value?.DeepClone();
        if (topic is not null && !there.ContainsKey("BaseTopic")) there["BaseTopic"] = topic;
        return JsonText.Of(there);
    }
}
