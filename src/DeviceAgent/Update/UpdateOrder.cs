using System.Text.Json;
using LightMq.DeviceAgent.Commands;
using LightMq.Service;

namespace LightMq.DeviceAgent.Update;

/// <summary>
/// An update that was commanded (docs/FORMATS.md). Shows itself without the URL, which may hold a key.
/// </summary>
/// <param name="Id">Of the command.</param>
/// <param name="ReplyTopic">Where answers go.</param>
/// <param name="Url">Where the bundle is.</param>
/// <param name="Sha256">Its digest, in small hex digits; empty: RAUC's signature alone counts.</param>
/// <param name="Window">When the box may start anew; empty: what the box says.</param>
internal sealed record UpdateOrder(string Id, string ReplyTopic, Uri Url, string Sha256, string Window)
{
    private const int UrlCharactersMax = 2_048, DigestDigits = 64;

    /// <inheritdoc/>
    public override string ToString() => $"{Id}: {Url.Host}";

    /// <summary>Reads a command; null: <paramref name="problem"/> says what is wrong.</summary>
    public static UpdateOrder? Of(CommandCall call, out string problem)
    {
        var (url, digest) = (call.Text("url") ?? "", call.Text("sha256") ?? "");
        var window = call.Text("window") ?? "";
        problem = url.Length > UrlCharactersMax || !Uri.TryCreate(url, UriKind.Absolute, out var address)
            || address.Scheme != Uri.UriSchemeHttps ? "url is no https URL"
            : digest.Length > 0 && (digest.Length != DigestDigits || !digest.All(char.IsAsciiHexDigit))
                ? "sha256 is not 64 hex digits"
            : !IsWindow(window) ? "window is neither now nor of the form 02:00-04:00"
            : "";
        return problem.Length > 0 ? null
            : new UpdateOrder(call.Id, call.ReplyTopic, new Uri(url), digest.ToLowerInvariant(), window);
    }

    /// <summary>Keeps it over a restart.</summary>
    public void Write(string path) => PrivateFile.Write(path, Sensors.Telemetry.Compose(json =>
    {
        json.WriteString("id"u8, Id);
        json.WriteString("replyTopic"u8, ReplyTopic);
        json.WriteString("url"u8, Url.OriginalString);
        json.WriteString("sha256"u8, Sha256);
        json.WriteString("window"u8, Window);
    }));

    /// <summary>Reads what was kept; null: nothing was, or nothing that can be read.</summary>
    public static UpdateOrder? Read(string path)
    {
        using var json = UpdateFile.Open(path);
        return json is not null && Uri.TryCreate(UpdateFile.Text(json, "url"), UriKind.Absolute, out var url)
            && UpdateFile.Text(json, "id") is { Length: > 0 } id
            && UpdateFile.Text(json, "replyTopic") is { Length: > 0 } topic
            ? new UpdateOrder(
                id, topic, url, UpdateFile.Text(json, "sha256"), UpdateFile.Text(json, "window"))
            : null;
    }

    private static bool IsWindow(string text) => text is "" or "now"
        || (text.Split('-') is [var from, var to] && IsTime(from) && IsTime(to) && from != to);

    private static bool IsTime(string text) =>
        text.Length == 5 && TimeOnly.TryParseExact(text, "HH:mm", out _);
}

/// <summary>Small JSON files that another program writes, or an older run of ours.</summary>
internal static class UpdateFile
{
    private const int BytesMax = 65_536;

    /// <summary>An object; null: the file is not there, too large, or something else.</summary>
    public static JsonDocument? Open(string path)
    {
        try
        {
            if (new FileInfo(path) is not { Exists: true, Length: > 0 and <= BytesMax }) return null;
            var json = JsonDocument.Parse(File.ReadAllBytes(path));
            if (json.RootElement.ValueKind == JsonValueKind.Object) return json;
            json.Dispose();
            return null;
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>When it was written; the minimum: it is not there, or not for us.</summary>
    public static DateTime WrittenAt(string path)
    {
        try
        {
            return File.GetLastWriteTimeUtc(path);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            return default;
        }
    }

    /// <summary>A text of it; empty: there is none.</summary>
    public static string Text(JsonDocument json, string name) =>
        json.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()! : "";

    /// <summary>A whole number of it; 0: there is none.</summary>
    public static int Number(JsonDocument json, string name) =>
        json.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number
            && value.TryGetInt32(out var number) ? number : 0;
}
