using System.Text.Json;

namespace LightMq.DeviceAgent.Board;

/// <summary>The state of the link to the central, as the uplink tells it in its status file.</summary>
/// <param name="path">The file; empty: this board has no uplink.</param>
internal sealed class UplinkView(string path)
{
    /// <summary>What is said where there is no file.</summary>
    public const string Away = "away";

    private const string Healthy = "healthy";
    private DateTime _readAt;

    /// <summary>Whether there is one.</summary>
    public bool IsThere => path.Length > 0;

    /// <summary>Its word; null: this board has no uplink.</summary>
    public string? State { get; private set; } = path.Length > 0 ? Away : null;

    /// <summary>Whether the central takes messages.</summary>
    public bool IsHealthy => State == Healthy;

    /// <summary>Looks again.</summary>
    public void Look()
    {
        if (path.Length == 0) return;
        // The file is written when something has changed; systemd takes it away with the uplink.
        var file = new FileInfo(path);
        if (!file.Exists) (State, _readAt) = (Away, default);
        else if (file.LastWriteTimeUtc != _readAt) (State, _readAt) = (Read(), file.LastWriteTimeUtc);
    }

    private string Read()
    {
        try
        {
            using var json = JsonDocument.Parse(KernelFile.Text(path));
            return json.RootElement.TryGetProperty("state", out var state)
                && state.ValueKind == JsonValueKind.String
                && state.GetString() is { Length: > 0 and <= 64 } word
                ? word : Away;
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            return Away;
        }
    }
}
