using System.Text;
using System.Text.Json.Nodes;
using LightMq.Cli.Board;
using LightMq.Cli.Files;

namespace LightMq.Cli.Provision;

/// <summary>
/// Brings files to what settings make of them. What was made last is noted, so that a file which would be
/// made the same again stays as an engineer has changed it, and one that nobody makes any more goes.
/// </summary>
/// <param name="paths">Where things are.</param>
/// <param name="disk">File systems.</param>
internal sealed class FileLedger(BoxPaths paths, IBoxDisk disk)
{
    private const string BeforeEnd = ".before";

    /// <summary>What became of a file.</summary>
    private enum Step
    {
        /// <summary>It is as it shall be.</summary>
        None,
        /// <summary>It was written.</summary>
        Written,
        /// <summary>Nothing can be put into it; the next start tries again.</summary>
        Refused,
    }

    /// <summary>Writes what differs, every step of it harmless if it is the last one.</summary>
    /// <param name="files">All files that there shall be.</param>
    /// <param name="overwrites">False: what is there already stays, for nobody has said anything of
    /// it.</param>
    /// <param name="notes">Gets a text for each file that could not be brought there.</param>
    /// <returns>Whether anything was written.</returns>
    public bool Bring(IReadOnlyList<BoxFile> files, bool overwrites, List<string> notes)
    {
        var noted = ReadNoted();
        var changes = false;
        // Not ours: written by whoever made the system, and to be written over once somebody has said
        // something. Where our keys are put in nothing is lost.
        var others = overwrites ? []
            : files.Where(file => file.Merge is null && noted[file.Path] is null && IsThere(file)).ToArray();
        files = [.. files.Except(others)];
        var now = new JsonObject();
        foreach (var file in files)
        {
            var step = Bring(file, noted, notes);
            changes |= step == Step.Written;
            if (step != Step.Refused) now[file.Path] = file.Digest;
            else if (noted[file.Path] is { } last) now[file.Path] = last.DeepClone();
        }
        foreach (var path in noted.Select(static pair => pair.Key)
            .Where(path => files.All(file => file.Path != path)).ToArray())
        {
            changes = true;
            KeepChanged(path, noted);
            disk.Delete(paths.At(path));
        }
        var text = JsonText.Of(now);
        if (JsonText.Of(noted) == text) return changes;
        disk.Write(paths.Ledger, Encoding.UTF8.GetBytes(text), Readers.Root);
        return true;
    }

    /// <summary>All that was made, to be removed.</summary>
    public IEnumerable<string> Made() => ReadNoted().Select(static pair => pair.Key);

    private bool IsThere(BoxFile file) =>
        disk.TargetOf(paths.At(file.Path)) is not null || disk.Read(paths.At(file.Path)) is not null;

    private Step Bring(BoxFile file, JsonObject noted, List<string> notes)
    {
        var path = paths.At(file.Path);
        var last = noted[file.Path]?.GetValue<string>();
        var there = file.IsLink ? BytesOf(disk.TargetOf(path)) : disk.Read(path);
        if (there is not null && (last == file.Digest || BoxFile.DigestOf(there) == file.Digest))
            return Step.None;
        if (file.IsLink)
        {
            disk.Link(path, file.Content);
            return Step.Written;
        }
        var content = file.Content;
        if (there is not null && file.Merge is not null)
        {
            var text = Encoding.UTF8.GetString(there);
            if (file.Merge(text, out var complaint) is not { } merged)
            {
                // It is not ours to throw away.
                notes.Add($"{file.Path} was changed by hand and cannot be brought up to date: {complaint}. "
                    + "Mend or delete it, then run: lightmq provision");
                return Step.Refused;
            }
            if (merged == text) return Step.None;
            content = merged;
        }
        else KeepChanged(file.Path, noted);
        disk.Write(path, Encoding.UTF8.GetBytes(content), file.Readers);
        return Step.Written;
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
