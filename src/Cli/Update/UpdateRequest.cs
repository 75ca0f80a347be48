using LightMq.Cli.Board;

namespace LightMq.Cli.Update;

/// <summary>What shall be installed.</summary>
/// <param name="Bundle">Its file.</param>
/// <param name="Id">Of the command that asked; empty: a person did.</param>
/// <param name="Window">When the box may start anew; empty: what lightmq.txt says; now: at once.</param>
/// <param name="IsForced">Whether an older version may be.</param>
/// <param name="IsOurs">Whether the file is removed at the end. One in a folder of the agent's is not: what
/// the name means there is the agent's to change at any moment, and root would remove it.</param>
internal sealed record UpdateRequest(string Bundle, string Id, string Window, bool IsForced, bool IsOurs)
{
    /// <summary>What it is called to people.</summary>
    public string Name { get; init; } = Path.GetFileName(Bundle);

    // The agent may name files of its own only; it is not trusted with more.
    private static readonly string[] AgentFolders =
        ["/var/lib/lightmq-deviceagent/", "/var/lib/private/lightmq-deviceagent/"];

    /// <summary>Takes the agent's request, which serves once; null: <paramref name="problem"/> says why not.
    /// </summary>
    public static UpdateRequest? Take(BoxPaths paths, string file, out string problem)
    {
        problem = "";
        var json = new FileInfo(file) is { Exists: true, LinkTarget: null, Length: < 65_536 }
            ? BoxFacts.Json(file) : null;
        File.Delete(file);
        if (json is null)
        {
            problem = $"'{file}' is no request";
            return null;
        }
        var (bundle, id) = (BoxFacts.Text(json, "bundle"), BoxFacts.Text(json, "id"));
        var full = Path.GetFullPath(bundle.Length > 0 ? bundle : "/");
        if (id.Length > 256 || !AgentFolders.Any(folder => full.StartsWith(folder, StringComparison.Ordinal)))
        {
            problem = "the request names no file of the agent's";
            return null;
        }
        return new UpdateRequest(
            paths.At(full), id, BoxFacts.Text(json, "window"), IsForced: false, IsOurs: false);
    }
}
