using System.Runtime.CompilerServices;
using LightMq.Broker.Connections;
using LightMq.Broker.Durability;
using LightMq.Broker.Settings;
using LightMq.Mqtt;

namespace LightMq.Broker.Flows;

/// <summary>From bytes to packets to the one switch over them; keeps aside what must wait.</summary>
internal sealed class Inbound(
    Turn turn, BrokerOptions options, ConnectionTable connections, Journal journal, Connecting connecting,
    Closing closing, Intake intake, Subscribing subscribing, Answering answering, Releasing releasing,
    BackPressure pressure, Pacing pacing)
{
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
            closing.Close(connection, CloseReason.ProtocolError, "MQTT-3.1.0-1: no CONNECT at first");
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
        intake.CloseRefused(connection);
        BoundLeftover(connection);
    }

    /// <summary>
    /// The peer is gone. A DISCONNECT among bytes that had to wait still takes its will back (MQTT-3.1.2-10).
    /// </summary>
    public void Gone(Connection connection) => closing.Close(
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
            var isCommon = false;
            foreach (var connection in _retrying)
                if (isCommon) GoOn(connection);
                else isCommon = !Retry(connection);
        }
        if (pressure.Blocked.Count == 0) turn.RoomFreed = false;
    }

    private bool SaidGoodbye(Connection connection)
    {
        var rest = connection.Leftover.Bytes;
        try
        {
            while (FrameReader.TryRead(rest, options.PacketBytesMax, connection.Version, out var frame))
            {
                if (frame.Type == PacketType.Disconnect) return frame.Body.IsEmpty || frame.Body[0] == 0;
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
        while (outcome == PublishOutcome.Taken && connection is { IsClosed: false, Upload: null }
            && pressure.MayRetry(connection))
        {
            outcome = intake.TryParked(connection, connection.Parked!.Peek());
            if (connection.IsClosed) return true;
            pressure.Tried(connection, outcome == PublishOutcome.Taken);
            turn.RoomFreed |= outcome == PublishOutcome.Taken;
        }
        GoOn(connection);
        return outcome != PublishOutcome.NoRoom || !pressure.IsCommonBound;
    }

    /// <summary>
    /// Reads it on if it may park more, or if its acknowledgements make room, whoever else must wait.
    /// </summary>
    private void GoOn(Connection connection)
    {
        if (connection is { IsClosed: false, IsStopped: true }
            && (!pressure.IsParkFull(connection) || connection.OwesAcknowledgements)) Resume(connection);
        intake.CloseRefused(connection);
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
                && FrameReader.TryRead(
                    bytes[used..], options.PacketBytesMax, connection.Version, out var frame))
            {
                if (IsForDisk(frame.Type) && journal.IsFull)
                {
                    AwaitDisk(connection);
                    break;
                }
                var isExcess = frame.Type == PacketType.Publish
                    && (connection.IsRefused || pressure.IsParkFull(connection));
                if (isExcess && !intake.Refuse(connection, frame))
                {
                    Halt(connection);
                    pacing.Hasten(connection);
                    break;
                }
                var whole = bytes.Slice(used, frame.Length);
                used += frame.Length;
                if (!isExcess) Take(connection, frame, whole);
            }
        }
        catch (ProtocolError error)
        {
            var reason = error.Reason == ReasonCode.PacketTooLarge
                ? CloseReason.PacketTooLarge : CloseReason.ProtocolError;
            closing.Close(connection, reason, $"{error.Clause}: {error.Message}", code: error.Reason);
        }
        return used;
    }

    private bool MayWork(Connection connection)
    {
        if (connection.Stage == ConnectionStage.Connecting || connection.IsStopped) return false;
        if (connection.ClosesAfterAnswer || connection.Upload is not null) return false;
        if (connection.Outbox.Length <= 2 * options.OutboxBytesMax) return true;
        connection.WantsDrained = true;
        Halt(connection);
        return false;
    }

    /// <summary>Packets that come in pieces lie in memory: all of them together are bounded.</summary>
    private void BoundLeftover(Connection connection)
    {
        if (connection.Leftover.Length + (connection.Terms?.AliasBytes ?? 0) < LargeLeftoverBytes) return;
        if (connections.LeftoverBytes() < options.MemoryBytesMax) return;
        closing.Close(connection, CloseReason.QuotaExceeded, "too many packets in pieces at once");
    }

    /// <summary>
    /// Before CONNACK, or behind a token that is being verified, a peer may send ahead, but not without
    /// bound.
    /// </summary>
    private void StopIfWaiting(Connection connection)
    {
        if (connection is { IsClosed: false, IsStopped: false }
            && (connection.Stage == ConnectionStage.Connecting || connection.Upload is not null)
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

    /// <summary>The one switch over packets; those of every message first, the others apart.</summary>
    private void Take(Connection connection, in Frame frame, ReadOnlySpan<byte> whole)
    {
        if (connection.Stage == ConnectionStage.New && frame.Type != PacketType.Connect)
            throw new ProtocolError("MQTT-3.1.0-1", $"the first packet is {frame.Type}, not CONNECT");
        if (connection.Stage == ConnectionStage.Provisional && IsTooEarly(connection, frame)) return;
        switch (frame.Type)
        {
            case PacketType.Publish: intake.Take(connection, frame, whole); break;
            case PacketType.PubAck:
                answering.PubAck(connection.Session!, ReadAck(connection, frame).PacketId);
                break;
            default: TakeOther(connection, frame, whole); break;
        }
    }

    // Apart: what they need room for on the stack would be cleared for every message.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void TakeOther(Connection connection, in Frame frame, ReadOnlySpan<byte> whole)
    {
        var session = connection.Session!;
        switch (frame.Type)
        {
            case PacketType.Connect when connection.Stage == ConnectionStage.New:
                connecting.Connect(connection, frame, whole);
                break;
            case PacketType.Connect:
                throw new ProtocolError("MQTT-3.1.0-2", "a second CONNECT", ReasonCode.ProtocolError);
            case PacketType.PubRec: answering.PubRec(session, ReadAck(connection, frame)); break;
            case PacketType.PubRel: releasing.Release(connection, ReadAck(connection, frame).PacketId); break;
            case PacketType.PubComp: answering.PubComp(session, ReadAck(connection, frame).PacketId); break;
            case PacketType.Subscribe:
                subscribing.Subscribe(connection, SubscribePacket.Read(frame, connection.Version));
                break;
            case PacketType.Unsubscribe:
                subscribing.Unsubscribe(connection, UnsubscribePacket.Read(frame, connection.Version));
                break;
            case PacketType.PingReq when frame.Body.IsEmpty:
                connection.Outbox.Append(PacketWriter.PingResp(connection.Reserve(2, turn.Effects)));
                break;
            case PacketType.Disconnect:
                closing.Disconnect(connection, DisconnectPacket.Read(frame, connection.Version));
                break;
            default:
                throw new ProtocolError("MQTT-2.2.1", $"{frame.Type} like this is not a client's to send",
                    ReasonCode.ProtocolError);
        }
    }

    /// <summary>Answers what only a client with a session may send (LMQ-AUTH-2).</summary>
    private bool IsTooEarly(Connection connection, in Frame frame)
    {
        switch (frame.Type)
        {
            case PacketType.Subscribe:
                subscribing.RefuseFirst(connection, SubscribePacket.Read(frame, connection.Version));
                return true;
            case PacketType.Unsubscribe or PacketType.PubAck or PacketType.PubRec or PacketType.PubRel
                or PacketType.PubComp:
                turn.Counters.Refuse(RefusalCause.TokenMissing);
                closing.Close(connection, CloseReason.NotAuthorized, "it must upload a token first");
                return true;
            default: return false;
        }
    }

    private static Ack ReadAck(Connection connection, in Frame frame) =>
        AckPacket.Read(frame, connection.Version);
}
