using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using LightMq.Broker.Settings;
using LightMq.Net.Door;
using LightMq.Net.Linux;
using LightMq.Net.Tls;
using LightMq.Net.WebSocket;

namespace LightMq.Net;

/// <summary>
/// A TCP socket that listens. Options are set here because accepted sockets inherit them: TCP_NODELAY, and
/// keep-alive, which finds peers that vanished while the broker does not read them or MQTT's own is off.
/// </summary>
public sealed unsafe class Listener : IDisposable
{
    private const int Backlog = 4096;
    private const int IdleSeconds = 60, ProbeSeconds = 15, Probes = 4;

    private Listener(int fd, ListenerOptions options, IPEndPoint endPoint) =>
        (Fd, Options, EndPoint) = (fd, options, endPoint);

    /// <summary>What its peers speak below MQTT.</summary>
    public ListenerTransport Transport { get; init; }

    /// <summary>What is asked of a request that opens a WebSocket.</summary>
    public UpgradeRules Upgrade { get; init; } = UpgradeRules.Default;

    /// <summary>What a Flash policy listener answers.</summary>
    internal byte[] Policy { get; set; } = [];

    /// <summary>What it lets in.</summary>
    public ListenerOptions Options { get; }

    /// <summary>Its certificates; null: no TLS.</summary>
    public TlsServer? Tls { get; set; }

    /// <summary>Where it listens, with the real port if 0 was asked.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>The descriptor; -1 once closed.</summary>
    internal int Fd { get; private set; }

    /// <summary>Whether it is left out of the loop's waiting, because no descriptor was free.</summary>
    internal bool IsPaused { get; set; }

    /// <summary>
    /// Takes the address but no peers yet (<see cref="Listen"/>); [::] takes IPv4 as well, and IPv4 alone
    /// where the kernel has no IPv6.
    /// </summary>
    /// <exception cref="LoopError">
    /// The address cannot be had; <see cref="LoopError.Number"/> says why.
    /// </exception>
    public static Listener Bind(IPEndPoint endPoint, ListenerOptions options,
        ListenerTransport transport = ListenerTransport.Tcp, UpgradeRules? upgrade = null,
        TlsServer? tls = null)
    {
        var fd = Open(ref endPoint, static (family, address) => Poll.Check(
            Libc.socket(family, Libc.Stream | Libc.CloseOnExec | Libc.NonBlocking, 0), "socket", address));
        try
        {
            Set(fd, Libc.SolSocket, Libc.ReuseAddress, 1);
            Set(fd, Libc.Tcp, Libc.NoDelay, 1);
            Set(fd, Libc.SolSocket, Libc.KeepAlive, 1);
            Set(fd, Libc.Tcp, Libc.KeepIdle, IdleSeconds);
            Set(fd, Libc.Tcp, Libc.KeepInterval, ProbeSeconds);
            Set(fd, Libc.Tcp, Libc.KeepCount, Probes);
            if (IsV6(endPoint)) Set(fd, Libc.Ipv6, Libc.V6Only, 0);
            var address = stackalloc byte[KernelAddress.BytesMax];
            var bytes = new Span<byte>(address, KernelAddress.BytesMax);
            var length = (uint)KernelAddress.Write(bytes, endPoint);
            Poll.Check(Libc.bind(fd, address, length), "bind", endPoint);
            Poll.Check(Libc.getsockname(fd, address, &length), "getsockname");
            var port = KernelAddress.Read(bytes).Port;
            return new Listener(fd, options, new IPEndPoint(endPoint.Address, port))
            {
                Transport = transport, Upgrade = upgrade ?? UpgradeRules.Default, Tls = tls,
            };
        }
        catch (LoopError)
        {
            _ = Libc.close(fd);
            throw;
        }
    }

    /// <summary>
    /// Opens a socket. [::] means all of this machine, which without IPv6 is 0.0.0.0; any other address of
    /// IPv6 cannot be had there.
    /// </summary>
    /// <param name="endPoint">Becomes the one that was opened.</param>
    /// <param name="socket">Gives a descriptor of a family, or throws <see cref="LoopError"/>.</param>
    internal static int Open(ref IPEndPoint endPoint, Func<int, IPEndPoint, int> socket)
    {
        try
        {
            return socket(IsV6(endPoint) ? Libc.Inet6 : Libc.Inet, endPoint);
        }
        catch (LoopError wrong) when (wrong.Number == Errno.FamilyNotSupported
            && endPoint.Address.Equals(IPAddress.IPv6Any))
        {
            endPoint = new IPEndPoint(IPAddress.Any, endPoint.Port);
            return socket(Libc.Inet, endPoint);
        }
    }

    /// <summary>Lets peers in from now on.</summary>
    /// <exception cref="LoopError">Another socket listens there already.</exception>
    internal void Listen() => Poll.Check(Libc.listen(Fd, Backlog), "listen", EndPoint);

    /// <summary>Takes a waiting peer; -1 and an error number if there is none.</summary>
    internal int Accept(out string remoteAddress, out AddressKey key, out int errno)
    {
        var address = stackalloc byte[KernelAddress.BytesMax];
        uint length = KernelAddress.BytesMax;
        var fd = Libc.accept4(Fd, address, &length, Libc.CloseOnExec | Libc.NonBlocking);
        errno = fd < 0 ? Marshal.GetLastPInvokeError() : 0;
        var bytes = new ReadOnlySpan<byte>(address, KernelAddress.BytesMax);
        remoteAddress = fd < 0 ? "" : KernelAddress.Read(bytes).ToString();
        key = fd < 0 ? default : AddressKey.Of(bytes);
        return fd;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Fd >= 0) _ = Libc.close(Fd);
        Fd = -1;
    }

    private static bool IsV6(IPEndPoint endPoint) => endPoint.AddressFamily == AddressFamily.InterNetworkV6;

    private static void Set(int fd, int level, int name, int value) =>
        Poll.Check(Libc.setsockopt(fd, level, name, &value, sizeof(int)), "setsockopt");
}
