using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LightMq.Broker;

/// <summary>
/// Compares UTF-8 names as bytes; dictionaries with it can be asked with a span, without a copy.
/// </summary>
/// <param name="seed">Mixed into every hash, so that nobody outside can choose names that collide.</param>
internal sealed class BytesComparer(ulong seed)
    : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
{
    private const ulong Prime = 0x9E3779B97F4A7C15;

    public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);
    public int GetHashCode(byte[] bytes) => GetHashCode((ReadOnlySpan<byte>)bytes);
    public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);
    public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    public int GetHashCode(ReadOnlySpan<byte> bytes) => (int)(Hash(bytes, seed) >> 16);

    /// <summary>A fast 64-bit hash; not cryptographic.</summary>
    public static ulong Hash(ReadOnlySpan<byte> bytes, ulong seed)
    {
        var hash = (seed ^ (ulong)bytes.Length) * Prime;
        while (bytes.Length >= 8)
        {
            hash = Mix(hash, MemoryMarshal.Read<ulong>(bytes));
            bytes = bytes[8..];
        }
        ulong rest = 0;
        for (var i = 0; i < bytes.Length; i++) rest |= (ulong)bytes[i] << (i * 8);
        return Mix(hash, rest);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong hash, ulong value)
    {
        var high = Math.BigMul(hash ^ value, Prime, out var low);
        return high ^ low;
    }
}
