using System.Runtime.InteropServices;

namespace LightMq.DeviceAgent.Board;

/// <summary>Room on a file system.</summary>
/// <param name="TotalBytes">Its size.</param>
/// <param name="FreeBytes">Free for ordinary users.</param>
/// <param name="Inodes">Files that it can hold; 0: it knows no such bound.</param>
/// <param name="FreeInodes">Files that it can still hold.</param>
internal sealed unsafe partial record FileSystemSpace(
    long TotalBytes, long FreeBytes, long Inodes, long FreeInodes)
{
    // struct statvfs of 64-bit Linux is eleven words of 8 bytes and some in reserve.
    private const int Words = 32;

    /// <summary>Of the file system that holds a folder; null: there is no such folder.</summary>
    public static FileSystemSpace? Of(string folder)
    {
        var state = stackalloc ulong[Words];
        if (statvfs(folder, state) != 0) return null;
        var (unit, blocks, available, inodes, freeInodes) =
            (state[1], state[2], state[4], state[5], state[7]);
        return new((long)(unit * blocks), (long)(unit * available), (long)inodes, (long)freeInodes);
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statvfs(string path, ulong* state);
}
