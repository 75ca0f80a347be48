using System.Text.Json.Nodes;
using LightMq.Cli.Settings;

namespace LightMq.Cli.Files;

/// <summary>
/// The agent's configuration, <c>agent.json</c>: where its broker is and how it logs in. Sensors and all else
/// are an engineer's, and stay as they are.
/// </summary>
internal static class AgentFile
{
    /// <summary>Where it is.</summary>
    public const string Path = "/etc/lightmq/agent.json";

    /// <summary>Makes it.</summary>
    public static BoxFile Make(BoxSettings settings)
    {
        var ours = Ours(settings);
        return new BoxFile(Path, JsonText.Origin + JsonText.Of(ours), Readers.Services)
        {
            Merge = there => JsonText.Read(there) is { } json ? Put(json, Ours(settings)) : null,
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
    };

    // A name of the gateway's group, so that what it sends goes up as an LMQ client's.
    private static string ClientId(BoxSettings settings) =>
        settings.ClientId.Length is > 0 and <= 58 ? settings.ClientId + "-agent"
            : settings.ClientId.Length > 0 ? settings.ClientId[..58] + "-agent" : settings.HostName + "-agent";

    private static string Put(JsonObject there, JsonObject ours)
    {
        foreach (var (key, value) in ours)
            if (value is JsonObject section && there[key] is JsonObject into)
                foreach (var (name, inner) in section) into[name] = inner?.DeepClone();
            else there[key] = value?.DeepClone();
        return JsonText.Of(there);
    }
}
