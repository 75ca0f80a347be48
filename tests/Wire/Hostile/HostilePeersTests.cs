using System.Buffers.Binary;
using LightMq.Mqtt;
using LightMq.Tests.Stages;
using Xunit;

namespace LightMq.Tests.Hostile;

/// <summary>
/// Peers that break every rule, under bounds that are always full, around two clients that keep the rules:
/// the broker never fails, answers only what it owes, closes what it must, and the two lose nothing.
/// </summary>
public sealed class HostilePeersTests
{
    private const int Seeds = 500;
    private const int Acts = 200;

    // Clean sessions and QoS 0 are the only messages that the two cannot lose; theirs are neither.
    private static readonly string[] Bounds =
    [
        "",
        "!set InflightMax=2\n!set QueueMessagesMax=5\n!set ParkedPacketsMax=2\n!set OutboxBytesMax=600",
        "!set QueueFull=1\n!set QueueMessagesMax=4\n!set RetainedMessagesMax=2\n!set SlowReaderSecondsMax=5",
        "!set QueueFull=2\n!set QueueBytesMax=800\n!set AckHoldMilliseconds=0\n!set GroupMessagesMax=1",
        "!set QueueFull=3\n!set QueueMessagesMax=6\n!set MemoryBytesMax=40000\n!set GroupMilliseconds=50",
    ];

    [Fact]
    public void Nobody_else_is_harmed()
    {
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var failure = Record.Exception(() => Run(seed));
            Assert.True(failure is null, $"seed {seed}: {failure}");
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public void A_message_that_the_two_lose_or_get_out_of_turn_is_caught(int change) =>
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Run(seed: 5, change));

    private static void Run(int seed, int change = 0)
    {
        var random = new Random(seed);
        var transcript = Transcript.Parse("hostile", Bounds[seed % Bounds.Length]);
        using var stage = new CoreStage(transcript, random.Next(3) == 0 ? 3 : 65_536);
        var good = new GoodPair(stage, change);
        var mayWait = seed % Bounds.Length == 1;
        var peers = Enumerable.Range(0, 6)
            .Select(at => new HostilePeer($"h{at}", stage, random, mayWait)).ToArray();
        for (var act = 0; act < Acts; act++)
        {
            peers[random.Next(peers.Length)].Act();
            if (random.Next(4) == 0) stage.Advance(random.Next(2_000));
            if (random.Next(100) == 0) stage.Advance(random.Next(100_000));
            if (random.Next(150) == 0) stage.Restart();
            if (random.Next(20) == 0) stage.SetDiskSlow(random.Next(2) == 0);
            if (random.Next(40) == 0) stage.SetDiskFull(random.Next(2) == 0);
            foreach (var peer in peers) peer.Look();
            good.Act();
        }
        // A hostile subscriber that stays away with a full queue stops publishers, by design.
        good.Finish(firstMin: mayWait ? 0 : 15);
    }

    /// <summary>Two that keep the rules: what one was promised, the other gets.</summary>
    private sealed class GoodPair(CoreStage stage, int change)
    {
        private static readonly byte[] Topic = "good"u8.ToArray();
        private readonly byte[] _packet = new byte[64];
        private readonly List<int> _seen = [];
        private int _next = 1;
        private bool _isWaiting;
        private bool _isSubscribed;

        public void Act()
        {
            Enter("G");
            if (Enter("H")) stage.Send("H", PacketText.Bytes("82 [00 01 \"good\" 01]"));
            Take("H");
            Take("G");
            if (_isSubscribed && !_isWaiting) Publish(dup: false);
            stage.Send("G", [0xC0, 0]);
            stage.Send("H", [0xC0, 0]);
        }

        public void Finish(int firstMin)
        {
            stage.SetDiskSlow(false);
            stage.SetDiskFull(false);
            for (var round = 0; round < 20; round++)
            {
                stage.Advance(2_000);
                Act();
            }
            // First occurrences rise by one: nothing is lost, invented or out of order.
            var first = _seen.Distinct().ToArray();
            Assert.Equal(Enumerable.Range(1, first.Length), first);
            Assert.InRange(first.Length, _next - 2, _next);
            Assert.InRange(first.Length, firstMin, Acts + 20);
        }

        private bool Enter(string name)
        {
            if (!stage.IsClosed(name)) return false;
            stage.Connect(name);
            stage.Send(name, PacketText.Bytes($"10 [\"MQTT\" 04 00 00 00 \"good {name}\"]"));
            if (name == "G" && _isWaiting) Publish(dup: true);
            return true;
        }

        private void Publish(bool dup)
        {
            Span<byte> payload = stackalloc byte[4];
            BinaryPrimitives.WriteInt32BigEndian(payload, _next);
            var length = PacketWriter.Publish(_packet, Topic, payload, 1, dup, false, (ushort)_next);
            stage.Send("G", _packet.AsSpan(0, length).ToArray());
            _isWaiting = true;
        }

        private void Take(string name)
        {
            ReadOnlySpan<byte> bytes = stage.Take(name);
            while (FrameReader.TryRead(bytes, 1_000, out var frame))
            {
                if (frame.Type == PacketType.Publish)
                {
                    var publish = PublishPacket.Read(frame);
                    var number = BinaryPrimitives.ReadInt32BigEndian(publish.Payload);
                    // The seeded bug: the tenth message is seen as another one.
                    _seen.Add(number == 10 ? number + change : number);
                    PacketWriter.Ack(_packet, PacketType.PubAck, publish.PacketId);
                    stage.Send(name, _packet.AsSpan(0, PacketWriter.AckSize).ToArray());
                }
                else if (frame.Type == PacketType.SubAck) _isSubscribed = true;
                else if (frame.Type == PacketType.PubAck && AckPacket.Read(frame) == (ushort)_next)
                {
                    _next++;
                    _isWaiting = false;
                }
                bytes = bytes[frame.Length..];
            }
        }
    }
}
