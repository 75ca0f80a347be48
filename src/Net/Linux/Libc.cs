using System.Runtime.InteropServices;

namespace LightMq.Net.Linux;

/// <summary>
/// The system calls of the loop. All arguments are blittable; after a result of -1 the error number is
/// <see cref="Marshal.GetLastPInvokeError"/>.
/// </summary>
internal static unsafe partial class Libc
{
    private const string Name = "libc";

    public const int EpollAdd = 1, EpollRemove = 2, EpollModify = 3;
    public const uint EpollIn = 0x1, EpollOut = 0x4, EpollError = 0x8, EpollHangUp = 0x10;
    public const uint EpollReadHangUp = 0x2000;
    public const int CloseOnExec = 0x80000, NonBlocking = 0x800;
    public const int Inet = 2, Inet6 = 10, Stream = 1;
    public const int SolSocket = 1, ReuseAddress = 2, Tcp = 6, NoDelay = 1, Ipv6 = 41, V6Only = 26;
    public const int KeepAlive = 9, KeepIdle = 4, KeepInterval = 5, KeepCount = 6;
    public const int NoSignal = 0x4000, Peek = 2, ShutWrite = 1;
    public const int NoFiles = 7;

    [LibraryImport(Name, SetLastError = true)]
    public static partial int epoll_create1(int flags);
    [LibraryImport(Name, SetLastError = true)]
    public static partial int epoll_ctl(int epoll, int operation, int fd, void* item);
    [LibraryImport(Name, SetLastError = true)]
    public static partial int epoll_wait(int epoll, void* items, int max, int milliseconds);
    [LibraryImport(Name, SetLastError = true)]
    public static partial int eventfd(uint value, int flags);
    [LibraryImport(Name, SetLastError = true)]
    public static partial int socket(int family, int type, int protocol);
    [LibraryImport(Name, SetLastError = true)]
    public static partial int bind(int fd, void* address, uint length);
    [LibraryImport(Name, SetLastError = true)]
    public static partial int listen(int fd, int backlog);
    [LibraryImport(Name, SetLastError = true)]
    public static partial int getsockname(int fd, void* address, uint* length);
    [LibraryImport(Name, SetLastError = true)]
    public static partial int setsockopt(int fd, int level, int name, void* value, uint length);
    [LibraryImport(Name, SetLastError = true)]
    public static partial int accept4(int fd, void* address, uint* length, int flags);
    [LibraryImport(Name, SetLastError = true)]
    public static partial nint recv(int fd, void* to, nuint length, int flags);
    [LibraryImport(Name, SetLastError = true)]
    public static partial nint send(int fd, void* from, nuint length, int flags);
    [LibraryImport(Name, SetLastError = true)]
    public static partial nint read(int fd, void* to, nuint length);
    [LibraryImport(Name, SetLastError = true)]
    public static partial nint write(int fd, void* from, nuint length);
    [LibraryImport(Name, SetLastError = true)]
    public static partial int shutdown(int fd, int how);
    [LibraryImport(Name, SetLastError = true)]
    public static partial int close(int fd);
    [LibraryImport(Name, SetLastError = true)]
    public static partial int getrlimit(int what, void* limit);
    [LibraryImport(Name, SetLastError = true)]
    public static partial int setrlimit(int what, void* limit);
}
