using System.Runtime.InteropServices;
using LightMq.Broker.Connections;
using LightMq.Net.Linux;

namespace LightMq.Net;

/// <summary>A plain socket below another stream. Peers of plain TCP have no stream at all.</summary>
internal sealed unsafe class PlainStream(int fd) : ISocketStream
{
    /// <inheritdoc/>
    public StreamFailure? Failure => null;

    /// <inheritdoc/>
    public bool HasBuffered => false;

    /// <inheritdoc/>
    public bool HasUnsent => false;

    /// <inheritdoc/>
    public int Receive(Span<byte> to)
    {
        int count;
        fixed (byte* bytes = to) count = (int)Libc.recv(fd, bytes, (nuint)to.Length, 0);
        if (count > 0) return count;
        return count < 0 && IsForNow() ? 0 : -1;
    }

    /// <inheritdoc/>
    public int Send(ReadOnlySpan<byte> bytes)
    {
        int count;
        fixed (byte* from = bytes) count = (int)Libc.send(fd, from, (nuint)bytes.Length, Libc.NoSignal);
        return count < 0 && IsForNow() ? 0 : count;
    }

    /// <inheritdoc/>
    public bool TryEnd(CloseReason reason) => true;

    /// <summary>The loop closes the descriptor.</summary>
    public void Dispose() { }

    private static bool IsForNow() => Marshal.GetLastPInvokeError() is Errno.Again or Errno.Interrupted;
}
