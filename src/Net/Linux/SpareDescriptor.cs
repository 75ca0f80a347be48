namespace LightMq.Net.Linux;

/// <summary>
/// A descriptor held in reserve. When the process has none left, a waiting peer would make the listener ready
/// for ever; giving the spare up for a moment lets the loop accept that peer and close it.
/// </summary>
internal sealed unsafe class SpareDescriptor : IDisposable
{
    private int _fd = Take();

    /// <summary>Raises the soft limit on descriptors to the hard one; gives the limit.</summary>
    public static long RaiseLimit()
    {
        var limit = stackalloc ulong[2];
        if (Libc.getrlimit(Libc.NoFiles, limit) != 0) return long.MaxValue;
        var soft = limit[0];
        limit[0] = limit[1];
        if (soft == limit[1] || Libc.setrlimit(Libc.NoFiles, limit) == 0) soft = limit[1];
        return (long)Math.Min(soft, long.MaxValue);
    }

    /// <summary>
    /// Turns one waiting peer away. False if the spare is lost: stop accepting for a while.
    /// </summary>
    public bool TurnAway(Listener listener)
    {
        if (_fd < 0) _fd = Take();
        if (_fd < 0) return false;
        _ = Libc.close(_fd);
        var peer = listener.Accept(out _, out _, out _);
        if (peer >= 0) _ = Libc.close(peer);
        _fd = Take();
        return _fd >= 0 && peer >= 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_fd >= 0) _ = Libc.close(_fd);
        _fd = -1;
    }

    private static int Take() => Libc.eventfd(0, Libc.CloseOnExec);
}
