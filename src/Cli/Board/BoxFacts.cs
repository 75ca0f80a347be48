using System.Globalization;
using System.Text.Json.Nodes;
using LightMq.Cli.Files;

namespace LightMq.Cli.Board;

/// <summary>
/// What files of the box say, read without complaint: empty or null where one is not there.
/// </summary>
/// <param name="paths">Where things are.</param>
internal sealed class BoxFacts(BoxPaths paths)
{
    /// <summary>Version of the image; empty: this is no image of ours.</summary>
    public string Version => Text(Json(paths.Image), "version");

    /// <summary>What bundles must be for; empty: see <see cref="Version"/>.</summary>
    public string Compatible => Text(Json(paths.Image), "compatible");

    /// <summary>Whether the image is signed with a key that anybody may have.</summary>
    public bool IsDevelopment => Json(paths.Image)?["developmentKey"]?.GetValueKind()
        == System.Text.Json.JsonValueKind.True;

    /// <summary>Which start of the kernel this is; empty: not known.</summary>
    public string BootId => Line(paths.BootId) ?? "";

    /// <summary>What provisioning noted of the box.</summary>
    public JsonObject? Box => Json(paths.At(BoxFiles.BoxPath));

    /// <summary>How provisioning went.</summary>
    public JsonObject? Provision => Json(paths.ProvisionState);

    /// <summary>State of the link to the central; null: the uplink has not said any.</summary>
    public JsonObject? Uplink => Json(paths.At("/run/lightmq-uplink/uplink.json"));

    /// <summary>Whether there is a central.</summary>
    public bool HasCentral => File.Exists(paths.At(UplinkFiles.Path));

    /// <summary>Format of the store on the disk; 0: there is none yet.</summary>
    public int StoreFormat
    {
        get
        {
            foreach (var folder in (ReadOnlySpan<string>)["lightmq-edgebroker", "lightmq"])
                foreach (var parent in (ReadOnlySpan<string>)["/var/lib/private/", "/var/lib/"])
                    if (Line(paths.At(parent + folder + "/format")) is { } line
                        && line.StartsWith("lightmq-store ", StringComparison.Ordinal)
                        && int.TryParse(line.AsSpan(14), NumberStyles.None, CultureInfo.InvariantCulture,
                            out var format))
                        return format;
            return 0;
        }
    }

    /// <summary>The certificate that the broker made for itself; null: none.</summary>
    public string? CertificatePath => ((string[])["lightmq-edgebroker", "lightmq"])
        .Select(folder => paths.At($"/var/lib/{folder}/tls/certificate.pem")).FirstOrDefault(File.Exists);

    /// <summary>The first line of a file; null: it is not there.</summary>
    public static string? Line(string path)
    {
        try
        {
            return File.ReadLines(path).FirstOrDefault()?.Trim();
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>A file with an object in JSON; null: it is not there, or no such thing.</summary>
    public static JsonObject? Json(string path)
    {
        try
        {
            return JsonText.Read(File.ReadAllText(path));
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>A text in an object; empty: there is none.</summary>
    public static string Text(JsonObject? json, string key) =>
        json?[key] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
}
