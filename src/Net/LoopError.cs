using System.Runtime.InteropServices;

namespace LightMq.Net;

/// <summary>A system call of the loop or of a listener failed where it never should, or at start.</summary>
/// <param name="call">The call, and what it was for.</param>
/// <param name="errno">Linux error number.</param>
public sealed class LoopError(string call, int errno)
    : Exception($"{call}: {Marshal.GetPInvokeErrorMessage(errno)}")
{
    /// <summary>Linux error number; see <see cref="Linux.Errno"/>.</summary>
    public int Number { get; } = errno;
}
