using System.Text;
using System.Text.Json.Nodes;
using LightMq.Cli.Board;
using LightMq.Cli.Files;

namespace LightMq.Cli.Provision;

/// <summary>
/// Brings files to what settings make of them. What was made last is noted, so that a file which would be made
/// the same again stays as an engineer has changed it, and one that nobody makes any more goes.
/// </summary>
/// <param name="paths">Where things are.</param>
/// <param name="disk">File systems.</param>
internal sealed class FileLedger(BoxPaths paths, IBoxDisk disk)
{
    private const string BeforeEnd = ".before";

    /// <summary>Writes what differs, every step of it harmless if it is the last one.</summary>
    /// <param name="files">All files that there shall be.</param>
    /// <param name="overwrites">False: what is there already stays, for nobody has said anything of it.</param>
    /// <returns>Whether anything was written.</returns>
    public bool Bring(IReadOnlyList<BoxFile> files, bool overwrites)
    {
        var noted = ReadNoted();
        var changes = false;
        // Not ours: written by whoever made the system, and to be written over once somebody has said something.
        var others = overwrites ? [] : files.Where(file => noted[file.Path] is null && IsThere(file)).ToArray();
        files = [.. files.Except(others)];
        foreach (var file in files) changes |= Bring(file, noted);
        foreach (var path in noted.Select(static pair => pair.Key)
            .Where(path => files.All(file => file.Path != path)).ToArray())
        {
            changes = true;
            KeepChanged(path, noted);
            disk.Delete(paths.At(path));
        }
        var now = new JsonObject();
        foreach (var file in files) now[file.Path] = file.Digest;
        var text = JsonText.Of(now);
        if (JsonText.Of(noted) == text) return changes;
        disk.Write(paths.Ledger, Encoding.UTF8.GetBytes(text), Readers.Root);
        return true;
    }

    /// <summary>All that was made, to be removed.</summary>
    public IEnumerable<string> Made() => ReadNoted().Select(static pair => pair.Key);

    private bool IsThere(BoxFile file) =>
        disk.TargetOf(paths.At(file.Path)) is not null || disk.Read(paths.At(file.Path)) is not null;

    private bool Bring(BoxFile file, JsonObject noted)
    {
        var path = paths.At(file.Path);
        var last = noted[file.Path]?.GetValue<string>();
        var there = file.IsLink ? BytesOf(disk.TargetOf(path)) : disk.Read(path);
        if (there is not null && (last == file.Digest || BoxFile.DigestOf(there) == file.Digest)) return false;
        if (file.IsLink)
        {
            disk.Link(path, file.Content);
            return true;
        }
        var content = file.Content;
        if (there is not null && file.Merge is not null)
        {
            // What cannot be read is not ours to throw away; the service that reads it complains.
            if (file.Merge(Encoding.UTF8.GetString(there)) is not { } merged) return false;
            if (merged == Encoding.UTF8.GetString(there)) return false;
            content = merged;
        }
        else KeepChanged(file.Path, noted);
        disk.Write(path, Encoding.UTF8.GetBytes(content), file.Readers);
        return true;
    }

    // Only configuration that an engineer may have changed by hand, and never a secret.
    private void KeepChanged(string path, JsonObject noted)
    {
        if (!path.StartsWith("/etc/lightmq/", StringComparison.Ordinal)
            || path.StartsWith("/etc/lightmq/secrets/", StringComparison.Ordinal)) return;
        if (disk.Read(paths.At(path)) is { } there && noted[path]?.GetValue<string>() is { } last
            && BoxFile.DigestOf(there) != last)
            disk.Write(paths.At(path + BeforeEnd), there, Readers.Root);
    }

    private JsonObject ReadNoted() => disk.Read(paths.Ledger) is { } bytes
        && JsonText.Read(Encoding.UTF8.GetString(bytes)) is { } noted ? noted : [];

    private static byte[]? BytesOf(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text);
}
