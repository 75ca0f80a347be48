using System.Text.Json.Nodes;
using LightMq.Cli.Settings;

namespace LightMq.Cli.Files;

/// <summary>All files that settings make, in the order in which they are written.</summary>
internal static class BoxFiles
{
    /// <summary>What the other commands of <c>lightmq</c> know of the box.</summary>
    public const string BoxPath = "/etc/lightmq/box.json";

    /// <summary>Who may log in by ssh; not there: nobody, and ssh is not started.</summary>
    public const string SshKeysPath = "/etc/ssh/authorized_keys.d/root";

    /// <summary>Makes them.</summary>
    public static IReadOnlyList<BoxFile> Make(BoxSettings settings, LocalUsers local) =>
    [
        .. local.Files,
        .. NetworkFiles.Make(settings),
        .. Keeping(settings),
        BrokerFile.Make(settings, local),
        .. UplinkFiles.Make(settings),
        AgentFile.Make(settings),
        Box(settings),
    ];

    private static IEnumerable<BoxFile> Keeping(BoxSettings settings)
    {
        yield return new BoxFile("/etc/localtime", "/usr/share/zoneinfo/" + settings.TimeZone) { IsLink = true };
        yield return new BoxFile("/etc/timezone", settings.TimeZone + "\n");
        if (settings.TimeServers.Count > 0)
            yield return new BoxFile("/etc/systemd/timesyncd.conf.d/lightmq.conf",
                $"[Time]\nNTP={string.Join(' ', settings.TimeServers)}\n");
        if (settings.SshKeys.Count > 0)
            yield return new BoxFile(SshKeysPath, string.Join('\n', settings.SshKeys) + "\n", Readers.Root);
        if (settings.AdminPassword.Length > 0)
            yield return new BoxFile(
                LocalUsers.PathOf("admin-password-hash"), settings.AdminPassword + "\n", Readers.Services);
    }

    private static BoxFile Box(BoxSettings settings)
    {
        var listeners = new JsonArray();
        foreach (var listener in settings.Listeners)
        {
            var text = $"{listener.Transport}:{listener.Port} {(listener.IsLmq ? "lmq" : "plain")}"
                + (settings.IsAnonymous && !listener.IsLmq ? " anonymous" : "");
            listeners.Add((JsonNode)text);
        }
        return new BoxFile(BoxPath, JsonText.Of(new JsonObject
        {
            ["hostName"] = settings.HostName,
            ["clientId"] = settings.ClientId,
            ["listeners"] = listeners,
            ["ssh"] = settings.SshKeys.Count > 0,
            ["updateWindow"] = settings.UpdateWindow,
            ["trustedClock"] = settings.IsClockTrusted,
        }), Readers.Services);
    }
}
