using System.Runtime.InteropServices;

namespace LightMq.Net.Linux;

/// <summary>
/// One epoll instance, level-triggered. An item carries a 32-bit kind and a descriptor. The kernel's struct
/// is packed on x86-64 only, so items are read at offsets that fit the architecture.
/// </summary>
internal sealed unsafe class Poll : IDisposable
{
    private const int ItemsMax = 256;

    private static readonly bool Packed = RuntimeInformation.ProcessArchitecture == Architecture.X64;
    private static readonly int Stride = Packed ? 12 : 16;
    private static readonly int DataOffset = Packed ? 4 : 8;

    private readonly int _fd = Check(Libc.epoll_create1(Libc.CloseOnExec), "epoll_create1");
    private readonly byte* _items = (byte*)NativeMemory.AllocZeroed(ItemsMax * 16);

    /// <summary>Watches <paramref name="fd"/> for <paramref name="mask"/>.</summary>
    public void Add(int fd, uint mask, int kind) => Control(Libc.EpollAdd, fd, mask, kind);

    /// <summary>Changes what <paramref name="fd"/> is watched for.</summary>
    public void Modify(int fd, uint mask, int kind) => Control(Libc.EpollModify, fd, mask, kind);

    /// <summary>Watches <paramref name="fd"/> no more.</summary>
    public void Remove(int fd) => Control(Libc.EpollRemove, fd, 0, 0);

    /// <summary>
    /// Waits; -1 waits for ever. Gives the number of ready items, 0 after the time or a signal.
    /// </summary>
    public int Wait(int milliseconds)
    {
        var ready = Libc.epoll_wait(_fd, _items, ItemsMax, milliseconds);
        if (ready >= 0) return ready;
        if (Marshal.GetLastPInvokeError() == Errno.Interrupted) return 0;
        throw new LoopError("epoll_wait", Marshal.GetLastPInvokeError());
    }

    /// <summary>The ready item at <paramref name="index"/>.</summary>
    public uint Item(int index, out int fd, out int kind)
    {
        var item = _items + index * Stride;
        fd = *(int*)(item + DataOffset);
        kind = *(int*)(item + DataOffset + 4);
        return *(uint*)item;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ = Libc.close(_fd);
        NativeMemory.Free(_items);
    }

    /// <summary>Passes a system call's result on, or throws its error.</summary>
    public static int Check(int result, string call, object? about = null)
    {
        if (result >= 0) return result;
        var errno = Marshal.GetLastPInvokeError();
        throw new LoopError(call, errno, about?.ToString());
    }

    private void Control(int operation, int fd, uint mask, int kind)
    {
        var item = stackalloc byte[16];
        *(uint*)item = mask;
        *(int*)(item + DataOffset) = fd;
        *(int*)(item + DataOffset + 4) = kind;
        Check(Libc.epoll_ctl(_fd, operation, fd, item), "epoll_ctl");
    }
}
