using System.Globalization;
using LightMq.Cli.Files;
using LightMq.Service;

namespace LightMq.Cli.Board;

/// <summary>The real file systems.</summary>
/// <param name="servicesGroup">Id of the group of the box's services; null: there is none.</param>
internal sealed class BoxDisk(int? servicesGroup) : IBoxDisk
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The group's id by its name in <c>/etc/group</c>; null: it has none.</summary>
    public static int? GroupOf(string groups, string name)
    {
        if (!File.Exists(groups)) return null;
        foreach (var line in File.ReadLines(groups))
            if (line.Split(':') is [var group, _, var id, ..] && group == name
                && int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return number;
        return null;
    }

    /// <inheritdoc/>
    public byte[]? Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Write(string path, ReadOnlySpan<byte> bytes, Readers readers)
    {
        MakeFolder(Path.GetDirectoryName(path)!, readers);
        var mode = readers switch
        {
            Readers.Root => Owner,
            Readers.Services => Owner | UnixFileMode.GroupRead,
            _ => Owner | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
        };
        // Without the group nobody but root may read what is for the services.
        var group = readers == Readers.Services ? servicesGroup : null;
        PrivateFile.Write(path, bytes, isDurable: true, mode, group ?? -1);
    }

    /// <inheritdoc/>
    public void WriteCard(string path, ReadOnlySpan<byte> bytes)
    {
        var unfinished = path + "~";
        using (var file = new FileStream(unfinished, FileMode.Create, FileAccess.Write, FileShare.Read, 0))
        {
            file.Write(bytes);
            file.Flush(flushToDisk: true);
        }
        Move(unfinished, path);
    }

    /// <inheritdoc/>
    public void Overwrite(string path, ReadOnlySpan<byte> bytes)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.Read, 0);
        file.Write(bytes);
        file.Flush(flushToDisk: true);
    }

    /// <inheritdoc/>
    public void Link(string path, string target)
    {
        MakeFolder(Path.GetDirectoryName(path)!, Readers.All);
        var unfinished = path + ".new";
        File.Delete(unfinished);
        File.CreateSymbolicLink(unfinished, target);
        Move(unfinished, path);
    }

    /// <inheritdoc/>
    public string? TargetOf(string path) => new FileInfo(path).LinkTarget;

    /// <inheritdoc/>
    public void Move(string from, string to)
    {
        File.Move(from, to, overwrite: true);
        PrivateFile.SyncDirectory(Path.GetDirectoryName(to)!);
    }

    /// <inheritdoc/>
    public void Delete(string path)
    {
        if (!Path.Exists(path) && TargetOf(path) is null) return;
        File.Delete(path);
        PrivateFile.SyncDirectory(Path.GetDirectoryName(path)!);
    }

    /// <inheritdoc/>
    public void DeleteFolder(string path)
    {
        if (TargetOf(path) is not null) Delete(path);
        if (!Directory.Exists(path)) return;
        Directory.Delete(path, recursive: true);
        PrivateFile.SyncDirectory(Path.GetDirectoryName(path)!);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Names(string folder) => !Directory.Exists(folder) ? []
        : [.. Directory.EnumerateFiles(folder).Select(static path => Path.GetFileName(path))
            .Order(StringComparer.Ordinal)];

    private void MakeFolder(string folder, Readers readers)
    {
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException();
        if (Directory.Exists(folder)) return;
        var parent = Path.GetDirectoryName(folder)!;
        MakeFolder(parent, readers);
        const UnixFileMode All = Owner | UnixFileMode.UserExecute;
        const UnixFileMode Group = UnixFileMode.GroupRead | UnixFileMode.GroupExecute;
        Directory.CreateDirectory(folder);
        if (readers == Readers.Services && servicesGroup is { } group) Ownership.Give(folder, group);
        File.SetUnixFileMode(folder, readers switch
        {
            Readers.Root => All,
            Readers.Services => All | Group,
            _ => All | Group | UnixFileMode.OtherRead | UnixFileMode.OtherExecute,
        });
        PrivateFile.SyncDirectory(parent);
    }
}
