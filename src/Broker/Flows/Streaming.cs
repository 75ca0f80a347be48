using System.Text;
using LightMq.Broker.Connections;
using LightMq.Broker.Durability;
using LightMq.Broker.Messages;
using LightMq.Broker.Sessions;
using LightMq.Broker.Streams;
using LightMq.Lmq;
using LightMq.Mqtt;

namespace LightMq.Broker.Flows;

/// <summary>
/// What a central broker takes of gateways (LMQ-CORE-1, LMQ-CORE-4): the next number of a stream is taken, a
/// repeated one acknowledged and dropped, and one behind a hole ends the connection, with the number that is
/// wanted. What anybody else publishes goes into the core as it is.
/// </summary>
internal sealed class Streaming(
    Turn turn, StreamTable streams, BackPressure pressure, Journal journal, Hold hold, MessagePool messages,
    Receipting receipting, Depositing depositing, Forwarding forwarding, PresenceIndex presence)
{
    private const string NoSense = "a stamp without sense (LMQ-CORE-4)";
    private const long ForgetEveryMilliseconds = 3_600_000;
    private const int LinesPerMinuteMax = 100;
    private byte[] _body = [];
    private long _minute;
    private int _lines;
    private long _forgetAt;

    /// <summary>
    /// Why the last publish ends its connection (<see cref="PublishOutcome.StreamBroken"/>).
    /// </summary>
    public (CloseReason Reason, string Text) Break { get; private set; }

    /// <summary>Whether a publish declares a gap.</summary>
    public static bool IsGap(ReadOnlySpan<byte> topic) => topic.SequenceEqual(ControlTopics.BridgeGap);

    /// <summary>At the end of an input: now and then, forgets streams that no longer move.</summary>
    public void Look()
    {
        if (turn.Now.Milliseconds < _forgetAt || !turn.Now.Trusted) return;
        _forgetAt = turn.Now.Milliseconds + ForgetEveryMilliseconds;
        streams.Forget(turn.Now.UnixMilliseconds - StreamTable.KeptMilliseconds);
    }

    /// <summary>Whether the core takes more now.</summary>
    public bool HasRoom => depositing.HasRoom;

    /// <summary>
    /// A publish for which there is room: whether it is to be published, and put into the core too.
    /// </summary>
    /// <returns>Null: it is; else what became of it.</returns>
    public PublishOutcome? Admit(Session session, in PublishPacket packet, out bool isForCore)
    {
        isForCore = true;
        if (!session.IsGateway) return null;
        if (!StreamStamp.TryRead(packet.Properties, out var stamp)) return Broken(NoSense);
        if (stamp.Sequence == 0) return null;
        var its = streams.Of(session.ClientId);
        switch (Move(session, its, stamp, stamp.Sequence, stamp.Sequence, out var wanted))
        {
            case StreamPlace.Hole:
                return Hole(stamp, stamp.Sequence, wanted);
            case StreamPlace.Repeated:
                isForCore = false;
                turn.Counters.StreamRepeated++;
                // Before the restart it came into the core, but maybe not into the queues here.
                if (its.WasRecovered(stamp.Client, stamp.Epoch, stamp.Sequence)) return null;
                OweRepeated(session, packet);
                return PublishOutcome.Taken;
        }
        return null;
    }

    /// <summary>Puts what was admitted into the core.</summary>
    /// <param name="session">Whose publish.</param>
    /// <param name="packet">The packet.</param>
    /// <param name="publication">What was made of it.</param>
    /// <param name="message">The message, if somebody here waits for it.</param>
    public void Deposit(
        Session session, in PublishPacket packet, in Publication publication, ref Message? message)
    {
        if (packet.Qos > 0) message ??= Empty(session, packet);
        StreamStamp stamp = default;
        if (session.IsGateway) StreamStamp.TryRead(packet.Properties, out stamp);
        if (stamp.Client.IsEmpty)
        {
            depositing.Put(publication, message);
            return;
        }
        var payload = presence.Renumber(publication.Topic, publication.Payload, ref _body, out var tag);
        depositing.Put(new CoreEntry
        {
            Qos = publication.Qos,
            CleanSession = stamp.CleanSession,
            Gateway = session.ClientId,
            Client = stamp.Client,
            Epoch = stamp.Epoch,
            Sequence = stamp.Sequence,
            TakenAt = turn.Now.UnixMilliseconds,
            Key = stamp.Key,
            Tag = tag,
            Topic = publication.Topic,
            Properties = publication.Properties,
            Payload = payload,
        }, message);
    }

    /// <summary>A gateway says that numbers will never come.</summary>
    public PublishOutcome TakeGap(Session session, in PublishPacket packet)
    {
        if (session.HasReceipts && !session.Receipts.HasRoom((byte)packet.Qos))
        {
            pressure.BlockedByItself(session);
            return PublishOutcome.NoRoom;
        }
        if (!HasRoom)
        {
            pressure.BlockedByAll();
            return PublishOutcome.NoRoom;
        }
        var properties = packet.Properties;
        if (!StreamStamp.TryRead(properties, out var stamp)) return Broken(NoSense);
        if (stamp.Client.IsEmpty || !properties.TryFindUser(BridgeProperties.Gap, out var text)
            || !StreamGap.TryParse(text, out var gap))
            return Broken("a gap that cannot be read (LMQ-CORE-4)");
        var its = streams.Of(session.ClientId);
        switch (Move(session, its, stamp, gap.From, gap.To, out var wanted))
        {
            case StreamPlace.Hole: return Hole(stamp, gap.From, wanted);
            case StreamPlace.Repeated:
                turn.Counters.StreamRepeated++;
                OweRepeated(session, packet);
                return PublishOutcome.Taken;
        }
        turn.Counters.Received[packet.Qos]++;
        turn.Counters.StreamGaps++;
        if (MayTell())
            turn.Report(BrokerEventKind.StreamGap, session.ClientText, null,
                $"{Encoding.UTF8.GetString(text)} of {Encoding.UTF8.GetString(stamp.Client)} "
                + "will never come");
        var message = packet.Qos > 0 ? Empty(session, packet) : null;
        depositing.Put(new CoreEntry
        {
            IsGap = true,
            Qos = (byte)packet.Qos,
            Gateway = session.ClientId,
            Client = stamp.Client,
            Epoch = stamp.Epoch,
            Sequence = gap.From,
            LastSequence = gap.To,
            TakenAt = turn.Now.UnixMilliseconds,
            Topic = gap.Reason,
            Properties = forwarding.Of(properties, fromBridge: true),
        }, message);
        if (message is null) return PublishOutcome.Taken;
        receipting.Owe(session, message, packet.PacketId, (byte)packet.Qos, 0);
        messages.Release(message);
        return PublishOutcome.Taken;
    }

    /// <summary>Where numbers stand in their stream; it goes on with them if they are the next.</summary>
    private StreamPlace Move(
        Session session, GatewayStreams its, in StreamStamp stamp, long first, long last, out long wanted)
    {
        var place = its.PlaceOf(stamp.Client, stamp.Epoch, first, out wanted);
        // A gap may begin with numbers that came after all.
        if (place == StreamPlace.Repeated && last >= wanted) place = StreamPlace.Next;
        if (place is StreamPlace.Hole or StreamPlace.Repeated) return place;
        if (place == StreamPlace.First) Begin(session, its, stamp, first);
        its.Move(stamp.Client, stamp.Epoch, last, turn.Now.UnixMilliseconds);
        streams.IsBehind(stamp.Client, its);
        return place;
    }

    private void Begin(Session session, GatewayStreams its, in StreamStamp stamp, long first)
    {
        turn.Counters.StreamsBegun++;
        var client = Encoding.UTF8.GetString(stamp.Client);
        if (its.IsFork(stamp.Epoch))
            turn.Report(BrokerEventKind.StreamForked, session.ClientText, null,
                $"two installations have counted start {stamp.Epoch.Boot}: "
                + "a backup was put back, or a card copied");
        if (first > 1 && MayTell())
            turn.Report(BrokerEventKind.StreamBegun, session.ClientText, null,
                $"the stream of {client} begins at {first}: "
                + "what was before it was not for here, or is forgotten");
    }

    /// <summary>
    /// It is acknowledged once all that came before it is safe, for what it repeats is part of that.
    /// </summary>
    private void OweRepeated(Session session, in PublishPacket packet)
    {
        if (packet.Qos == 0) return;
        var message = Empty(session, packet);
        if (session.Publisher.OldestHeld is not null || !journal.IsIdle)
        {
            message.MustBeStored = true;
            message.IsSafe = false;
            hold.Commit(message);
        }
        depositing.Await(message);
        if (packet.Qos == 2) session.Receipts.AddExactId(packet.PacketId);
        receipting.Owe(session, message, packet.PacketId, (byte)packet.Qos, 0);
        messages.Release(message);
    }

    /// <summary>What an acknowledgement waits with that no queue here has a message for.</summary>
    private Message Empty(Session session, in PublishPacket packet)
    {
        var message = messages.Take([], [], []);
        message.Qos = (byte)packet.Qos;
        message.Publisher = session.Publisher;
        message.IsSafe = true;
        return message;
    }

    /// <summary>A gateway that changes its central has as many streams as clients.</summary>
    private bool MayTell()
    {
        var minute = turn.Now.Milliseconds / 60_000;
        if (minute != _minute) (_minute, _lines) = (minute, 0);
        return ++_lines <= LinesPerMinuteMax;
    }

    private PublishOutcome Hole(in StreamStamp stamp, long first, long wanted)
    {
        turn.Counters.StreamHoles++;
        var hole = new StreamHole(first, Encoding.UTF8.GetString(stamp.Client), stamp.Epoch, wanted);
        Break = (CloseReason.StreamHole, $"{hole}");
        return PublishOutcome.StreamBroken;
    }

    private PublishOutcome Broken(string what)
    {
        Break = (CloseReason.ProtocolError, what);
        return PublishOutcome.StreamBroken;
    }
}
