namespace LightMq.Uplink.Bridging;

/// <summary>From the central to the local broker.</summary>
internal sealed class Downward(BridgeOptions options, BridgeCounters counters)
{
    /// <summary>
    /// Messages and bytes that may wait for the local broker; a peer that sends more is closed.
    /// </summary>
    private const int MessagesMax = 65_535, BytesMax = 64 * 1024 * 1024;

    private readonly Relay _relay = new();
    private readonly CulpritSearch _search = new();
    private LinkTerms? _terms;
    private int _local;
    private int _central;
    private int _taken;

    public Relay Relay => _relay;

    public void CentralConnected(int generation) => _central = generation;

    public void CentralClosed()
    {
        _central = 0;
        _relay.SourceLost();
        _search.Forget();
    }

    public void LocalConnected(int generation, LinkTerms terms) =>
        (_local, _terms, _taken) = (generation, terms, 0);

    /// <summary>A message of the central. False: it sends more than was agreed on.</summary>
    public bool Add(ushort packetId, BridgeMessage message, IBridgeEffects effects)
    {
        counters.Down++;
        var topic = options.Down.Of(message.Topic);
        if (message.Qos > 0)
        {
            if (_relay.Waiting + _relay.Sent >= MessagesMax || _relay.Bytes > BytesMax) return false;
            _relay.Add(new Parcel(message, topic, packetId));
        }
        else if (_terms is { } terms && PublishSize.AtMost(topic, message, terms) <= terms.PacketBytesMax
            && !_search.IsOn)
        {
            effects.PublishLocal(_local, 0, topic, message, false);
        }
        else
        {
            counters.DownDropped++;
        }
        return true;
    }

    /// <summary>The local broker acknowledged a message. False: it is none that was under way.</summary>
    public bool Acknowledged(ushort packetId, byte code, IBridgeEffects effects)
    {
        if (_relay.Acknowledged(packetId) is not { } parcel) return false;
        if (code >= 0x80) Drop(parcel, code, effects);
        else counters.DownAcknowledged++;
        parcel.IsDone = true;
        _taken++;
        _search.Taken();
        return true;
    }

    /// <summary>The connection to the local broker is gone.</summary>
    public void LocalClosed(in CloseCause cause, IBridgeEffects effects)
    {
        var inFlight = _relay.InFlight;
        var isFive = _terms!.IsFive;
        (_local, _terms) = (0, null);
        _relay.TargetLost();
        var isGuilty = cause.Kind switch
        {
            CloseKind.Refused when inFlight > 0 => _search.Refused(inFlight, isAlone: true),
            CloseKind.ByPeer when !isFive => _search.ClosedByPeer(inFlight, _taken > 0),
            _ => false,
        };
        if (!isGuilty || _relay.FirstUndone() is not { } culprit) return;
        Drop(culprit, cause.Code, effects);
        culprit.IsDone = true;
    }

    /// <summary>Whether the oldest under way has waited too long.</summary>
    public bool IsStalled(long now) =>
        _local != 0 && _relay.Oldest is { IsInFlight: true } oldest
        && now - oldest.SentAt > options.StallMilliseconds;

    /// <summary>Sends what the window allows, and tells the central of what the local broker has.</summary>
    public void Move(long now, IBridgeEffects effects)
    {
        PassOn(effects);
        if (_terms is { } terms)
        {
            var window = Math.Min(Math.Min(options.DownWindowMax, terms.ReceiveMax), _search.Window);
            while (_relay.Next is { } next && (next.IsDone || _relay.InFlight < window))
                Send(next, terms, now, effects);
        }
        PassOn(effects);
    }

    private void PassOn(IBridgeEffects effects)
    {
        while (_relay.PopDone() is { } done)
            if (!done.IsForgotten) effects.AckCentral(_central, done.SourceId, done.SourceQos);
    }

    private void Send(Parcel next, LinkTerms terms, long now, IBridgeEffects effects)
    {
        if (!next.IsDone && PublishSize.AtMost(next.Topic, next.Message, terms) > terms.PacketBytesMax)
        {
            Drop(next, 0x95, effects);
            next.IsDone = true;
        }
        var sent = _relay.Send(now);
        if (sent.IsDone) return;
        effects.PublishLocal(
            _local, sent.TargetId, sent.Topic, sent.Message, sent.WasSent && terms.HasSession);
        sent.WasSent = true;
    }

    // It is not kept: the central has it, or whoever sent it.
    private void Drop(Parcel parcel, byte code, IBridgeEffects effects)
    {
        counters.DownDropped++;
        effects.Report(new BridgeEvent(BridgeEventKind.DownDropped, parcel.Message, code));
    }
}
