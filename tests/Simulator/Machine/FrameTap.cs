using System.Buffers.Text;
using LightMq.Lmq;
using LightMq.Mqtt;
using LightMq.Simulator.World;

namespace LightMq.Simulator.Machine;

/// <summary>
/// Sits between a connection's outbox and the network, and commits the seeded bugs that change packets.
/// </summary>
public sealed class FrameTap
{
    private const int PacketBytesMax = 1 << 24;
    private readonly Surroundings _world;
    private readonly List<ushort> _unanswered = [];

    private FrameTap(Surroundings world) => _world = world;

    private bool Tampers => _world.Bug is SeededBug.SendTwice or SeededBug.SwapPublishes
        or SeededBug.SwapPubAcks or SeededBug.AlterPayload or SeededBug.Renumber or SeededBug.Reorder
        or SeededBug.TellAll or SeededBug.AnswerForClient or SeededBug.RoundIndex;

    /// <summary>A tap where one is needed.</summary>
    public static FrameTap? For(Surroundings world)
    {
        var tap = new FrameTap(world);
        return tap.Tampers ? tap : null;
    }

    /// <summary>Writes what the outbox holds, as far as the network takes it.</summary>
    public void Write(Peer peer)
    {
        var outbox = peer.Connection.Outbox;
        if (peer.Tapped.Count == 0)
        {
            peer.Tapped.AddRange(Tamper(outbox.Unsent));
            outbox.Sent(outbox.Length);
        }
        var bytes = peer.Tapped.ToArray();
        peer.Tapped.RemoveRange(0, peer.End.Outgoing.Write(bytes));
    }

    private List<byte> Tamper(ReadOnlySpan<byte> bytes)
    {
        var frames = new List<byte[]>();
        while (FrameReader.TryRead(bytes, PacketBytesMax, ProtocolVersion.V500, out var frame))
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
            case SeededBug.AnswerForClient when type == PacketType.Publish && (frames[i][0] & 6) == 2:
                FrameReader.TryRead(frames[i], PacketBytesMax, ProtocolVersion.V500, out var frame);
                _unanswered.Add(PublishPacket.Read(frame).PacketId);
                break;
            case SeededBug.TellAll when type == PacketType.Publish:
                Replace(frames[i], "/p2q/"u8, "/p2p/"u8);
                break;
            case SeededBug.RoundIndex when frames[i].AsSpan().IndexOf("eventIndex"u8) > 0:
                frames[i][^2] = (byte)'0';
                break;
            case SeededBug.Renumber when type == PacketType.Publish:
                Lower(frames[i], BridgeProperties.Sequence);
                break;
            case SeededBug.Reorder when type == PacketType.Publish:
                Lower(frames[i], BridgeProperties.Order);
                break;
        }
    }

    /// <summary>A number that a bridge is told becomes an older one.</summary>
    private static void Lower(Span<byte> frame, ReadOnlySpan<byte> name)
    {
        var at = frame.IndexOf(name);
        if (at < 0) return;
        // Its length stands in two bytes before it.
        var value = frame.Slice(at + name.Length + 2, frame[at + name.Length + 1]);
        if (Utf8Parser.TryParse(value, out long number, out _) && value[^1] > (byte)'5')
            Utf8Formatter.TryFormat(number - 3, value, out _);
    }

    /// <summary>PUBACKs that the client never gave.</summary>
    public byte[] MadeUpAnswers()
    {
        var bytes = new byte[4 * _unanswered.Count];
        for (var i = 0; i < _unanswered.Count; i++)
            PacketWriter.Ack(bytes.AsSpan(4 * i), PacketType.PubAck, _unanswered[i]);
        return bytes;
    }

    /// <summary>Commits the bugs that change what the broker hears.</summary>
    public static void Mishear(Span<byte> bytes, SeededBug bug)
    {
        switch (bug)
        {
            case SeededBug.TellAll: Replace(bytes, "/p2p/"u8, "/p2q/"u8); break;
            case SeededBug.TurnPulls: Replace(bytes, "\"ASC\" "u8, "\"DESC\""u8); break;
            case SeededBug.IgnorePulls:
                Replace(bytes, "\"ASC\" "u8, "\"NONE\""u8);
                Replace(bytes, "\"DESC\""u8, "\"NONE\""u8);
                break;
        }
    }

    /// <summary>Puts other bytes in the place of some of the same length.</summary>
    private static void Replace(Span<byte> bytes, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        while (bytes.IndexOf(from) is >= 0 and var at)
        {
            to.CopyTo(bytes[at..]);
            bytes = bytes[(at + to.Length)..];
        }
    }

    private bool Strikes(double chance) => _world.Scheduler.Random.Happens(chance);
}
