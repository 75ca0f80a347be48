namespace LightMq.Uplink.State;

/// <summary>Files of the state directory, for their owner alone: written whole or not at all.</summary>
internal static class StateFile
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes a file; it is on the disk before this returns.</summary>
    /// <param name="path">The file.</param>
    /// <param name="bytes">Its content.</param>
    /// <param name="isDurable">False: a loss at a power cut does no harm.</param>
    /// <param name="mode">Who may read it.</param>
    public static void Write(
        string path, ReadOnlySpan<byte> bytes, bool isDurable = true, UnixFileMode mode = Owner)
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
            if (isDurable) file.Flush(flushToDisk: true);
        }
        File.Move(unfinished, path, overwrite: true);
        if (isDurable) SyncDirectory(Path.GetDirectoryName(path)!);
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

    /// <summary>Makes the names in a directory durable.</summary>
    public static void SyncDirectory(string directory) => Kernel.Sync(directory);
}
