using LightMq.Uplink.Bridging;
using LightMq.Uplink.Sides;
using LightMq.Uplink.State;
using LightMq.Uplink.Wire;
using Microsoft.Extensions.Logging;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace LightMq.Uplink;

/// <summary>Does what the bridge wants: packets out, refused messages to the disk, events to the log. On
/// the loop.
/// </summary>
/// <param name="refused">Keeps refused messages.</param>
/// <param name="qos0BytesMax">Bytes that may wait to be written before QoS 0 is shed.</param>
/// <param name="queue">The loop.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Log.</param>
internal sealed class Carrier(
    RefusedStore refused, int qos0BytesMax, LoopQueue queue, TimeProvider time, ILogger log) : IBridgeEffects
{
    private readonly long _begin = time.GetTimestamp();
    private readonly List<(long Ticket, RefusedMessage Message)> _unkept = [];
    private readonly HashSet<long> _replaying = [];

    /// <summary>The bridge; set once, before anything happens.</summary>
    public required Bridge Bridge { get; init; }

    /// <summary>The local broker.</summary>
    public LocalSide? Local { get; set; }

    /// <summary>The central.</summary>
    public CentralSide? Central { get; set; }

    /// <summary>Whether a refused message waits for room on the disk.</summary>
    public bool WaitsForStore => _unkept.Count > 0;

    /// <summary>Something happened.</summary>
    public void Tell(BridgeInput input)
    {
        if (input.Kind == BridgeInputKind.LocalConnected) _replaying.Clear();
        Bridge.Handle(input, (long)time.GetElapsedTime(_begin).TotalMilliseconds, this);
    }

    /// <summary>A second passed.</summary>
    public void Tick()
    {
        Tell(BridgeInput.Tick());
        if (_unkept.Count > 0)
        {
            var again = _unkept.ToArray();
            _unkept.Clear();
            foreach (var (ticket, message) in again) Keep(ticket, message);
        }
        if (Local?.IsConnected == true && Central?.State == LinkState.Healthy) Replay();
    }

    /// <inheritdoc/>
    public void PublishUp(
        int generation, ushort packetId, string topic, BridgeMessage message, bool isDuplicate)
    {
        if (Central?.At(generation) is not { } live) return;
        if (packetId == 0 && live.UnsentBytes > qos0BytesMax) Bridge.Counters.Shed++;
        else live.Send(PacketTranslation.ToPacket(message, topic, packetId, isDuplicate));
    }

    /// <inheritdoc/>
    public void AckLocal(int generation, ushort packetId, byte qos) =>
        Local?.At(generation)?.Send(Acknowledgement(packetId, qos));

    /// <inheritdoc/>
    public void PublishLocal(
        int generation, ushort packetId, string topic, BridgeMessage message, bool isDuplicate)
    {
        if (Local?.At(generation) is not { } live) return;
        if (packetId == 0 && live.UnsentBytes > qos0BytesMax) Bridge.Counters.DownDropped++;
        else live.Send(PacketTranslation.ToPacket(message, topic, packetId, isDuplicate));
    }

    /// <inheritdoc/>
    public void AckCentral(int generation, ushort packetId, byte qos) =>
        Central?.At(generation)?.Send(Acknowledgement(packetId, qos));

    /// <inheritdoc/>
    public void CloseCentral(int generation) => Central?.Close(generation);

    /// <inheritdoc/>
    public void CloseLocal(int generation) => Local?.Close(generation);

    /// <inheritdoc/>
    public void ConnectCentral(Pace pace) => Central?.Again(pace);

    /// <inheritdoc/>
    public void StoreRefused(long ticket, BridgeMessage message, byte code) =>
        Keep(ticket, new RefusedMessage(message, code, time.GetUtcNow()));

    /// <inheritdoc/>
    public void Replayed(long number)
    {
        refused.Drop(number);
        _replaying.Remove(number);
        Log.Replayed(log, number);
    }

    /// <inheritdoc/>
    public void Report(in BridgeEvent happened)
    {
        var (kind, message, number, text) = happened;
        switch (kind)
        {
            case BridgeEventKind.WrongAcknowledgement: Log.WrongAcknowledgement(log, number); break;
            case BridgeEventKind.Stalled: Log.Stalled(log, number); break;
            case BridgeEventKind.LocalStalled: Log.LocalStalled(log, number); break;
            case BridgeEventKind.MessageRefused:
                Log.MessageRefused(log, message!.Topic, message.Client, message.Sequence, number);
                break;
            case BridgeEventKind.GapDeclared:
                Log.GapDeclared(log, message!.Sequence, message.LastSequence, message.Client, text);
                break;
            case BridgeEventKind.Searching: Log.Searching(log, number); break;
            case BridgeEventKind.NotTaken: Log.NotTaken(log, message!.Topic, number); break;
            case BridgeEventKind.DownDropped: Log.DownDropped(log, message!.Topic, number); break;
            case BridgeEventKind.WrongLocalAcknowledgement: Log.WrongLocalAcknowledgement(log, number); break;
            case BridgeEventKind.Hole: Log.Hole(log, number, text); break;
        }
    }

    private static MqttPacket Acknowledgement(ushort packetId, byte qos) => qos == 2
        ? new MqttPubRecPacket { PacketIdentifier = packetId, ReasonCode = MqttPubRecReasonCode.Success }
        : new MqttPubAckPacket { PacketIdentifier = packetId, ReasonCode = MqttPubAckReasonCode.Success };

    private void Keep(long ticket, RefusedMessage message)
    {
        string reason;
        try
        {
            if (refused.TryKeep(message))
            {
                queue.Post(() => Tell(BridgeInput.Stored(ticket)));
                return;
            }
            reason = "State:RefusedBytesMax is reached";
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            reason = wrong.Message;
        }
        if (!_isTold) Log.RefusedNotKept(log, reason);
        _isTold = true;
        _unkept.Add((ticket, message));
    }

    private bool _isTold;

    private void Replay()
    {
        foreach (var number in refused.ToReplay.ToArray())
        {
            if (!_replaying.Add(number)) continue;
            if (refused.Read(number) is not { } message)
            {
                Log.Unreadable(log, number);
                continue;
            }
            Log.Replaying(log, number);
            Tell(BridgeInput.Replay(number, message.Message));
        }
    }
}
