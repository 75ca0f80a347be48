using System.Runtime.CompilerServices;
using LightMq.Broker.Connections;
using LightMq.Broker.Settings;
using LightMq.Mqtt;

namespace LightMq.Broker.Flows;

/// <summary>
/// The way of a PUBLISH from its packet to <see cref="Publishing"/>: aliases, the receive maximum, and what
/// is parked or refused while there is no room.
/// </summary>
internal sealed class Intake(
    Turn turn, BrokerOptions options, Closing closing, Publishing publishing, Receipting receipting,
    BackPressure pressure, Overtaking overtaking, Streaming? streaming)
{
    private const string NotGranted = "a topic that is not granted";

    /// <summary>Takes a PUBLISH.</summary>
    public void Take(Connection connection, in Frame frame, ReadOnlySpan<byte> whole)
    {
        if (connection.Terms is { } terms)
        {
            TakeModern(connection, terms, frame, whole);
            return;
        }
        var packet = PublishPacket.Read(frame);
        var outcome = TryPublish(connection, packet, packet.Topic);
        if (outcome == PublishOutcome.Taken) return;
        if (outcome != PublishOutcome.NoRoom) CloseForbidden(connection, outcome);
        else Park(connection, packet, whole.ToArray());
    }

    private void TakeModern(
        Connection connection, Terms terms, in Frame frame, ReadOnlySpan<byte> whole)
    {
        var packet = PublishPacket.Read5(frame);
        CheckReceiveMaximum(connection, terms, packet);
        var topic = TopicAliases.Resolve(terms, packet);
        var outcome = TryPublish(connection, packet, topic);
        if (outcome == PublishOutcome.Taken) return;
        if (outcome != PublishOutcome.NoRoom) CloseForbidden(connection, outcome);
        else
            Park(connection, packet,
                packet.Topic.IsEmpty ? TopicAliases.Expand(packet, topic) : whole.ToArray());
    }

    private PublishOutcome TryPublish(
        Connection connection, in PublishPacket packet, ReadOnlySpan<byte> topic) =>
        connection.Parked is { Count: > 0 }
            ? overtaking.Take(connection, packet, topic)
            : Publish(connection, packet, topic);

    // Inlined: at the edge there is nothing to choose.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private PublishOutcome Publish(
        Connection connection, in PublishPacket packet, ReadOnlySpan<byte> topic) =>
        streaming is null ? publishing.Publish(connection, packet, topic)
            : TakeAtCentral(connection, packet, topic);

    private PublishOutcome TakeAtCentral(
        Connection connection, in PublishPacket packet, ReadOnlySpan<byte> topic) =>
        connection.Session is { IsGateway: true } gateway && Streaming.IsGap(topic)
            ? streaming!.TakeGap(gateway, packet)
            : publishing.Publish(connection, packet, topic);

    private void Park(Connection connection, in PublishPacket packet, byte[] kept)
    {
        if (packet.Qos == 0 && connection.Parked is { } parked && parked.Count >= options.ParkedPacketsMax)
            turn.Counters.Drop(DropReason.Qos0Shed);
        else pressure.Park(connection, new ParkedPublish(kept, packet.PacketId, (byte)packet.Qos));
    }

    private void CloseForbidden(Connection connection, PublishOutcome outcome)
    {
        if (outcome == PublishOutcome.StreamBroken)
        {
            closing.Close(connection, streaming!.Break.Reason, streaming.Break.Text);
            return;
        }
        if (outcome == PublishOutcome.TooLarge)
        {
            closing.Close(connection, CloseReason.PacketTooLarge, "a payload above the limit (LMQ-MSG-1)");
            return;
        }
        closing.Close(connection, CloseReason.NotAuthorized,
            outcome == PublishOutcome.Malformed ? "an upload that is not understood" : NotGranted,
            code: outcome == PublishOutcome.TopicInvalid ? ReasonCode.TopicNameInvalid : null);
    }

    private static PublishPacket Read(Connection connection, in Frame frame) =>
        connection.Terms is null ? PublishPacket.Read(frame) : PublishPacket.Read5(frame);

    private static void CheckReceiveMaximum(Connection connection, Terms terms, in PublishPacket packet)
    {
        if (packet.Qos == 0 || packet.Dup) return;
        var open = connection.Parked?.OwedCount ?? 0;
        if (connection.Session is { HasReceipts: true, Receipts: { } receipts })
            open += receipts.Qos1Count + Math.Max(0, receipts.ExactIds.Count - terms.ExactIdsBefore);
        if (open >= terms.ReceiveMaximumHere) ThrowReceiveMaximum(terms);
    }

    private static void ThrowReceiveMaximum(Terms terms) => throw new ProtocolError("MQTT5-3.3.4-7",
        $"more than {terms.ReceiveMaximumHere} publishes without acknowledgement",
        ReasonCode.ReceiveMaximumExceeded);

    /// <summary>Tries the oldest parked publish, or gives a refused one its answer.</summary>
    public PublishOutcome TryParked(Connection connection, in ParkedPublish parked)
    {
        if (parked.Packet is null)
        {
            receipting.Owe(
                connection.Session!, null, parked.PacketId, parked.Qos, 0, parked.Reason);
            return PublishOutcome.Taken;
        }
        FrameReader.TryRead(parked.Packet, options.PacketBytesMax, connection.Version, out var frame);
        var packet = Read(connection, frame);
        var outcome = Publish(connection, packet, packet.Topic);
        if (outcome is not (PublishOutcome.Taken or PublishOutcome.NoRoom))
            CloseForbidden(connection, outcome);
        return outcome;
    }

    /// <summary>
    /// A publish beyond what may be parked: QoS 0 is shed, and a connection that owes no acknowledgements is
    /// to be stopped (false). One that owes some must be read on: its acknowledgements come behind its
    /// publishes. MQTT 5.0 refuses those one by one, each answer in its turn. Before it, they are passed
    /// over, and the connection is closed once it has acknowledged what it had been sent and what it parked
    /// got through; to close it at once would let two clients that fill each other's queues come back for
    /// ever without a step forward. A bridge of MQTT 5.0 is always read.
    /// </summary>
    public bool Refuse(Connection connection, in Frame frame)
    {
        var packet = Read(connection, frame);
        var mustBeRead = connection.OwesAcknowledgements
            || (connection.Terms is not null && connection.Session!.Bridge >= 0);
        if (connection.Session!.IsGateway && connection.Terms is not null) return false;
        if (packet.Qos > 0 && !connection.IsRefused && !mustBeRead)
        {
            return false;
        }
        if (connection.Terms is { } terms)
        {
            TopicAliases.Resolve(terms, packet);
            CheckReceiveMaximum(connection, terms, packet);
            // One that says that it comes again still counts here, or there would be no bound.
            if (connection.Parked!.OwedCount >= terms.ReceiveMaximumHere) ThrowReceiveMaximum(terms);
            if (packet.Qos > 0)
                pressure.Park(connection, new ParkedPublish(null, packet.PacketId, (byte)packet.Qos));
        }
        if (packet.Qos == 0) turn.Counters.Drop(DropReason.Qos0Shed);
        if (packet.Qos == 0 || connection.Terms is not null || connection.IsRefused) return true;
        connection.RefusedUntil = connection.Session!.Queue.Next;
        connection.RefusedSince = turn.Now.Milliseconds;
        return true;
    }

    /// <summary>Closes a refused connection that was heard out.</summary>
    public void CloseRefused(Connection connection)
    {
        if (!connection.IsRefused || connection.IsClosed) return;
        var isHeardOut = connection.Session!.Queue.Head >= connection.RefusedUntil;
        if (!isHeardOut || connection.Parked is { Count: > 0 }) return;
        closing.Close(
            connection, CloseReason.QuotaExceeded, "publishes beyond the bound while queues are full");
    }
}
