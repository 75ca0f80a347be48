using LightMq.Service;

namespace LightMq.Host.Secrets;

/// <summary>Files that are their owner's alone.</summary>
public static class PrivateFile
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Refuses a file that others may read or write.</summary>
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

    /// <summary>Writes a file whole or not at all, and on the disk before it returns.</summary>
    public static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException();
        var unfinished = path + ".new";
        File.Delete(unfinished);
        using (var file = new FileStream(unfinished, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = Owner, BufferSize = 0,
        }))
        {
            file.Write(bytes);
            file.Flush(flushToDisk: true);
        }
        File.Move(unfinished, path, overwrite: true);
    }
}
