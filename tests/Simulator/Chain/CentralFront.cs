using System.Runtime.InteropServices;
using LightMq.Mqtt;
using LightMq.Simulator.World;

namespace LightMq.Simulator.Chain;

/// <summary>
/// What a central may refuse for reasons of its own: it stands before the engine, passes whole packets, and
/// closes at poison.
/// </summary>
public sealed class CentralFront(ChainWorld world)
{
    private static readonly byte[] s_codes = [0x87, 0x90, 0x95, 0x99];

    /// <summary>What of the bytes goes on to the engine.</summary>
    /// <param name="held">Of the connection: what is no whole packet yet.</param>
    /// <param name="bytes">What came.</param>
    /// <param name="farewell">What is said before the connection is closed; null: it stays.</param>
    public Span<byte> Pass(List<byte> held, ReadOnlySpan<byte> bytes, out byte[]? farewell)
    {
        farewell = null;
        held.AddRange(bytes);
        var all = CollectionsMarshal.AsSpan(held);
        var used = 0;
        while (FrameReader.TryRead(all[used..], 1 << 24, ProtocolVersion.V500, out var frame))
        {
            if (IsPoison(frame))
            {
                farewell = [0xE0, 1, world.Random.Pick(s_codes)];
                break;
            }
            used += frame.Length;
        }
        if (farewell == null && world.IsFaulty && world.Random.Happens(world.Scenario.FrontChance))
            farewell = [0xE0, 1, (byte)ReasonCode.ServerBusy];
        var passed = all[..used].ToArray();
        held.RemoveRange(0, used);
        return passed;
    }

    private static bool IsPoison(in Frame frame) => frame.Type == PacketType.Publish
        && PublishPacket.Read5(frame) is var packet
        && Reading.NameOf(packet.Payload) is { Poison: Poison.Content };
}
