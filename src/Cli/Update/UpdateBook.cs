using System.Text;
using System.Text.Json.Nodes;
using LightMq.Cli.Board;
using LightMq.Cli.Files;

namespace LightMq.Cli.Update;

/// <summary>How an update ended.</summary>
internal enum UpdateEnd
{
    /// <summary>The new system runs and is healthy.</summary>
    Installed,
    /// <summary>The new system was not healthy; the one before runs again.</summary>
    RolledBack,
    /// <summary>The power went while it was being written.</summary>
    Interrupted,
}

/// <summary>An update that has begun and not ended.</summary>
/// <param name="Id">Of the command that asked for it; empty: a person did.</param>
/// <param name="From">Version before.</param>
/// <param name="To">Version wanted.</param>
/// <param name="IsInstalled">Whether it is wholly in its slot.</param>
/// <param name="Reason">Why it was not healthy; empty: not known.</param>
/// <param name="BootId">The start of the kernel in which it began; empty: not known.</param>
internal sealed record PendingUpdate(
    string Id, string From, string To, bool IsInstalled, string Reason, string BootId);

/// <summary>What must be known of an update over the starts that belong to it (FORMATS.md).</summary>
/// <param name="paths">Where things are.</param>
/// <param name="disk">File systems.</param>
internal sealed class UpdateBook(BoxPaths paths, IBoxDisk disk)
{
    /// <summary>The update that has begun; null: none.</summary>
    public PendingUpdate? Pending => BoxFacts.Json(paths.UpdatePending) is { } json
        ? new PendingUpdate(BoxFacts.Text(json, "id"), BoxFacts.Text(json, "from"), BoxFacts.Text(json, "to"),
            BoxFacts.Text(json, "stage") == "installed", BoxFacts.Text(json, "reason"),
            BoxFacts.Text(json, "boot"))
        : null;

    /// <summary>The one that began before the box started: this start decides about it. One that began since
    /// is in hand. Null: none.</summary>
    public PendingUpdate? BegunBefore =>
        Pending is { } pending && (pending.BootId.Length == 0 || pending.BootId != new BoxFacts(paths).BootId)
            ? pending : null;

    /// <summary>The version that the last update went back from; empty: it did not.</summary>
    public string RolledBack => BoxFacts.Json(paths.UpdateResult) is { } json
        && BoxFacts.Text(json, "state") == "rolled-back" ? BoxFacts.Text(json, "to") : "";

    /// <summary>Notes how far it is.</summary>
    public void Note(PendingUpdate update) => Write(paths.UpdatePending, new JsonObject
    {
        ["id"] = update.Id, ["from"] = update.From, ["to"] = update.To,
        ["stage"] = update.IsInstalled ? "installed" : "installing", ["reason"] = update.Reason,
        ["boot"] = update.BootId,
    });

    /// <summary>It came to nothing, and nothing is left of it.</summary>
    public void Forget() => disk.Delete(paths.UpdatePending);

    /// <summary>Notes how it ended, for the agent to tell above.</summary>
    public void End(PendingUpdate update, UpdateEnd end, string message)
    {
        Write(paths.UpdateResult, new JsonObject
        {
            ["id"] = update.Id,
            ["state"] = end switch
            {
                UpdateEnd.Installed => "installed",
                UpdateEnd.RolledBack => "rolled-back",
                _ => "interrupted",
            },
            ["from"] = update.From, ["to"] = update.To, ["message"] = message,
        });
        Forget();
    }

    private void Write(string path, JsonObject json) =>
        disk.Write(path, Encoding.UTF8.GetBytes(JsonText.Of(json)), Readers.All);
}
