using LightMq.Broker.Bridges;
using LightMq.Mqtt;
using LightMq.Simulator.Oracle;
using LightMq.Simulator.World;

namespace LightMq.Simulator.Machine;

/// <summary>
/// Sits between a connection's outbox and the network: notes the stream numbers of what a bridge is sent, and
/// commits the seeded bugs that change packets.
/// </summary>
public sealed class FrameTap
{
    private const int PacketBytesMax = 1 << 24;
    private readonly BrokerProcess _process;
    private readonly Surroundings _world;
    private readonly bool _watches;
    private readonly List<byte> _watched = [];

    private FrameTap(BrokerProcess process, Surroundings world, bool watches)
    {
        _process = process;
        _world = world;
        _watches = watches;
    }

    private bool Tampers => _world.Bug is SeededBug.SendTwice or SeededBug.SwapPublishes
        or SeededBug.SwapPubAcks or SeededBug.AlterPayload;

    /// <summary>A tap where one is needed.</summary>
    public static FrameTap? For(BrokerProcess process, Peer peer, Surroundings world)
    {
        var bridge = world.Scenario.Options.Bridges.Any(b => b.ClientId == peer.Connection.RemoteAddress);
        var tap = new FrameTap(process, world, bridge);
        return bridge || tap.Tampers ? tap : null;
    }

    /// <summary>Writes what the outbox holds, as far as the network takes it.</summary>
    public void Write(Peer peer)
    {
        var outbox = peer.Connection.Outbox;
        if (!Tampers)
        {
            var taken = peer.End.Outgoing.Write(outbox.Unsent);
            if (_watches && !peer.IsClosing) Watch(peer, outbox.Unsent[..taken]);
            outbox.Sent(taken);
            return;
        }
        if (peer.Tapped.Count == 0)
        {
            peer.Tapped.AddRange(Tamper(outbox.Unsent));
            outbox.Sent(outbox.Length);
        }
        var bytes = peer.Tapped.ToArray();
        peer.Tapped.RemoveRange(0, peer.End.Outgoing.Write(bytes));
    }

    private void Watch(Peer peer, ReadOnlySpan<byte> bytes)
    {
        _watched.AddRange(bytes);
        var rest = _watched.ToArray().AsSpan();
        while (FrameReader.TryRead(rest, PacketBytesMax, out var frame))
        {
            if (frame.Type == PacketType.Publish) Note(peer, PublishPacket.Read(frame));
            rest = rest[frame.Length..];
        }
        _watched.RemoveRange(0, _watched.Count - rest.Length);
    }

    private void Note(Peer peer, in PublishPacket packet)
    {
        if (packet.Qos == 0) return;
        // An empty payload, which clears a retained message, cannot name its publisher, but has a number.
        if (!MessageFacts.TryRead(packet.Payload, out var publisher, out var sequence)) publisher = -1;
        if (_process.StampOf(peer.Connection, packet.PacketId) is not { } stamp)
            throw new Violation(nameof(BridgeStreams), $"{publisher}/{sequence} goes up without a number");
        if (_world.Bug == SeededBug.Renumber && stamp.Number > 5)
            stamp = new BridgeStamp(stamp.Client, stamp.Epoch, stamp.Number - 3);
        var sender = publisher < 0 ? stamp.Client : _world.Scenario.Devices[publisher].ClientId;
        _world.Judge.Bridges.Sent(peer.Connection.RemoteAddress, stamp, sender, publisher, sequence);
    }

    private List<byte> Tamper(ReadOnlySpan<byte> bytes)
    {
        var frames = new List<byte[]>();
        while (FrameReader.TryRead(bytes, PacketBytesMax, out var frame))
        {
            frames.Add(bytes[..frame.Length].ToArray());
            bytes = bytes[frame.Length..];
        }
        for (var i = 0; i < frames.Count; i++) Commit(frames, ref i);
        return [.. frames.SelectMany(frame => frame), .. bytes];
    }

    private void Commit(List<byte[]> frames, ref int i)
    {
        var type = (PacketType)(frames[i][0] >> 4);
        var isPair = i + 1 < frames.Count && frames[i + 1][0] >> 4 == frames[i][0] >> 4;
        switch (_world.Bug)
        {
            case SeededBug.SendTwice when type == PacketType.Publish && Strikes(0.1):
                frames.Insert(i, frames[i]);
                i++;
                break;
            case SeededBug.SwapPublishes when type == PacketType.Publish && isPair && Strikes(0.5):
            case SeededBug.SwapPubAcks when type == PacketType.PubAck && isPair && Strikes(0.5):
                (frames[i], frames[i + 1]) = (frames[i + 1], frames[i]);
                i++;
                break;
            case SeededBug.AlterPayload when type == PacketType.Publish && Strikes(0.05):
                frames[i][^1] ^= 1;
                break;
        }
    }

    private bool Strikes(double chance) => _world.Scheduler.Random.Happens(chance);
}
