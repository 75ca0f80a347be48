using LightMq.Fuzz.Mutation;
using LightMq.Mqtt;
using LightMq.Unit.Mqtt;

namespace LightMq.Fuzz.Reader;

/// <summary>
/// <see cref="FrameReader"/> and the readers of all packets, as one version, or as what a server of 5.0 says.
/// </summary>
internal sealed class PacketTarget(ProtocolVersion version, bool isFromServer = false) : ITarget
{
    public string Name => isFromServer ? "packets-server-5" : $"packets-{version switch
    {
        ProtocolVersion.V500 => "5.0",
        ProtocolVersion.V311 => "3.1.1",
        _ => "3.1",
    }}";

    public int Every => 1;

    // Nearly all of it is what the checks of AnyPacket allocate, and an exception; what must not be is a
    // buffer for what a length only claims.
    public long AllocatedBytesMax(int length) => 32_768 + 1_024L * length;

    /// <summary>Mostly of this version.</summary>
    public byte[] InputOf(int seed)
    {
        var random = new Random(seed);
        var mutator = new Mutator(random);
        var mutant = mutator.Next();
        while (mutant.From.Version != version && random.Next(4) > 0) mutant = mutator.Next();
        return mutant.Bytes;
    }

    public Outcome Read(int seed, byte[] input, Cut cut)
    {
        var read = new byte[input.Length];
        int start = 0, packets = 0;
        try
        {
            foreach (var piece in cut.Of(input.Length))
            {
                var end = piece.End.Value;
                while (TakePacket(input.AsSpan(start..end), out var length))
                {
                    if (length is < 2 || length > end - start)
                        throw new InvalidOperationException($"a packet of {length} bytes of {end - start}");
                    input.AsSpan(start, length).CopyTo(read.AsSpan(start));
                    (start, packets) = (start + length, packets + 1);
                }
            }
        }
        catch (ProtocolError error)
        {
            return new Outcome(read[..start], $"{packets} packets, then {error.Clause} {error.Reason}");
        }
        return new Outcome(read[..start], $"{packets} packets");
    }

    /// <summary>Reads the first packet, all of it; false while it is not whole.</summary>
    private bool TakePacket(ReadOnlySpan<byte> bytes, out int length)
    {
        length = 0;
        if (!FrameReader.TryRead(bytes, AnyPacket.BytesMax, version, out var frame)) return false;
        length = frame.Length;
        return AnyPacket.TryRead(bytes, version, isFromServer);
    }
}
