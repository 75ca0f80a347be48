using System.Buffers.Binary;
using System.Net;

namespace LightMq.Net.Linux;

/// <summary>The kernel's sockaddr_in and sockaddr_in6 (ip(7), ipv6(7)).</summary>
internal static class KernelAddress
{
    /// <summary>Room for either family.</summary>
    public const int BytesMax = 28;

    /// <summary>Writes <paramref name="endPoint"/> and gives the length.</summary>
    public static int Write(Span<byte> to, IPEndPoint endPoint)
    {
        to.Clear();
        var isV6 = endPoint.Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        BitConverter.TryWriteBytes(to, (ushort)(isV6 ? Libc.Inet6 : Libc.Inet));
        BinaryPrimitives.WriteUInt16BigEndian(to[2..], (ushort)endPoint.Port);
        endPoint.Address.TryWriteBytes(to[(isV6 ? 8 : 4)..], out _);
        if (!isV6) return 16;
        BitConverter.TryWriteBytes(to[24..], (uint)endPoint.Address.ScopeId);
        return BytesMax;
    }

    /// <summary>Reads what the kernel wrote; IPv4 in IPv6 comes out as IPv4.</summary>
    public static IPEndPoint Read(ReadOnlySpan<byte> from)
    {
        var port = BinaryPrimitives.ReadUInt16BigEndian(from[2..]);
        if (BitConverter.ToUInt16(from) == Libc.Inet)
            return new IPEndPoint(new IPAddress(from.Slice(4, 4)), port);
        var address = new IPAddress(from.Slice(8, 16), BitConverter.ToUInt32(from[24..]));
        return new IPEndPoint(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, port);
    }
}
