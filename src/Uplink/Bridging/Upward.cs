namespace LightMq.Uplink.Bridging;

/// <summary>From the local broker to the central.</summary>
internal sealed class Upward(BridgeOptions options, BridgeCounters counters)
{
    private readonly Relay _relay = new();
    private readonly CulpritSearch _search = new();
    private readonly StreamEnds _ends = new(options.StreamsMax);
    private readonly Dictionary<long, Parcel> _held = [];
    private LinkTerms? _terms;
    private int _local;
    private int _central;
    private long _ticket;
    private int _taken;
    private long _sends;
    private long _sendsBeforeQos0;
    private CloseCause _lastHole;

    public Relay Relay => _relay;

    /// <summary>Whether a refused message keeps all others waiting.</summary>
    public bool IsHeld => _relay.Next is { IsHeld: true };

    public void LocalConnected(int generation) => _local = generation;

    public void LocalClosed()
    {
        _local = 0;
        _relay.SourceLost();
        _search.Forget();
        _held.Clear();
    }

    public void CentralConnected(int generation, LinkTerms terms)
    {
        (_central, _terms) = (generation, terms);
        (_taken, _sends, _sendsBeforeQos0) = (0, 0, -1);
    }

    /// <summary>A message of the local broker.</summary>
    public void Add(ushort packetId, BridgeMessage message)
    {
        counters.Given++;
        if (message.Qos == 0 && _relay.WaitingBytesOfQos0 + message.Bytes > options.Qos0BytesMax)
        {
            counters.Shed++;
            return;
        }
        _relay.Add(new Parcel(message, options.Up.Of(message.Topic), packetId));
    }

    /// <summary>A message that was refused is to go up after all.</summary>
    public void Replay(long number, BridgeMessage message) => _relay.Add(
        new Parcel(message.WithoutNumber(), options.Up.Of(message.Topic), 0) { ReplayNumber = number });

    /// <summary>The central acknowledged a message. False: it is none that was under way.</summary>
    public bool Acknowledged(ushort packetId, byte code, IBridgeEffects effects, out bool isTaken)
    {
        isTaken = true;
        if (_relay.Acknowledged(packetId) is not { } parcel) return false;
        if (code < 0x80)
        {
            counters.Acknowledged++;
            parcel.IsDone = true;
            _taken++;
            if (parcel.SendNumber > _sendsBeforeQos0) _sendsBeforeQos0 = -1;
            _search.Taken();
        }
        else if (parcel.IsForgotten)
        {
            parcel.IsDone = true; // it comes again
        }
        else if (CloseCause.IsOfMessage(code) && !parcel.Message.IsGap)
        {
            Refuse(parcel, code, effects);
            // A place in a stream must be declared as a gap before what follows is taken.
            isTaken = _terms!.ClusterId == null || !parcel.Message.IsNumbered;
        }
        else
        {
            isTaken = false;
            effects.Report(new BridgeEvent(BridgeEventKind.NotTaken, parcel.Message, code));
        }
        return true;
    }

    /// <summary>The connection to the central is gone; says how soon the next one is wanted.</summary>
    public Pace CentralClosed(in CloseCause cause, IBridgeEffects effects)
    {
        var inFlight = _relay.InFlight;
        var isFive = _terms!.IsFive;
        (_central, _terms) = (0, null);
        _relay.TargetLost();
        switch (cause.Kind)
        {
            case CloseKind.Superseded:
                return Pace.Long;
            case CloseKind.Hole:
                effects.Report(new BridgeEvent(BridgeEventKind.Hole, null, cause.Wanted, cause.Client));
                _ends.Wanted(cause.Client, cause.Epoch, cause.Wanted);
                var isNew = cause != _lastHole || _taken > 0;
                _lastHole = cause;
                return isNew ? Pace.AtOnce : Pace.BackOff;
            case CloseKind.Refused when inFlight > 0:
                var window = Math.Min(_search.Window, inFlight);
                if (_search.Refused(inFlight, !HasSentQos0)) return Convict(cause.Code, effects);
                effects.Report(new BridgeEvent(BridgeEventKind.Searching, null, _search.Window));
                return _search.Window < window || _taken > 0 || HasSentQos0 ? Pace.AtOnce : Pace.BackOff;
            case CloseKind.ByPeer when !isFive:
                if (_search.ClosedByPeer(inFlight, _taken > 0)) Convict(0, effects);
                return Pace.BackOff;
            default:
                return Pace.BackOff;
        }
    }

    /// <summary>A refused message is durable.</summary>
    public void Stored(long ticket)
    {
        if (!_held.Remove(ticket, out var parcel)) return;
        (parcel.IsHeld, parcel.IsRefused) = (false, true);
        if (parcel.IsSent) parcel.IsDone = true;
    }

    /// <summary>Whether the oldest under way has waited too long.</summary>
    public bool IsStalled(long now) =>
        _central != 0 && _relay.Oldest is { IsInFlight: true } oldest
        && now - oldest.SentAt > options.StallMilliseconds;

    /// <summary>Sends what the window allows, and tells the local broker of what the central has.</summary>
    public void Move(long now, IBridgeEffects effects)
    {
        PassOn(effects);
        if (_terms is { } terms)
        {
            var window = Math.Min(Math.Min(options.WindowMax, terms.ReceiveMaxUp), _search.Window);
            while (_relay.Next is { } next && MayGo(next, window)) Send(next, terms, now, effects);
        }
        PassOn(effects);
    }

    private void PassOn(IBridgeEffects effects)
    {
        while (_relay.PopDone() is { } done)
        {
            if (done.IsForgotten) continue;
            if (done.SourceId != 0) effects.AckLocal(_local, done.SourceId, done.SourceQos);
            if (done.ReplayNumber != 0) effects.Replayed(done.ReplayNumber);
        }
    }

    /// <summary>Whether a message of QoS 0 was sent that may not have been read yet.</summary>
    private bool HasSentQos0 => _sendsBeforeQos0 >= 0;

    private bool MayGo(Parcel next, int window)
    {
        if (next.IsHeld) return false;
        if (next.IsQos0 || next.IsDone) return true;
        return _relay.InFlight < window && _relay.Sent < options.WindowMax
            && (_relay.InFlight == 0
                || _relay.InFlightBytes + next.Message.Bytes <= options.WindowBytesMax);
    }

    private void Send(Parcel next, LinkTerms terms, long now, IBridgeEffects effects)
    {
        if (next.IsQos0)
        {
            SendQos0(_relay.Take(), terms, effects);
            return;
        }
        if (next is { IsRefused: true, Message.IsGap: false }) Replace(next, terms);
        if (next.Message.IsGap && terms.ClusterId == null) next.IsDone = true;
        if (!next.IsDone && terms.ClusterId != null && _ends.GapBefore(next.Message) is { } gap)
        {
            effects.Report(new BridgeEvent(BridgeEventKind.GapDeclared, gap));
            _relay.Insert(new Parcel(gap, gap.Topic, 0));
            return;
        }
        if (next is { IsDone: false, IsRefused: false, Message.IsGap: false }
            && Fault(next, terms) is var fault and not 0)
        {
            Refuse(next, fault, effects);
            return;
        }
        var sent = _relay.Send(now);
        if (sent.IsDone) return;
        counters.Sent++;
        sent.SendNumber = ++_sends;
        if (sent.WasSent) counters.Repeated++;
        else if (sent.Message.IsGap) counters.Gaps++;
        _ends.Sent(sent.Message);
        effects.PublishUp(
            _central, sent.TargetId, sent.Topic, sent.Message, sent.WasSent && terms.HasSession);
        sent.WasSent = true;
    }

    private void SendQos0(Parcel parcel, LinkTerms terms, IBridgeEffects effects)
    {
        // While a culprit is searched for it must be clear which message was the last.
        if (_search.IsOn || Fault(parcel, terms) != 0)
        {
            counters.Shed++;
            return;
        }
        counters.Sent++;
        _sendsBeforeQos0 = _sends;
        effects.PublishUp(_central, 0, parcel.Topic, parcel.Message, false);
    }

    /// <summary>What the central would say of a message, as a reason code; 0: nothing.</summary>
    private byte Fault(Parcel parcel, LinkTerms terms)
    {
        if (TopicLength.Counted(parcel.Topic) > options.TopicCharactersMax) return 0x90;
        return PublishSize.AtMost(parcel.Topic, parcel.Message, terms) > terms.PacketBytesMax ? (byte)0x95
            : (byte)0;
    }

    private Pace Convict(byte code, IBridgeEffects effects)
    {
        if (_relay.FirstUndone() is not { } culprit) return Pace.BackOff;
        if (culprit.Message.IsGap || culprit.IsHeld)
        {
            effects.Report(new BridgeEvent(BridgeEventKind.NotTaken, culprit.Message, code));
            return Pace.BackOff;
        }
        Refuse(culprit, code, effects);
        return Pace.AtOnce;
    }

    private void Refuse(Parcel parcel, byte code, IBridgeEffects effects)
    {
        counters.Refused++;
        parcel.IsHeld = true;
        _held[++_ticket] = parcel;
        effects.Report(new BridgeEvent(BridgeEventKind.MessageRefused, parcel.Message, code));
        effects.StoreRefused(_ticket, parcel.Message, code);
    }

    /// <summary>A refused message that is stored becomes the declaration of its gap, or is done.</summary>
    private void Replace(Parcel refused, LinkTerms terms)
    {
        var message = refused.Message;
        if (terms.ClusterId == null || !message.IsNumbered)
        {
            refused.IsDone = true;
            return;
        }
        var gap = BridgeMessage.Gap(
            message.Client, message.Epoch, message.Sequence, message.Sequence, "refused");
        (refused.Message, refused.Topic, refused.TargetId, refused.WasSent) = (gap, gap.Topic, 0, false);
    }
}
