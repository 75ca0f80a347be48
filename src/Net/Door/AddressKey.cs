using System.Buffers.Binary;
using LightMq.Net.Linux;

namespace LightMq.Net.Door;

/// <summary>
/// Whom an address counts as: an IPv4 address is one host, also inside IPv6; of IPv6 a host has a whole /64
/// (RFC 6177), or it would have no bound at all.
/// </summary>
internal readonly record struct AddressKey(ulong Bits, bool IsV6)
{
    /// <summary>127.0.0.0/8 and ::1.</summary>
    public bool IsLoopback => IsV6 ? Bits == 0 : Bits >> 24 == 127;

    /// <summary>Reads what the kernel wrote: sockaddr_in or sockaddr_in6.</summary>
    public static AddressKey Of(ReadOnlySpan<byte> address)
    {
        if (BitConverter.ToUInt16(address) == Libc.Inet)
            return new AddressKey(BinaryPrimitives.ReadUInt32BigEndian(address[4..]), false);
        var v6 = address.Slice(8, 16);
        // ::ffff:0:0/96 (RFC 4291, 2.5.5.2).
        var isMapped = BinaryPrimitives.ReadUInt64BigEndian(v6) == 0
            && BinaryPrimitives.ReadUInt32BigEndian(v6[8..]) == 0xFFFF;
        return isMapped ? new AddressKey(BinaryPrimitives.ReadUInt32BigEndian(v6[12..]), false)
            : new AddressKey(BinaryPrimitives.ReadUInt64BigEndian(v6), true);
    }

    /// <summary>Seeded: nobody can choose addresses that collide in our tables.</summary>
    public override int GetHashCode() => HashCode.Combine(Bits, IsV6);
}
