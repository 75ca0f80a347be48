using System.Runtime.InteropServices;

namespace LightMq.Net;

/// <summary>A system call of the loop or of a listener failed where it never should, or at start.</summary>
/// <param name="call">The call.</param>
/// <param name="errno">Linux error number.</param>
/// <param name="about">What the call was for: an address.</param>
public sealed class LoopError(string call, int errno, string? about = null)
    : Exception($"{(about is null ? call : $"{call} {about}")}: {Marshal.GetPInvokeErrorMessage(errno)}")
{
    /// <summary>The address at fault, where there is one.</summary>
    public string? About { get; } = about;

    /// <summary>Linux error number; see <see cref="Linux.Errno"/>.</summary>
    public int Number { get; } = errno;
}
