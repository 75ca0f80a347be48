using System.Buffers.Binary;
using System.Text;
using LightMq.Net.WebSocket;

namespace LightMq.Unit.Net;

/// <summary>Frames as a WebSocket client writes them, right or wrong.</summary>
internal static class ClientFrames
{
    public const int Fin = 0x80;

    /// <summary>A frame with the mask 37 fa 21 3d, as in the RFC's examples.</summary>
    public static byte[] Frame(int first, ReadOnlySpan<byte> payload, bool isMasked = true)
    {
        var head = new List<byte> { (byte)first };
        var mask = isMasked ? 0x80 : 0;
        if (payload.Length < 126) head.Add((byte)(mask | payload.Length));
        else if (payload.Length <= 65_535) head.AddRange([(byte)(mask | 126), .. Big(payload.Length, 2)]);
        else head.AddRange([(byte)(mask | 127), .. Big(payload.Length, 8)]);
        byte[] key = [0x37, 0xfa, 0x21, 0x3d];
        if (isMasked) head.AddRange(key);
        var masked = payload.ToArray();
        for (var i = 0; isMasked && i < masked.Length; i++) masked[i] ^= key[i % 4];
        return [.. head, .. masked];
    }

    public static byte[] Binary(ReadOnlySpan<byte> payload) => Frame(Fin | (int)Opcode.Binary, payload);

    public static byte[] Ping(ReadOnlySpan<byte> payload) => Frame(Fin | (int)Opcode.Ping, payload);

    public static byte[] Close(int code, string reason = "") => Frame(
        Fin | (int)Opcode.Close, [(byte)(code >> 8), (byte)code, .. Encoding.UTF8.GetBytes(reason)]);

    public static byte[] Big(long value, int bytes)
    {
        Span<byte> all = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(all, value);
        return all[(8 - bytes)..].ToArray();
    }
}
