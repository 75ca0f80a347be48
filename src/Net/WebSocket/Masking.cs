using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LightMq.Net.WebSocket;

/// <summary>The mask of every client's frame (RFC 6455, 5.3), taken off 16 bytes at a time.</summary>
internal static class Masking
{
    /// <summary>
    /// Writes <paramref name="from"/> without its mask to the start of <paramref name="to"/>, which may be
    /// the same bytes or bytes before them. Gives the mask for the byte that follows.
    /// </summary>
    /// <param name="from">Masked bytes.</param>
    /// <param name="to">At least as long.</param>
    /// <param name="mask">Four bytes, the next one lowest.</param>
    public static uint Move(ReadOnlySpan<byte> from, Span<byte> to, uint mask)
    {
        var length = from.Length;
        ref var source = ref MemoryMarshal.GetReference(from);
        ref var target = ref MemoryMarshal.GetReference(to[..length]);
        var at = 0;
        // A store ends before the next load begins, wherever the target lies before the source.
        var wide = Vector128.Create(mask).AsByte();
        for (; at <= length - Vector128<byte>.Count; at += Vector128<byte>.Count)
            (Vector128.LoadUnsafe(ref source, (nuint)at) ^ wide).StoreUnsafe(ref target, (nuint)at);
        for (; at <= length - 4; at += 4)
            BinaryPrimitives.WriteUInt32LittleEndian(
                to[at..], BinaryPrimitives.ReadUInt32LittleEndian(from[at..]) ^ mask);
        for (; at < length; at++)
        {
            to[at] = (byte)(from[at] ^ mask);
            mask = BitOperations.RotateRight(mask, 8);
        }
        return mask;
    }
}
