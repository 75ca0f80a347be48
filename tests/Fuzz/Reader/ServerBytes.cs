using LightMq.Mqtt;
using LightMq.Tests;
using LightMq.Unit.Mqtt;

namespace LightMq.Fuzz.Reader;

/// <summary>What the broker says on one connection.</summary>
internal static class ServerBytes
{
    /// <summary>It is whole packets, of 5.0 or of an older version.</summary>
    /// <exception cref="InvalidOperationException">It is not.</exception>
    public static void Check(byte[] bytes)
    {
        var fault = FaultOf(bytes, ProtocolVersion.V311);
        if (fault is null || FaultOf(bytes, ProtocolVersion.V500) is not { } fault5) return;
        throw new InvalidOperationException($"the broker said {PacketText.Hex(bytes)}: {fault}; {fault5}");
    }

    private static string? FaultOf(ReadOnlySpan<byte> bytes, ProtocolVersion version)
    {
        try
        {
            while (!bytes.IsEmpty)
            {
                if (!FrameReader.TryRead(bytes, int.MaxValue, version, out var frame)) return "half a packet";
                AnyPacket.TryRead(bytes, version, isFromServer: version == ProtocolVersion.V500);
                bytes = bytes[frame.Length..];
            }
            return null;
        }
        catch (ProtocolError error)
        {
            return $"{error.Clause} {error.Message}";
        }
    }
}
