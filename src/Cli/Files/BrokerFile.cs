using System.Text.Json.Nodes;
using LightMq.Cli.Settings;
using LightMq.Cli.Sheet;

namespace LightMq.Cli.Files;

/// <summary>The broker's configuration, <c>lightmq.json</c>.</summary>
internal static class BrokerFile
{
    /// <summary>Where it is.</summary>
    public const string Path = "/etc/lightmq/lightmq.json";

    /// <summary>Makes it.</summary>
    public static BoxFile Make(BoxSettings settings, LocalUsers local)
    {
        var json = new JsonObject
        {
            ["Listeners"] = Listeners(settings),
            ["Queues"] = new JsonObject { ["WhenDiskFull"] = settings.FullDisk },
            ["Users"] = Users(settings, local),
            ["Admin"] = new JsonObject { ["Socket"] = "/run/lightmq-edgebroker/admin.sock" },
            ["Clock"] = new JsonObject { ["Trust"] = settings.IsClockTrusted ? "always" : "kernel" },
        };
        if (settings.LmqGroups.Count > 0) json["Lmq"] = Lmq(settings);
        if (settings.Central is not null) json["Bridges"] = Bridges(settings);
        return new BoxFile(Path, JsonText.Origin + JsonText.Of(json), Readers.Services);
    }

    private static JsonArray Listeners(BoxSettings settings)
    {
        var list = new JsonArray
        {
            (JsonNode)new JsonObject
            {
                ["Name"] = "local",
                ["Address"] = $"127.0.0.1:{ListenerReader.LocalPort}",
                ["Dialect"] = "plain",
            },
        };
        foreach (var listener in settings.Listeners)
        {
            var json = new JsonObject
            {
                ["Name"] = $"{listener.Transport}-{listener.Port}",
                // IPv4 comes in here too, and no address of the box is left out.
                ["Address"] = $"{listener.Transport}://[::]:{listener.Port}",
                ["Dialect"] = listener.IsLmq ? "lmq" : "plain",
            };
            if (settings.IsAnonymous && !listener.IsLmq)
            {
                json["Anonymous"] = true;
                json["AllowAnonymousFromNetwork"] = true;
            }
            list.Add((JsonNode)json);
        }
        return list;
    }

    private static JsonArray Users(BoxSettings settings, LocalUsers local)
    {
        var list = new JsonArray
        {
            (JsonNode)User(LocalUsers.UplinkName, PasswordHash.OfRandom(local.Uplink), [("#", "readwrite")]),
            (JsonNode)User(LocalUsers.AgentName, PasswordHash.OfRandom(local.Agent), [("#", "readwrite")]),
            (JsonNode)User(LocalUsers.HealthName, PasswordHash.OfRandom(local.Health), []),
        };
        foreach (var user in settings.Users) list.Add((JsonNode)User(user.Name, user.Hash, user.Rules));
        return list;
    }

    private static JsonObject User(
        string name, string hash, IReadOnlyList<(string Filter, string Access)> rules)
    {
        var list = new JsonArray();
        foreach (var (filter, access) in rules)
            list.Add((JsonNode)new JsonObject { ["Filter"] = filter, ["Access"] = access });
        return new JsonObject { ["Name"] = name, ["PasswordHash"] = hash, ["Rules"] = list };
    }

    private static JsonObject Lmq(BoxSettings settings) => new()
    {
        ["AccessKeys"] = new JsonArray
        {
            (JsonNode)new JsonObject { ["Key"] = settings.AccessKey, ["Secret"] = settings.SecretKey },
        },
        ["Groups"] = JsonText.List(settings.LmqGroups),
        ["Topics"] = JsonText.List(settings.LmqTopics),
    };

    private static JsonArray Bridges(BoxSettings settings)
    {
        var bridge = new JsonObject
        {
            ["ClientId"] = settings.ClientId,
            ["Filters"] = JsonText.List(settings.Central!.Upward),
            ["User"] = LocalUsers.UplinkName,
        };
        if (settings.SensorsGroup.Length > 0)
        {
            var topics = new JsonArray();
            foreach (var (filter, topic) in settings.SensorTopics)
                topics.Add((JsonNode)new JsonObject { ["Filter"] = filter, ["Topic"] = topic });
            bridge["Sensors"] = new JsonObject { ["Group"] = settings.SensorsGroup, ["Topics"] = topics };
        }
        return [(JsonNode)bridge];
    }
}
