using System.Runtime.InteropServices;
using LightMq.Broker.Connections;
using LightMq.Net.Linux;

namespace LightMq.Net;

/// <summary>One send call from an outbox to a socket, or to the stream over it.</summary>
internal static unsafe class PeerWriter
{
    /// <summary>Writes what the kernel takes at once. False: the connection is broken.</summary>
    public static bool TryWrite(Peer peer)
    {
        var outbox = peer.Connection.Outbox;
        if (peer.Stream is not { } stream) return TryWrite(peer.Fd, outbox);
        if (outbox.IsEmpty && !stream.HasUnsent) return true;
        var count = stream.Send(outbox.Unsent);
        if (count > 0) outbox.Sent(count);
        return count >= 0;
    }

    /// <summary>Whether something waits for room in the socket.</summary>
    public static bool HasUnsent(Peer peer) =>
        !peer.Connection.Outbox.IsEmpty || peer.Stream is { HasUnsent: true };

    private static bool TryWrite(int fd, Outbox outbox)
    {
        var unsent = outbox.Unsent;
        if (unsent.IsEmpty) return true;
        nint count;
        fixed (byte* bytes = unsent) count = Libc.send(fd, bytes, (nuint)unsent.Length, Libc.NoSignal);
        if (count < 0) return Marshal.GetLastPInvokeError() is Errno.Again or Errno.Interrupted;
        outbox.Sent((int)count);
        return true;
    }
}
