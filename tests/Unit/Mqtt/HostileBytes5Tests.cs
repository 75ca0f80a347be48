using LightMq.Mqtt;
using LightMq.Tests;
using Xunit;

namespace LightMq.Unit.Mqtt;

/// <summary>The same for 5.0 and 3.1: nothing but <see cref="ProtocolError"/> leaves the readers.</summary>
public sealed class HostileBytes5Tests
{
    public static TheoryData<ProtocolVersion> Versions => [ProtocolVersion.V310, ProtocolVersion.V500];

    private static byte[][] Packets(ProtocolVersion version) => SamplePackets.Of(version);

    [Theory]
    [MemberData(nameof(Versions))]
    public void A_stream_means_the_same_cut_at_any_byte(ProtocolVersion version)
    {
        var stream = Packets(version).SelectMany(one => one).ToArray();
        var whole = new List<string>();
        Assert.Equal(stream.Length, Take(stream, version, whole));
        Assert.Equal(Packets(version).Select(one => PacketText.Hex(one)), whole);
        for (var cut = 0; cut <= stream.Length; cut++)
        {
            var seen = new List<string>();
            var used = Take(stream.AsSpan(0, cut), version, seen);
            Assert.InRange(used, 0, cut);
            used += Take(stream.AsSpan(used), version, seen);
            Assert.Equal(stream.Length, used);
            Assert.Equal(whole, seen);
        }
        var single = new List<string>();
        for (int start = 0, end = 0; end <= stream.Length; end++)
            start += Take(stream.AsSpan(start, end - start), version, single);
        Assert.Equal(whole, single);
    }

    // Takes whole packets, as text, and returns the bytes used.
    private static int Take(ReadOnlySpan<byte> bytes, ProtocolVersion version, List<string> packets)
    {
        var used = 0;
        while (FrameReader.TryRead(bytes[used..], AnyPacket.BytesMax, version, out var frame))
        {
            packets.Add(PacketText.Hex(bytes.Slice(used, frame.Length)));
            used += frame.Length;
        }
        return used;
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void A_body_cut_at_any_byte_is_read_or_refused(ProtocolVersion version)
    {
        var refused = 0;
        foreach (var packet in Packets(version))
        {
            Assert.True(IsGood(packet, version));
            var start = packet.Length > 129 ? 3 : 2;
            for (var length = 0; length < packet.Length - start; length++)
            {
                byte[] header = length < 0x80
                    ? [packet[0], (byte)length] : [packet[0], (byte)(length | 0x80), (byte)(length >> 7)];
                if (!IsGood([.. header, .. packet.AsSpan(start, length)], version)) refused++;
            }
        }
        Assert.InRange(refused, 80, 1500);
    }

    // As a client's or as a server's.
    private static bool IsGood(byte[] packet, ProtocolVersion version) =>
        AnyPacket.ErrorOf(packet, version) is null
        || (version == ProtocolVersion.V500
            && AnyPacket.ErrorOf(packet, version, isFromServer: true) is null);

    [Theory]
    [MemberData(nameof(Versions))]
    public void Mutated_packets_are_read_or_refused(ProtocolVersion version)
    {
        const int rounds = 100_000;
        var random = new Random(500 + (int)version);
        var bytes = new byte[400];
        int read = 0, refused = 0, waits = 0;
        for (var round = 0; round < rounds; round++)
        {
            var length = Mutate(random, Packets(version), bytes);
            try
            {
                var isFromServer = version == ProtocolVersion.V500 && random.Next(2) == 0;
                if (AnyPacket.TryRead(bytes.AsSpan(0, length), version, isFromServer)) read++;
                else waits++;
            }
            catch (ProtocolError error)
            {
                Assert.True(error.Reason >= ReasonCode.UnspecifiedError);
                refused++;
            }
        }
        Assert.Equal(rounds, read + refused + waits);
        // Each outcome is common, or the mutations prove nothing.
        Assert.InRange(read, rounds / 20, rounds);
        Assert.InRange(refused, rounds / 20, rounds);
        Assert.InRange(waits, rounds / 20, rounds);
    }

    private static int Mutate(Random random, byte[][] packets, byte[] bytes)
    {
        var packet = packets[random.Next(packets.Length)];
        packet.CopyTo(bytes, 0);
        var length = packet.Length;
        for (var change = random.Next(1, 4); change > 0; change--)
        {
            var at = random.Next(length);
            switch (random.Next(6))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 2: length = Math.Max(1, at); break;
                case 3: random.NextBytes(bytes.AsSpan(at, Math.Min(4, bytes.Length - at))); break;
                // An identifier of a property, or a length, where something else stood.
                case 4: bytes[at] = (byte)random.Next(0x2B); break;
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

    [Fact]
    public void Random_properties_go_on_as_they_came()
    {
        var random = new Random(5);
        var block = new byte[1000];
        var packet = new byte[2000];
        for (var round = 0; round < 5_000; round++)
        {
            var forwarded = new List<byte>();
            var length = 0;
            foreach (var part in Parts(random))
            {
                part.Bytes.CopyTo(block, length);
                length += part.Bytes.Length;
                if (part.GoesOn) forwarded.AddRange(part.Bytes);
            }
            var raw = block.AsSpan(0, length);
            var size = PacketWriter.Publish5(packet, "t"u8, "x"u8, 1, false, false, 1, raw);
            var written = packet.AsSpan(0, size);
            Assert.True(FrameReader.TryRead(written, 2000, ProtocolVersion.V500, out var frame));
            var properties = PublishPacket.ReadFromServer5(frame).Properties;
            var copy = new byte[properties.ForwardedBytes];
            properties.CopyForwarded(copy);
            Assert.Equal(forwarded, copy);
        }
    }

    // Each single property or not, some that may repeat, in any order.
    private static (byte[] Bytes, bool GoesOn)[] Parts(Random random)
    {
        var text = new byte[random.Next(20)];
        Array.Fill(text, (byte)'a');
        byte[] counted = [0, (byte)text.Length, .. text];
        (byte[], bool)[] all =
        [
            ([0x01, 1], true), ([0x02, 0, 0, 0, 9], false), ([0x03, .. counted], true),
            ([0x08, .. counted], true), ([0x09, .. counted], true), ([0x0B, 0x81, 0x01], false),
            ([0x0B, 0x05], false), ([0x23, 0, 7], false), ([0x26, .. counted, .. counted], true),
            ([0x26, 0, 0, .. counted], true),
        ];
        if (text.Length == 0) all[3] = ([0x08, 0, 1, (byte)'r'], true);
        random.Shuffle(all);
        return all[..random.Next(all.Length + 1)];
    }
}
