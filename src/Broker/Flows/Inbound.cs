using LightMq.Broker.Connections;
using LightMq.Broker.Durability;
using LightMq.Broker.Settings;
using LightMq.Mqtt;

namespace LightMq.Broker.Flows;

/// <summary>From bytes to packets to the one switch over them; keeps aside what must wait.</summary>
internal sealed class Inbound(
    Turn turn, BrokerOptions options, ConnectionTable connections, Journal journal, Connecting connecting,
    Publishing publishing,
    Subscribing subscribing, Delivering delivering, Releasing releasing, BackPressure pressure)
{
    internal const string NotGranted = "a topic or filter that is not granted";
    private const int LargeLeftoverBytes = 8_192;
    private readonly List<Connection> _retrying = [];
    private readonly List<Connection> _awaitingDisk = [];

    /// <summary>Bytes came from a peer.</summary>
    public void Received(Connection connection, ReadOnlySpan<byte> bytes)
    {
        if (connection.IsClosed) return;
        connection.LastReceived = turn.Now.Milliseconds;
        var before = connection.Leftover.Length;
        var isFirst = connection.Stage == ConnectionStage.New && before == 0;
        if (isFirst && bytes[0] >> 4 != (int)PacketType.Connect)
        {
            connecting.Close(connection, CloseReason.ProtocolError, "MQTT-3.1.0-1: no CONNECT at first");
            return;
        }
        if (before > 0)
        {
            connection.Leftover.Append(bytes);
            WorkLeftover(connection);
        }
        else
        {
            var used = Work(connection, bytes);
            if (!connection.IsClosed) connection.Leftover.Append(bytes[used..]);
        }
        StopIfWaiting(connection);
        CloseRefused(connection);
        BoundLeftover(connection);
    }

    /// <summary>
    /// The peer is gone. A DISCONNECT among bytes that had to wait still takes its will back (MQTT-3.1.2-10).
    /// </summary>
    public void Gone(Connection connection) => connecting.Close(
        connection, SaidGoodbye(connection) ? CloseReason.Disconnected : CloseReason.PeerGone, isGone: true);

    /// <summary>Works on the bytes of connections that need not wait any longer.</summary>
    public void WorkResumed()
    {
        for (var i = 0; i < turn.Resumed.Count; i++)
        {
            var connection = turn.Resumed[i];
            if (!connection.IsClosed && !pressure.IsParkFull(connection)) Resume(connection);
        }
        turn.Resumed.Clear();
    }

    /// <summary>A group is durable: those that waited for the disk go on.</summary>
    public void Stored()
    {
        turn.Resumed.AddRange(_awaitingDisk);
        _awaitingDisk.Clear();
    }

    /// <summary>Tries parked publishes again, in turn, while any gets through.</summary>
    public void RetryParked()
    {
        for (var pass = 0; pass < 16 && turn.RoomFreed && pressure.Blocked.Count > 0; pass++)
        {
            turn.RoomFreed = false;
            _retrying.Clear();
            _retrying.AddRange(pressure.Blocked);
            foreach (var connection in _retrying)
                if (!Retry(connection)) break;
        }
        if (pressure.Blocked.Count == 0) turn.RoomFreed = false;
    }

    private bool SaidGoodbye(Connection connection)
    {
        var rest = connection.Leftover.Bytes;
        try
        {
            while (FrameReader.TryRead(rest, options.PacketBytesMax, out var frame))
            {
                if (frame.Type == PacketType.Disconnect) return true;
                rest = rest[frame.Length..];
            }
        }
        catch (ProtocolError)
        {
            // Nobody is left to be told; what follows means nothing.
        }
        return false;
    }

    /// <summary>False: a bound common to all is reached, so that the others need not try.</summary>
    private bool Retry(Connection connection)
    {
        var outcome = PublishOutcome.Taken;
        while (outcome == PublishOutcome.Taken && !connection.IsClosed && pressure.MayRetry(connection))
        {
            FrameReader.TryRead(connection.Parked!.Peek(), options.PacketBytesMax, out var frame);
            outcome = publishing.Publish(connection, PublishPacket.Read(frame));
            if (connection.IsClosed) return true;
            if (outcome == PublishOutcome.NotAuthorized)
                connecting.Close(connection, CloseReason.NotAuthorized, NotGranted);
            else pressure.Tried(connection, outcome == PublishOutcome.Taken);
            turn.RoomFreed |= outcome == PublishOutcome.Taken;
        }
        if (connection is { IsClosed: false, IsStopped: true }
            && (!pressure.IsParkFull(connection) || connection.OwesAcknowledgements)) Resume(connection);
        CloseRefused(connection);
        return outcome != PublishOutcome.NoRoom || !pressure.IsCommonBound;
    }

    private void Resume(Connection connection)
    {
        if (connection.IsStopped)
        {
            connection.IsStopped = false;
            connection.LastReceived = turn.Now.Milliseconds;
            turn.Effects.SetReading(connection, true);
        }
        WorkLeftover(connection);
        StopIfWaiting(connection);
    }

    private void WorkLeftover(Connection connection)
    {
        if (connection.Leftover.Length == 0) return;
        var used = Work(connection, connection.Leftover.Bytes);
        if (!connection.IsClosed) connection.Leftover.Drop(used);
    }

    /// <summary>Works through whole packets; returns the bytes used.</summary>
    private int Work(Connection connection, ReadOnlySpan<byte> bytes)
    {
        var used = 0;
        try
        {
            while (!connection.IsClosed && MayWork(connection)
                && FrameReader.TryRead(bytes[used..], options.PacketBytesMax, out var frame))
            {
                if (IsForDisk(frame.Type) && journal.IsFull)
                {
                    AwaitDisk(connection);
                    break;
                }
                var isExcess = frame.Type == PacketType.Publish
                    && (connection.IsRefused || pressure.IsParkFull(connection));
                if (isExcess && !Refuse(connection, frame)) break;
                var whole = bytes.Slice(used, frame.Length);
                used += frame.Length;
                if (!isExcess) Take(connection, frame, whole);
            }
        }
        catch (ProtocolError error)
        {
            connecting.Close(connection, CloseReason.ProtocolError, $"{error.Clause}: {error.Message}");
        }
        return used;
    }

    private bool MayWork(Connection connection)
    {
        if (connection.Stage == ConnectionStage.Connecting || connection.IsStopped) return false;
        if (connection.ClosesAfterAnswer) return false;
        if (connection.Outbox.Length <= 2 * options.OutboxBytesMax) return true;
        connection.WantsDrained = true;
        Halt(connection);
        return false;
    }

    /// <summary>Packets that come in pieces lie in memory: all of them together are bounded.</summary>
    private void BoundLeftover(Connection connection)
    {
        if (connection.Leftover.Length < LargeLeftoverBytes) return;
        if (connections.LeftoverBytes() < options.MemoryBytesMax) return;
        connecting.Close(connection, CloseReason.QuotaExceeded, "too many packets in pieces at once");
    }

    /// <summary>Before CONNACK a peer may send ahead, but not without bound.</summary>
    private void StopIfWaiting(Connection connection)
    {
        if (connection is { IsClosed: false, IsStopped: false, Stage: ConnectionStage.Connecting }
            && connection.Leftover.Length > options.ParkedBytesMax) Halt(connection);
    }

    private static bool IsForDisk(PacketType type) =>
        type is PacketType.Subscribe or PacketType.Unsubscribe or PacketType.PubRel or PacketType.PubRec;

    /// <summary>Its next packet would add to what waits for the disk: after the next group.</summary>
    private void AwaitDisk(Connection connection)
    {
        Halt(connection);
        _awaitingDisk.Add(connection);
    }

    private void Halt(Connection connection)
    {
        connection.IsStopped = true;
        turn.Effects.SetReading(connection, false);
    }

    /// <summary>
    /// A publish beyond what may be parked: QoS 0 is shed, and a connection that owes no acknowledgements is
    /// not read any more (false). One that owes some must be read on: its acknowledgements come behind its
    /// publishes. So its publishes are passed over, and it is closed once it has acknowledged what it had
    /// been sent and what it parked got through; to close it at once would let two clients that fill each
    /// other's queues come back for ever without a step forward.
    /// </summary>
    private bool Refuse(Connection connection, in Frame frame)
    {
        if (PublishPacket.Read(frame).Qos == 0)
        {
            turn.Counters.Drop(DropReason.Qos0Shed);
            return true;
        }
        if (connection.IsRefused) return true;
        if (!connection.OwesAcknowledgements)
        {
            Halt(connection);
            return false;
        }
        connection.RefusedUntil = connection.Session!.Queue.Next;
        connection.RefusedSince = turn.Now.Milliseconds;
        return true;
    }

    private void CloseRefused(Connection connection)
    {
        if (!connection.IsRefused || connection.IsClosed) return;
        var isHeardOut = connection.Session!.Queue.Head >= connection.RefusedUntil;
        if (!isHeardOut || connection.Parked is { Count: > 0 }) return;
        connecting.Close(
            connection, CloseReason.QuotaExceeded, "publishes beyond the bound while queues are full");
    }

    /// <summary>The one switch over packets.</summary>
    private void Take(Connection connection, in Frame frame, ReadOnlySpan<byte> whole)
    {
        if (connection.Stage == ConnectionStage.New && frame.Type != PacketType.Connect)
            throw new ProtocolError("MQTT-3.1.0-1", $"the first packet is {frame.Type}, not CONNECT");
        var session = connection.Session!;
        switch (frame.Type)
        {
            case PacketType.Connect when connection.Stage == ConnectionStage.New:
                connecting.Connect(connection, frame, whole);
                break;
            case PacketType.Connect: throw new ProtocolError("MQTT-3.1.0-2", "a second CONNECT");
            case PacketType.Publish: TakePublish(connection, frame, whole); break;
            case PacketType.PubAck: delivering.PubAck(session, AckPacket.Read(frame)); break;
            case PacketType.PubRec: delivering.PubRec(session, AckPacket.Read(frame)); break;
            case PacketType.PubRel: releasing.Release(connection, AckPacket.Read(frame)); break;
            case PacketType.PubComp: delivering.PubComp(session, AckPacket.Read(frame)); break;
            case PacketType.Subscribe:
                subscribing.Subscribe(connection, SubscribePacket.Read(frame, ProtocolVersion.V311));
                break;
            case PacketType.Unsubscribe:
                subscribing.Unsubscribe(connection, UnsubscribePacket.Read(frame, ProtocolVersion.V311));
                break;
            case PacketType.PingReq when frame.Body.IsEmpty:
                connection.Outbox.Append(PacketWriter.PingResp(connection.Reserve(2, turn.Effects)));
                break;
            case PacketType.Disconnect when frame.Body.IsEmpty:
                connecting.Close(connection, CloseReason.Disconnected);
                break;
            default:
                throw new ProtocolError("MQTT-2.2.1", $"{frame.Type} like this is not a client's to send");
        }
    }

    private void TakePublish(Connection connection, in Frame frame, ReadOnlySpan<byte> whole)
    {
        var packet = PublishPacket.Read(frame);
        var outcome = connection.Parked is { Count: > 0 }
            ? PublishOutcome.NoRoom
            : publishing.Publish(connection, packet);
        if (outcome == PublishOutcome.NoRoom) pressure.Park(connection, whole);
        else if (outcome == PublishOutcome.NotAuthorized)
            connecting.Close(connection, CloseReason.NotAuthorized, NotGranted);
    }
}
