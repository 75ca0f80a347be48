using System.Text.Json.Nodes;
using LightMq.Cli.Settings;

namespace LightMq.Cli.Files;

/// <summary>The uplink's configuration, <c>uplink.json</c>, and the secrets and certificates beside it.</summary>
internal static class UplinkFiles
{
    /// <summary>Where it is; not there: nothing is above, and the uplink is not started.</summary>
    public const string Path = "/etc/lightmq/uplink.json";

    private const string CentralAuthority = "/etc/lightmq/tls/central-ca.pem";
    private const string ServerAuthority = "/etc/lightmq/tls/server-ca.pem";

    /// <summary>Makes them; the configuration last, for it names the others.</summary>
    public static IEnumerable<BoxFile> Make(BoxSettings settings)
    {
        if (settings.Central is not { } central) yield break;
        if (central.Authority.Length > 0) yield return new BoxFile(CentralAuthority, central.Authority);
        if (central.ServerAuthority.Length > 0) yield return new BoxFile(ServerAuthority, central.ServerAuthority);
        if (settings.SecretKey.Length > 0)
            yield return new BoxFile(LocalUsers.PathOf("secret-key"), settings.SecretKey + "\n", Readers.Services);
        if (central.EnrolmentCode.Length > 0)
            yield return new BoxFile(
                LocalUsers.PathOf("enrolment-code"), central.EnrolmentCode + "\n", Readers.Services);
        var json = new JsonObject
        {
            ["ClientId"] = settings.ClientId,
            ["Local"] = new JsonObject
            {
                ["Address"] = $"127.0.0.1:{ListenerReader.LocalPort}",
                ["Login"] = "password",
                ["User"] = LocalUsers.UplinkName,
                ["SecretFile"] = LocalUsers.PathOf("uplink-password"),
            },
            ["Central"] = Central(settings, central),
            ["Clock"] = new JsonObject { ["Trust"] = settings.IsClockTrusted ? "always" : "kernel" },
        };
        if (central.Login != CentralLogin.Signature) json["Token"] = Token(settings, central);
        yield return new BoxFile(Path, JsonText.Origin + JsonText.Of(json), Readers.Services);
    }

    private static JsonObject Central(BoxSettings settings, CentralWish central)
    {
        var json = new JsonObject { ["Addresses"] = JsonText.List(central.Addresses) };
        if (central.Login == CentralLogin.Signature)
        {
            json["Login"] = "signature";
            json["User"] = settings.AccessKey;
            json["SecretFile"] = LocalUsers.PathOf("secret-key");
        }
        else json["Login"] = "token";
        if (central.Authority.Length > 0) json["CA"] = CentralAuthority;
        if (central.Downward.Count > 0) json["Filters"] = JsonText.List(central.Downward);
        return json;
    }

    private static JsonObject Token(BoxSettings settings, CentralWish central)
    {
        var isAuth = central.Login == CentralLogin.AuthServer;
        var json = new JsonObject
        {
            ["Source"] = isAuth ? "auth-server" : "app-server", ["Url"] = central.ServerUrl,
            ["Actions"] = central.Downward.Count > 0 ? "RW" : "W",
        };
        if (central.ServerAuthority.Length > 0) json["CA"] = ServerAuthority;
        if (!isAuth)
        {
            json["EnrolmentCodeFile"] = LocalUsers.PathOf("enrolment-code");
            return json;
        }
        json["AccessKey"] = settings.AccessKey;
        json["SecretFile"] = LocalUsers.PathOf("secret-key");
        json["Resources"] = JsonText.List(central.Resources.Count > 0 ? central.Resources
            : central.Upward.Concat(settings.SensorTopics.Select(static pair => pair.Topic))
                .Concat(central.Downward).Distinct());
        return json;
    }
}
