using System.Text;
using LightMq.Broker.Connections;
using LightMq.Broker.Dialects;
using LightMq.Broker.Sessions;
using LightMq.Broker.Settings;
using LightMq.Broker.Streams;
using LightMq.Lmq;
using LightMq.Mqtt;

namespace LightMq.Broker.Flows;

/// <summary>
/// Takes what gateways bring into the core (LMQ-CORE-1, LMQ-CORE-4): the next number of a stream is taken, a
/// repeated one acknowledged and dropped, and one behind a hole ends the connection, with the number that is
/// wanted. An acknowledgement leaves once the core has the message, in the order of their coming.
/// </summary>
internal sealed class Streaming(
    Turn turn, CentralOptions options, StreamTable streams, BackPressure pressure, Closing closing,
    Receipting receipting, DialectTable dialects, Refusing refusing, Forwarding forwarding)
{
    private readonly Queue<Waiting> _waiting = [];
    private long _given;
    private long _kept;
    private long _bytes;

    /// <summary>An acknowledgement that waits for the core.</summary>
    private readonly record struct Waiting(long Number, Session Session, long Receipt, int Bytes);

    /// <summary>Whether a publish of a gateway to this topic is for the core.</summary>
    public static bool Takes(ReadOnlySpan<byte> topic) => topic[0] != (byte)'$' || IsGap(topic);

    /// <summary>A publish of a gateway.</summary>
    public PublishOutcome Take(
        Connection connection, Session session, in PublishPacket packet, ReadOnlySpan<byte> topic)
    {
        var isGap = IsGap(topic);
        if (!isGap)
        {
            var verdict = dialects[connection].Publish(connection.Login!, topic, packet.Payload.Length);
            if (!verdict.IsGranted) return refusing.Refuse(connection, session, packet, topic, verdict);
        }
        if (_bytes > options.WaitingBytesMax
            || (session.HasReceipts && !session.Receipts.HasRoom((byte)packet.Qos)))
        {
            pressure.BlockedByAll();
            return PublishOutcome.NoRoom;
        }
        var properties = connection.Terms is null ? default : packet.Properties;
        if (!StreamStamp.TryRead(properties, out var stamp))
            return Refuse(connection, "a stamp without sense");
        StreamGap gap = default;
        if (isGap && !(properties.TryFindUser(BridgeProperties.Gap, out var text)
            && StreamGap.TryParse(text, out gap) && !stamp.Client.IsEmpty))
            return Refuse(connection, "a gap that cannot be read");
        var (first, last) = isGap ? (gap.From, gap.To) : (stamp.Sequence, stamp.Sequence);
        long wanted = 0;
        switch (first > 0 ? Move(session, stamp, first, last, out wanted) : StreamPlace.Next)
        {
            case StreamPlace.Hole:
                CloseAtHole(connection, stamp, first, wanted);
                return PublishOutcome.Taken;
            case StreamPlace.Repeated:
                turn.Counters.StreamRepeated++;
                Owe(session, packet, 0);
                return PublishOutcome.Taken;
        }
        turn.Counters.Received[packet.Qos]++;
        var entry = new CoreEntry
        {
            IsGap = isGap,
            Qos = (byte)packet.Qos,
            CleanSession = stamp.CleanSession,
            Gateway = session.ClientId,
            Client = stamp.Client.IsEmpty ? session.ClientId : stamp.Client,
            Epoch = stamp.Epoch,
            Sequence = first,
            LastSequence = isGap ? last : 0,
            TakenAt = turn.Now.UnixMilliseconds,
            Key = stamp.Client.IsEmpty ? session.ClientId : stamp.Key,
            Topic = isGap ? gap.Reason : topic,
            Properties = forwarding.Of(properties, fromBridge: true),
            Payload = packet.Payload,
        };
        _given++;
        turn.Effects.Keep(entry, _given);
        Owe(session, packet, entry.Length);
        return PublishOutcome.Taken;
    }

    /// <summary>The core has everything up to this number: what waited for it is acknowledged.</summary>
    public void Kept(long number)
    {
        _kept = Math.Max(_kept, number);
        while (_waiting.TryPeek(out var waiting) && waiting.Number <= _kept)
        {
            _waiting.Dequeue();
            _bytes -= waiting.Bytes;
            if (!waiting.Session.IsGone && waiting.Receipt > 0)
                receipting.Stored(waiting.Session, waiting.Receipt);
        }
        turn.RoomFreed = true;
    }

    private static bool IsGap(ReadOnlySpan<byte> topic) => topic.SequenceEqual(ControlTopics.BridgeGap);

    /// <summary>Where numbers stand in their stream; it goes on with them if they are the next.</summary>
    private StreamPlace Move(
        Session session, in StreamStamp stamp, long first, long last, out long wanted)
    {
        var its = streams.Of(session.ClientId);
        var place = its.PlaceOf(stamp.Client, stamp.Epoch, first, out wanted);
        // A gap may begin with numbers that came after all.
        if (place == StreamPlace.Repeated && last >= wanted) place = StreamPlace.Next;
        if (place is StreamPlace.Hole or StreamPlace.Repeated) return place;
        if (place == StreamPlace.First) Begin(session, its, stamp, first);
        its.Move(stamp.Client, stamp.Epoch, last);
        return place;
    }

    private void CloseAtHole(Connection connection, in StreamStamp stamp, long first, long wanted)
    {
        turn.Counters.StreamHoles++;
        var client = Encoding.UTF8.GetString(stamp.Client);
        closing.Close(connection, CloseReason.StreamHole,
            $"lmq-seq {first} of {client} in {stamp.Epoch}: {wanted} is wanted");
    }

    private void Begin(Session session, GatewayStreams its, in StreamStamp stamp, long first)
    {
        turn.Counters.StreamsBegun++;
        var client = Encoding.UTF8.GetString(stamp.Client);
        if (its.IsFork(stamp.Epoch))
            turn.Report(BrokerEventKind.StreamForked, session.ClientText, null,
                $"two installations have counted start {stamp.Epoch.Boot}: "
                + "a backup was put back, or a card copied");
        if (first > 1)
            turn.Report(BrokerEventKind.StreamBegun, session.ClientText, null,
                $"the stream of {client} begins at {first}: "
                + "what was before it was not for here, or is forgotten");
    }

    private void Owe(Session session, in PublishPacket packet, int bytes)
    {
        _bytes += bytes;
        if (packet.Qos == 0)
        {
            if (bytes > 0) _waiting.Enqueue(new Waiting(_given, session, 0, bytes));
            return;
        }
        if (packet.Qos == 2) session.Receipts.AddExactId(packet.PacketId);
        if (_given <= _kept)
        {
            receipting.Owe(session, null, packet.PacketId, (byte)packet.Qos, 0);
            return;
        }
        var receipt = session.Receipts.Add(
            new Receipt { PacketId = packet.PacketId, Qos = (byte)packet.Qos });
        _waiting.Enqueue(new Waiting(_given, session, receipt, bytes));
    }

    private PublishOutcome Refuse(Connection connection, string what)
    {
        closing.Close(connection, CloseReason.ProtocolError, $"{what} (LMQ-CORE-4)");
        return PublishOutcome.Taken;
    }
}
