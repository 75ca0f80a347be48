namespace LightMq.Service;

/// <summary>What the kernel knows of its own clock.</summary>
public static unsafe class KernelClock
{
    // struct timex has 208 bytes on 64-bit Linux.
    private const int StateBytes = 256;
    private const int TimeError = 5;

    /// <summary>
    /// Whether something that knows the time (NTP, PTP, a reference clock) has set the clock since the boot
    /// and still keeps it.
    /// </summary>
    public static bool IsSynchronized()
    {
        var state = stackalloc byte[StateBytes];
        new Span<byte>(state, StateBytes).Clear();
        return Libc.adjtimex(state) is >= 0 and not TimeError;
    }
}
