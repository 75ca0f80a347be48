using LightMq.Cli.Board;

namespace LightMq.Cli.Update;

/// <summary>
/// A USB stick: looks for bundles in its top folder and takes the newest that is newer than the box and made
/// for it. The stick is copied from, for it may be pulled out.
/// </summary>
/// <param name="paths">Where things are.</param>
/// <param name="disk">File systems.</param>
/// <param name="output">Where lines go.</param>
internal sealed class Stick(BoxPaths paths, IBoxDisk disk, TextWriter output)
{
    private const int FilesMax = 32;
    private const long FreeBytesMin = 64 << 20;
    private const string Options = "ro,nosuid,nodev,noexec";

    private readonly BoxFacts _facts = new(paths);
    private readonly string _rolledBack = new UpdateBook(paths, disk).RolledBack;

    /// <summary>Gives what is to be installed from a device; null: nothing.</summary>
    public UpdateRequest? Find(string device, UpdateBoard board)
    {
        var at = paths.At("/run/lightmq/usb");
        Directory.CreateDirectory(at);
        var mount = Programs.Run("mount", ["-o", Options, device, at]);
        if (mount.Status != 0)
        {
            output.WriteLine($"{device} cannot be read: {mount.Reason}");
            return null;
        }
        try
        {
            return Newest(at, WasInAtStart(device)) is { } bundle ? Copy(bundle, board) : null;
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            board.Show("refused", 0, $"{device} cannot be read to its end: {wrong.Message}");
            return null;
        }
        finally
        {
            var unmount = Programs.Run("umount", ["--lazy", at]);
            if (unmount.Status != 0) output.WriteLine($"umount: {unmount.Reason}");
        }
    }

    private bool WasInAtStart(string device) => File.GetLastWriteTimeUtc(paths.At(device))
        <= File.GetLastWriteTimeUtc(paths.LookedAt);

    private Bundle? Newest(string folder, bool wasInAtStart)
    {
        var files = new DirectoryInfo(folder).EnumerateFiles()
            .Where(static file => file.LinkTarget is null
                && file.Extension.Equals(".raucb", StringComparison.OrdinalIgnoreCase)
                && !file.Name.StartsWith('.')) // a Mac's own
            .OrderBy(static file => file.Name, StringComparer.Ordinal).Take(FilesMax).ToArray();
        if (files.Length == 0) output.WriteLine("there is no update on it: no file that ends with .raucb");
        Bundle? newest = null;
        foreach (var file in files)
        {
            var bundle = Bundle.Read(file.FullName, out var problem);
            if (bundle is not null) problem = Refusal(bundle, wasInAtStart);
            if (problem.Length > 0) output.WriteLine($"{file.Name} is not taken: {problem}");
            else if (newest is null || ImageVersion.Compare(bundle!.Version, newest.Version) > 0)
                newest = bundle;
        }
        return newest;
    }

    private string Refusal(Bundle bundle, bool wasInAtStart)
    {
        if (bundle.Refusal(_facts, isForced: false) is { } refusal) return refusal;
        if (ImageVersion.Compare(bundle.Version, _facts.Version) <= 0)
            return $"version {bundle.Version} is not newer than {_facts.Version}";
        // A stick that stays in would have it installed, and rolled back, for ever.
        return bundle.Version != _rolledBack || !wasInAtStart ? ""
            : $"version {bundle.Version} was rolled back on this box; to try it again, plug the stick in "
                + "anew";
    }

    private UpdateRequest? Copy(Bundle bundle, UpdateBoard board)
    {
        var name = Path.GetFileName(bundle.Path);
        var length = new FileInfo(bundle.Path).Length;
        var free = new DriveInfo(paths.At("/data")).AvailableFreeSpace;
        if (free < length + FreeBytesMin)
        {
            board.Show("refused", 0, $"{name} is refused: it has {length >> 20} MiB, and {free >> 20} MiB "
                + "are free");
            return null;
        }
        board.Show("copying", 0, $"{name}, version {bundle.Version}, is copied from the stick");
        var copy = paths.At("/data/lightmq/update/usb.raucb");
        Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
        disk.Delete(copy);
        try
        {
            using var from = new FileStream(bundle.Path, FileMode.Open, FileAccess.Read);
            using var to = new FileStream(copy, FileMode.CreateNew, FileAccess.Write);
            from.CopyTo(to);
            to.Flush(flushToDisk: true);
        }
        catch (IOException)
        {
            disk.Delete(copy);
            throw;
        }
        return new UpdateRequest(copy, "", "", IsForced: false, IsOurs: true) { Name = name };
    }
}
