using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LightMq.Bench.Probes;

internal static partial class Posix
{
    /// <summary>
    /// fdatasync: what the store calls, and less than the fsync behind FileStream.Flush(true).
    /// </summary>
    public static void DataSync(SafeFileHandle file)
    {
        if (FDataSync(file) != 0) throw new IOException($"fdatasync: error {Marshal.GetLastPInvokeError()}");
    }

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int FDataSync(SafeFileHandle file);
}
