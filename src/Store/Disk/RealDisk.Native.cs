using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LightMq.Store.Disk;

// The calls that the framework lacks: RandomAccess.FlushToDisk is fsync, which also writes times that nobody
// needs, and ignores errors that are ours to know; directories cannot be synced at all.
public sealed partial class RealDisk
{
    private const int OpenReadOnly = 0;
    private const int OpenCloseOnExec = 0x80000;
    private const int NoRoom = 28;
    private const int OverQuota = 122;
    private const int TooBig = 27;
    private const int FileSizeSignal = 25;
    private const nint Ignore = 1;
    private const int ReadOnlyFileSystem = 30;
    private const int WouldBlock = 11;
    internal const int Interrupted = 4;

    // O_DIRECTORY differs by architecture.
    private static int OpenDirectory =>
        RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x4000 : 0x10000;

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc")]
    private static partial nint signal(int number, nint handler);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(int handle);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int fdatasync(SafeFileHandle handle);

    // Gives the error itself, not through errno.
    [LibraryImport("libc")]
    internal static partial int posix_fallocate(SafeFileHandle handle, long offset, long length);
}
