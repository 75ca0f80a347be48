using LightMq.Mqtt;
using Xunit;

namespace LightMq.Unit.Mqtt;

/// <summary>Whatever the bytes are, nothing but <see cref="ProtocolError"/> leaves the readers.</summary>
public sealed class HostileBytesTests
{
    private static readonly byte[][] Packets = SamplePackets.V311;

    [Fact]
    public void A_packet_cut_at_any_byte_waits_for_more()
    {
        foreach (var packet in Packets)
        {
            Assert.True(AnyPacket.TryRead(packet));
            for (var length = 0; length < packet.Length; length++)
                Assert.False(AnyPacket.TryRead(packet.AsSpan(0, length)));
        }
    }

    [Fact]
    public void A_body_cut_at_any_byte_is_read_or_refused()
    {
        var refused = 0;
        foreach (var packet in Packets)
        {
            var start = packet.Length > 129 ? 3 : 2;
            for (var length = 0; length < packet.Length - start; length++)
            {
                byte[] header = length < 0x80
                    ? [packet[0], (byte)length] : [packet[0], (byte)(length | 0x80), (byte)(length >> 7)];
                if (AnyPacket.BreachOf([.. header, .. packet.AsSpan(start, length)]) is not null) refused++;
            }
        }
        Assert.InRange(refused, 100, 1000);
    }

    [Fact]
    public void Mutated_packets_are_read_or_refused()
    {
        const int rounds = 100_000;
        var random = new Random(311);
        var bytes = new byte[400];
        int read = 0, refused = 0, waits = 0;
        for (var round = 0; round < rounds; round++)
        {
            var length = Mutate(random, bytes);
            try
            {
                if (AnyPacket.TryRead(bytes.AsSpan(0, length))) read++;
                else waits++;
            }
            catch (ProtocolError)
            {
                refused++;
            }
        }
        Assert.Equal(rounds, read + refused + waits);
        // Each outcome is common, or the mutations prove nothing.
        Assert.InRange(read, rounds / 20, rounds);
        Assert.InRange(refused, rounds / 20, rounds);
        Assert.InRange(waits, rounds / 20, rounds);
    }

    private static int Mutate(Random random, byte[] bytes)
    {
        var packet = Packets[random.Next(Packets.Length)];
        packet.CopyTo(bytes, 0);
        var length = packet.Length;
        for (var change = random.Next(1, 4); change > 0; change--)
        {
            var at = random.Next(length);
            switch (random.Next(5))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 2: length = Math.Max(1, at); break;
                case 3: random.NextBytes(bytes.AsSpan(at, Math.Min(4, bytes.Length - at))); break;
                default:
                    // One byte more, counted in a remaining length of one byte.
                    bytes.AsSpan(at, length - at).CopyTo(bytes.AsSpan(at + 1));
                    length++;
                    if (bytes[1] < 0x7F) bytes[1]++;
                    break;
            }
        }
        return length;
    }
}
