namespace LightMq.Service;

/// <summary>Files that are their owner's alone, written whole or not at all.</summary>
public static class PrivateFile
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Refuses a file that others may read or write.</summary>
    /// <param name="path">The file.</param>
    /// <param name="because">Why they must not; goes into the line.</param>
    /// <exception cref="StartFailure">They may.</exception>
    public static void Check(string path, string because)
    {
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException();
        var mode = File.GetUnixFileMode(path);
        if ((mode & ~Owner) != 0)
            throw new StartFailure(ExitCode.Configuration,
                $"{path} has mode {Convert.ToString((int)mode, 8).PadLeft(4, '0')}, and {because}: "
                + $"chmod 600 {path}");
    }

    /// <summary>Writes a file; it and its name are on the disk before this returns.</summary>
    /// <param name="path">The file.</param>
    /// <param name="bytes">Its content.</param>
    /// <param name="isDurable">False: a loss at a power cut does no harm.</param>
    /// <param name="mode">Who may read it.</param>
    /// <param name="group">Id of the group that the file shall belong to; it gets <paramref name="mode"/> then
    /// whatever the umask is. Null: the process's.</param>
    public static void Write(
        string path, ReadOnlySpan<byte> bytes, bool isDurable = true, UnixFileMode mode = Owner,
        int? group = null)
    {
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException();
        var unfinished = path + ".new";
        File.Delete(unfinished);
        using (var file = new FileStream(unfinished, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode, BufferSize = 0,
        }))
        {
            file.Write(bytes);
            if (group is { } id) GiveTo(file, id, mode);
            if (isDurable) file.Flush(flushToDisk: true);
        }
        File.Move(unfinished, path, overwrite: true);
        if (isDurable) SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>The file's text without spaces around it; null: it is not there.</summary>
    public static string? ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Gives an open file to root and a group.</summary>
    private static void GiveTo(FileStream file, int group, UnixFileMode mode)
    {
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException();
        if (Libc.fchown((int)file.SafeFileHandle.DangerousGetHandle(), -1, group) != 0)
            throw new IOException($"'{file.Name}' cannot be given to group {group}");
        File.SetUnixFileMode(file.SafeFileHandle, mode);
    }

    /// <summary>Makes the names in a directory durable.</summary>
    /// <exception cref="IOException">They cannot be.</exception>
    public static void SyncDirectory(string directory)
    {
        var descriptor = Libc.open(directory, Libc.ReadOnly);
        if (descriptor < 0) throw new IOException($"'{directory}' cannot be opened");
        var result = Libc.fsync(descriptor);
        _ = Libc.close(descriptor);
        if (result != 0) throw new IOException($"'{directory}' cannot be synced");
    }
}
