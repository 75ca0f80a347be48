using System.Runtime.InteropServices;

namespace LightMq.Uplink.State;

/// <summary>What only the kernel can do.</summary>
internal static unsafe partial class Kernel
{
    private const int ReadOnly = 0;

    // struct timex has 208 bytes on 64-bit Linux.
    private const int ClockStateBytes = 256;
    private const int ClockError = 5;

    /// <summary>fsync of a directory.</summary>
    public static void Sync(string directory)
    {
        var descriptor = open(directory, ReadOnly);
        if (descriptor < 0) throw new IOException($"'{directory}' cannot be opened");
        var result = fsync(descriptor);
        _ = close(descriptor);
        if (result != 0) throw new IOException($"'{directory}' cannot be synced");
    }

    /// <summary>
    /// Whether something that knows the time has set the clock since the boot and keeps it.
    /// </summary>
    public static bool IsClockSynchronized()
    {
        var state = stackalloc byte[ClockStateBytes];
        new Span<byte>(state, ClockStateBytes).Clear();
        return adjtimex(state) is >= 0 and not ClockError;
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc")]
    private static partial int fsync(int descriptor);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);

    [LibraryImport("libc")]
    private static partial int adjtimex(byte* state);
}
