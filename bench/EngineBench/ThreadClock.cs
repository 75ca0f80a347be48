using System.Runtime.InteropServices;

namespace LightMq.EngineBench;

/// <summary>CPU time of this thread: other programs on the machine do not change it.</summary>
internal static partial class ThreadClock
{
    private const int ThreadCpuTime = 3; // CLOCK_THREAD_CPUTIME_ID

    /// <summary>Nanoseconds.</summary>
    public static double Now =>
        ClockGetTime(ThreadCpuTime, out var time) == 0 ? time.Seconds * 1e9 + time.Nanoseconds : double.NaN;

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ClockGetTime(int clock, out Time time);

    private struct Time
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
