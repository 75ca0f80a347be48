using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LightMq.Store.Disk;

/// <summary>
/// A directory of the machine, held by one process alone for as long as this is not disposed.
/// </summary>
public sealed partial class RealDisk : IDisk
{
    private const string LockName = "lock";
    private readonly SafeFileHandle _lock;

    private RealDisk(string path, SafeFileHandle held)
    {
        Path = path;
        _lock = held;
    }

    /// <inheritdoc/>
    public string Path { get; }

    /// <summary>Makes the directory where needed (mode 0700) and takes its lock.</summary>
    /// <exception cref="StoreUnavailableException">Locked, not a directory, no permission, read-only, full.
    /// </exception>
    public static RealDisk Take(string path)
    {
        // A limit on the size of files (ulimit -f, LimitFSIZE) is a lack of room, no reason to be killed.
        _ = signal(FileSizeSignal, Ignore);
        path = System.IO.Path.GetFullPath(path);
        if (File.Exists(path))
            throw new StoreUnavailableException($"{path} is a file: name a directory as the data directory");
        try
        {
            MakeDirectory(path);
            var held = File.OpenHandle(
                System.IO.Path.Combine(path, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite,
                FileShare.None);
            return new RealDisk(path, held);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException(Advice(path, refused), refused);
        }
    }

    /// <inheritdoc/>
    public IDiskFile Open(string name) => Guard(() =>
    {
        var full = Full(name);
        if (name.Contains('/')) MakeDirectory(System.IO.Path.GetDirectoryName(full)!);
        return new RealFile(full);
    });

    /// <inheritdoc/>
    public bool Exists(string name) => File.Exists(Full(name));

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string folder) => Guard(() =>
    {
        var full = Full(folder);
        if (!Directory.Exists(full)) return [];
        var names = Directory.GetFiles(full).Select(file => System.IO.Path.GetFileName(file)).ToList();
        names.Sort(StringComparer.Ordinal);
        return names;
    });

    /// <inheritdoc/>
    public void Rename(string from, string to) => Guard(() =>
    {
        MakeDirectory(System.IO.Path.GetDirectoryName(Full(to))!);
        File.Move(Full(from), Full(to), overwrite: true);
        return true;
    });

    /// <inheritdoc/>
    public void Delete(string name) => Guard(() =>
    {
        File.Delete(Full(name));
        return true;
    });

    /// <inheritdoc/>
    public void SyncDirectory(string folder) => SyncPath(Full(folder));

    /// <summary>Lets go of the directory.</summary>
    public void Dispose() => _lock.Dispose();

    private string Full(string name) => System.IO.Path.Combine(Path, name);

    // Each new level is made durable in the level above it.
    private static void MakeDirectory(string path)
    {
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException();
        if (Directory.Exists(path)) return;
        var above = System.IO.Path.GetDirectoryName(path);
        if (above is not null) MakeDirectory(above);
        Directory.CreateDirectory(
            path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (above is not null) SyncPath(above);
    }

    /// <summary>Makes the names in a directory durable.</summary>
    public static void SyncPath(string path) => Guard(() =>
    {
        var handle = open(path, OpenReadOnly | OpenDirectory | OpenCloseOnExec);
        if (handle < 0) throw Failed($"cannot open {path}");
        using var owned = new SafeFileHandle(handle, ownsHandle: true);
        if (fsync(handle) != 0) throw Failed($"cannot sync {path}");
        return true;
    });

    private static string Advice(string path, Exception refused) => refused.HResult switch
    {
        NoRoom or OverQuota or TooBig =>
            $"no room left for {path}: free some space, then start again",
        ReadOnlyFileSystem =>
            $"{path} is on a read-only file system: remount it for writing, or name another data directory",
        WouldBlock =>
            $"{path} is in use by another broker: stop that one, or name another data directory",
        _ when refused is UnauthorizedAccessException =>
            $"no permission to write in {path}: give it to the user of this process (chown, chmod)",
        _ => $"cannot use {path} as data directory: {refused.Message}",
    };

    // One kind of exception for all that a disk may refuse, and its own kind for a lack of room.
    internal static T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (UnauthorizedAccessException refused)
        {
            throw new IOException(refused.Message, refused);
        }
        catch (IOException refused) when (IsNoRoom(refused.HResult))
        {
            throw new DiskFullException(refused.Message, refused);
        }
    }

    internal static bool IsNoRoom(int error) => error is NoRoom or OverQuota or TooBig;

    private static IOException Failed(string what)
    {
        var code = Marshal.GetLastPInvokeError();
        return new IOException($"{what}: {Marshal.GetPInvokeErrorMessage(code)}", code);
    }
}
