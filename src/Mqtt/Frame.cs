using System.Runtime.CompilerServices;

namespace LightMq.Mqtt;

/// <summary>One whole packet within a buffer: its first byte and what follows the remaining length.</summary>
public readonly ref struct Frame
{
    /// <summary>Takes the parts as <see cref="FrameReader"/> found them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Frame(byte header, ReadOnlySpan<byte> body, int length)
    {
        Header = header;
        Body = body;
        Length = length;
    }

    /// <summary>First byte: type and flags.</summary>
    public byte Header { get; }

    /// <summary>Variable header and payload.</summary>
    public ReadOnlySpan<byte> Body { get; }

    /// <summary>Bytes of the whole packet, fixed header included.</summary>
    public int Length { get; }

    /// <summary>Type of the packet.</summary>
    public PacketType Type => (PacketType)(Header >> 4);
}
